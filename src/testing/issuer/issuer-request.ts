import type { IncomingMessage } from 'node:http';
import { asRecord, parseJson } from '../../shared/json';
import { readBody } from '../http';

const MAX_BODY_BYTES = 64 * 1024;

/** A request to the issuer, before it is judged. */
export interface IssuerRequest {
  readonly path: string;
  /** Where the parameters were: `other` stands for a body that could not be read. */
  readonly encoding: 'query' | 'form' | 'json' | 'other';
  /** Those that are strings. Not enumerable, because most of them are secrets. */
  readonly params: Readonly<Record<string, string>>;
  /** Not enumerable. */
  readonly bearer: string | undefined;
}

/** @throws BodyTooLargeError above 64 KiB. */
export async function readIssuerRequest(request: IncomingMessage, url: URL): Promise<IssuerRequest> {
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const { encoding, params } = request.method === 'POST' ? await readParams(request) : queryParams(url);
  const seen = { path: url.pathname, encoding };
  return Object.defineProperties(seen, { params: { value: params }, bearer: { value: bearer } }) as IssuerRequest;
}

type Params = Pick<IssuerRequest, 'encoding' | 'params'>;

function queryParams(url: URL): Params {
  return { encoding: 'query', params: Object.fromEntries(url.searchParams) };
}

async function readParams(request: IncomingMessage): Promise<Params> {
  const text = (await readBody(request, MAX_BODY_BYTES)).toString('utf8');
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/x-www-form-urlencoded') {
    return { encoding: 'form', params: Object.fromEntries(new URLSearchParams(text)) };
  }
  const body = type === 'application/json' ? asRecord(parseJson(text)) : undefined;
  return body ? { encoding: 'json', params: stringsOf(body) } : { encoding: 'other', params: {} };
}

function stringsOf(body: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
