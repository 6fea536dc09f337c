import type { ServerResponse } from 'node:http';
import { asRecord, type JSONValue } from '../../shared/json';
import { breakOff, closed, lowerCaseNames, sendText } from '../http';
import { type IssuerReply, isMadeUp } from './scripted-reply';

/** What the issuer itself would say. */
export interface Answer {
  status: number;
  body: JSONValue;
  headers?: Record<string, string>;
  /** Called once the answer is on its way to the client as a whole. */
  delivered?(): void;
}

/** Sends an answer with what the script changes about it. Resolves when the exchange is over. */
export async function deliver(response: ServerResponse, answer: Answer, reply: IssuerReply = {}): Promise<void> {
  if (reply.connection === 'stall') return closed(response);
  if (reply.connection === 'reset') {
    breakOff(response, 'reset');
    return closed(response);
  }
  const { status, text, headers } = render(answer, reply);
  if (reply.connection === 'reset-mid-body') return breakMidBody(response, { status, text, headers });
  // Not `writableFinished`, which is true as well when the client left before the answer began.
  response.once('finish', () => answer.delivered?.());
  return sendText(response, status, text, headers);
}

interface Rendered {
  status: number;
  text: string;
  headers: Record<string, string>;
}

function render(answer: Answer, reply: IssuerReply): Rendered {
  const madeUp = isMadeUp(reply);
  const status = madeUp ? (reply.status ?? 200) : answer.status;
  const body = madeUp ? (reply.body ?? '') : edited(answer, reply);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = {
    'content-type': typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json',
    'cache-control': 'no-store',
    ...(!madeUp && answer.headers),
    ...lowerCaseNames(reply.headers),
  };
  return { status, text: reply.truncate ? text.slice(0, text.length / 2) : text, headers };
}

function edited({ status, body }: Answer, { omit = [], fields }: IssuerReply): JSONValue {
  const success = status < 300 ? asRecord(body) : undefined;
  if (!success) return body;
  const kept = Object.entries(success).filter(([name]) => !omit.includes(name));
  return { ...Object.fromEntries(kept), ...fields } as JSONValue;
}

function breakMidBody(response: ServerResponse, { status, text, headers }: Rendered): Promise<void> {
  const bytes = Buffer.from(text);
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length) });
  response.write(bytes.subarray(0, bytes.length / 2), () => breakOff(response, 'flushed'));
  return closed(response);
}
