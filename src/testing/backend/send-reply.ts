import type { ServerResponse } from 'node:http';
import { breakOff } from '../http';
import type { ScriptedEvent, ScriptedReply } from '../script';
import { frameEvent, pieces, withoutBlankLine } from './frame-events';

/** Rejects when `signal` aborts before `ms` milliseconds are over. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** Sends a status, headers and a body that is no stream of events. */
export function sendBody(
  response: ServerResponse,
  reply: { status: number; headers: Record<string, string>; body: unknown },
): void {
  const raw = typeof reply.body === 'string' || reply.body instanceof Uint8Array;
  const type = raw ? {} : { 'content-type': 'application/json' };
  response.writeHead(reply.status, { ...type, ...reply.headers });
  response.end(raw ? reply.body : JSON.stringify(reply.body));
}

/** Sends events as the client reads them, with the cuts, stalls and delays of the script. */
export async function sendEvents(
  response: ServerResponse,
  events: Iterable<ScriptedEvent> | AsyncIterable<ScriptedEvent>,
  reply: ScriptedReply,
  headers: Record<string, string>,
  sleep: Sleep,
): Promise<void> {
  response.writeHead(reply.status ?? 200, { ...contentType(reply), ...headers });
  response.flushHeaders();
  const closed = closeSignal(response);
  const { kind, after } = interruption(reply);
  let sent = 0;
  if (after > 0) {
    for await (const event of events) {
      if (reply.delayMs) await sleep(reply.delayMs, closed).catch(() => {});
      if (closed.aborted) return;
      await writeFrame(response, layOut(event, reply, sent), reply.framing?.chunkBytes);
      if (closed.aborted) return;
      if (++sent >= after) break;
    }
  }
  if (sent < after) response.end();
  else if (kind === 'cut') breakOff(response, 'flushed');
}

/** What happens after how many events; never, when nothing is scripted. */
function interruption(reply: ScriptedReply): { kind: 'cut' | 'stall'; after: number } {
  const { cutAfter = Number.POSITIVE_INFINITY, stallAfter = Number.POSITIVE_INFINITY } = reply;
  return { kind: cutAfter <= stallAfter ? 'cut' : 'stall', after: Math.min(cutAfter, stallAfter) };
}

function contentType({ framing }: ScriptedReply): Record<string, string> {
  const type = framing?.contentType ?? 'text/event-stream';
  return type === false ? {} : { 'content-type': type };
}

/** With `omitLastBlankLine` the blank line goes before the next event, so that the last has none. */
function layOut(event: ScriptedEvent, { framing = {} }: ScriptedReply, index: number): string {
  const frame = frameEvent(event, framing);
  if (!framing.omitLastBlankLine) return frame;
  return (index === 0 ? '' : framing.crlf ? '\r\n' : '\n') + withoutBlankLine(frame);
}

async function writeFrame(response: ServerResponse, frame: string, chunkBytes: number | undefined): Promise<void> {
  if (!chunkBytes) return write(response, frame);
  for (const piece of pieces(Buffer.from(frame), chunkBytes)) {
    await write(response, piece);
    // Writes of one tick are joined into one chunk.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Waits for the reader when the socket is full, and no longer than the connection lives. */
function write(response: ServerResponse, chunk: string | Uint8Array): Promise<void> | void {
  if (response.destroyed || response.write(chunk)) return;
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

function closeSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (response.destroyed) controller.abort();
  response.once('close', () => controller.abort());
  return controller.signal;
}
