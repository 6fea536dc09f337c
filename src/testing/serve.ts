import type { IncomingMessage, ServerResponse } from 'node:http';
import { redact } from '../shared/secret';
import type { Backend } from './backend/backend';
import { type OpenRecord, openRecord } from './backend/recorded-request';
import { detail } from './backend/refusal';
import { sendBody } from './backend/send-reply';
import type { Violation } from './backend/violations';
import { flatHeaders, outcomeOf } from './http';
import type { Issuer } from './issuer/issuer';

/** What stands behind the one server of an emulator. */
interface Halves {
  origin: string;
  /** Virtual epoch milliseconds. */
  now(): number;
  issuer: Issuer;
  backend: Backend;
  /** Takes the record of every request. */
  requests: OpenRecord[];
  onViolation(violation: Violation): void;
}

/** Answers one request, whatever it is. Never rejects: an error here would end the process of the user's tests. */
export async function serve(request: IncomingMessage, response: ServerResponse, halves: Halves): Promise<void> {
  try {
    const exchange = open(request, response, halves);
    await dispatch(exchange, halves).catch((error) => fail(exchange, error, halves));
  } catch {
    response.destroy();
  }
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** Undefined when the request line names none. */
  url: URL | undefined;
  record: OpenRecord;
}

function open(request: IncomingMessage, response: ServerResponse, { origin, now, requests }: Halves): Exchange {
  const { method = '', url: target = '/' } = request;
  const url = parseUrl(target, origin);
  const record = openRecord({ method, target, url, headers: flatHeaders(request), receivedAt: now() });
  requests.push(record);
  response.once('close', () => record.close(outcomeOf(response)));
  return { request, response, url, record };
}

function parseUrl(target: string, origin: string): URL | undefined {
  try {
    return new URL(target, origin);
  } catch {
    return undefined;
  }
}

async function dispatch({ request, response, url, record }: Exchange, { issuer, backend }: Halves): Promise<void> {
  if (url?.pathname.startsWith('/backend-api/')) return backend.handle(request, response, record);
  if (url && (await issuer.handle(request, response, url))) {
    if (response.headersSent) record.status = response.statusCode;
    return;
  }
  const { status, body } = url ? detail(404, 'Not Found') : detail(400, 'Bad Request');
  record.status = status;
  sendBody(response, { status, headers: {}, body });
}

/**
 * A script that throws, often because an expectation in it failed. The client is told with a status that nobody sends
 * again, so that the message comes out where the test looks.
 */
function fail({ request, response, record }: Exchange, error: unknown, { onViolation }: Halves): void {
  if (error === request.errored) return; // the client left in the middle of its body
  const message = `emulator: the script threw: ${redact(error instanceof Error ? error.message : String(error))}`;
  onViolation({ code: 'script_error', message, path: record.path });
  if (response.headersSent) {
    record.close('cut');
    return void response.destroy();
  }
  record.status = 400;
  sendBody(response, { status: 400, headers: {}, body: { detail: message } });
}
