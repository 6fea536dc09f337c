import type { IncomingMessage } from 'node:http';
import { answerWith, type PageAnswer } from './login-pages';

export const CALLBACK_PATH = '/auth/callback';

const MAX_TARGET = 8 * 1024;

/** What is asked for, once it is certain that it may be: the callback's query, or the end of the login. */
export type CallbackRequest =
  | { kind: 'callback'; query: string }
  | { kind: 'cancel' }
  | { kind: 'refused'; answer: PageAnswer };

/** Looks only at the form of a request; what a callback says is for {@link parseAuthorizationResponse}. */
export function readCallbackRequest(request: IncomingMessage, port: number): CallbackRequest {
  const { method, url = '' } = request;
  if (!hasOwnHost(request, port)) return refused(421);
  if (method !== 'GET') return refused(405, { allow: 'GET' });
  if (url.length > MAX_TARGET) return refused(414);
  if (hasBody(request)) return refused(413);
  const [path, query = ''] = splitOnce(url);
  if (path === CALLBACK_PATH) return { kind: 'callback', query };
  if (path === '/cancel') return isFromWebPage(request) ? refused(403) : { kind: 'cancel' };
  return refused(404);
}

/** Any other name is a web page's that points to this machine (DNS rebinding). */
function hasOwnHost({ headersDistinct }: IncomingMessage, port: number): boolean {
  const { host = [] } = headersDistinct;
  const names = ['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${port}`);
  return host.length === 1 && names.includes((host[0] ?? '').toLowerCase());
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** A program that asks for the port, like the official CLI, sends none of what browsers say about a page. */
function isFromWebPage({ headers }: IncomingMessage): boolean {
  const { origin, referer, accept = '', 'sec-fetch-site': site } = headers;
  if (origin !== undefined) return true;
  if (site !== undefined) return !['none', 'same-origin'].includes(String(site));
  return referer !== undefined || /image\/|text\/html/i.test(accept); // of a browser that does not say more
}

function refused(status: number, headers: Record<string, string> = {}): CallbackRequest {
  const answer = answerWith('not_here', status);
  return { kind: 'refused', answer: { ...answer, headers: { ...answer.headers, ...headers } } };
}

function splitOnce(url: string): [string, string?] {
  const at = url.indexOf('?');
  return at < 0 ? [url] : [url.slice(0, at), url.slice(at + 1)];
}
