import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request body was longer than its reader takes. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';

  constructor(readonly limit: number) {
    super(`The body of the request is longer than ${limit} bytes.`);
  }
}

/**
 * The whole body of `request`. What goes beyond `limit` bytes is read and dropped, so that the refusal can still be sent.
 *
 * @throws {@link BodyTooLargeError}; the error of the connection when the client leaves early.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.on('end', () => (length > limit ? reject(new BodyTooLargeError(limit)) : resolve(Buffer.concat(chunks))));
    request.on('error', reject);
  });
}

/** Sends `body` as JSON. Resolves when the client has it all or has left. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<void> {
  return sendText(response, status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
}

/** Sends a page. Resolves when the client has it all or has left. */
export function sendHtml(response: ServerResponse, status: number, html: string): Promise<void> {
  return sendText(response, status, html, { 'content-type': 'text/html; charset=utf-8' });
}

/** Sends `text` as it is; plain text unless `headers` say otherwise. Resolves when the client has it all or has left. */
export function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): Promise<void> {
  const length = String(Buffer.byteLength(text));
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': length, ...headers });
  response.end(text);
  return closed(response);
}

/** Header names in lower case: scripts write them as they like. */
export function lowerCaseNames(headers: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** The headers of a request, one text each. Node gives `set-cookie` as a list. */
export function flatHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) => {
      return value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]];
    }),
  );
}

const broken = new WeakSet<ServerResponse>();

/** Breaks the connection as the script says: at once, or `flushed`, when all that was written is out. */
export function breakOff(response: ServerResponse, how: 'reset' | 'destroyed' | 'flushed'): void {
  broken.add(response);
  if (how === 'reset') response.socket?.resetAndDestroy();
  else if (how === 'destroyed') response.socket?.destroy();
  else response.socket?.destroySoon();
}

/** How an exchange that is over came to its end: `aborted` when the client left first, `cut` when the script did. */
export function outcomeOf(response: ServerResponse): 'complete' | 'aborted' | 'cut' {
  if (broken.has(response)) return 'cut';
  return response.writableFinished ? 'complete' : 'aborted';
}

/** Resolves when the exchange is over, whoever ended it. */
export function closed(response: ServerResponse): Promise<void> {
  if (response.destroyed || response.closed) return Promise.resolve();
  return new Promise((resolve) => {
    response.once('close', () => resolve());
  });
}
