import { orAbort } from '../shared/abort';
import { readHeaders } from '../shared/headers';
import { type Logger, silentLogger } from '../shared/logger';
import { HttpFailure } from '../shared/request-errors';
import type { Runtime } from '../shared/runtime';
import { ExchangeLog, type StreamOutcome } from './exchange-log';
import { FirstBytes } from './first-bytes';
import { createPieces, type Line, openLine, type Reader } from './line';
import { createSseDecoder } from './sse';
import type { EventSink, Exchange, Timeouts, Transport, TransportRequest } from './transport';

const MAX_ERROR_BODY = 64 * 1024;
/** How long, and how much of, the rest of a finished stream is read so that its connection can be used again. */
const DRAIN_MS = 1_000;
const DRAIN_BYTES = 64 * 1024;

/** `POST {baseURL}/responses`, answered by server-sent events. */
export function createHttpTransport(runtime: Runtime, timeouts: Timeouts, logger: Logger = silentLogger): Transport {
  return {
    async send(request) {
      const body = JSON.stringify(request.body);
      const line = openLine(request.signal, runtime, timeouts, ExchangeLog.open(logger, runtime));
      try {
        return await send(request, body, runtime, line);
      } catch (error) {
        line.close();
        const failure = HttpFailure.isInstance(error) ? error : line.explain(error);
        line.log?.refused(failure);
        throw failure;
      }
    },
  };
}

async function send(request: TransportRequest, body: string, runtime: Runtime, line: Line): Promise<Exchange> {
  const { signal, watchdog, log } = line;
  const url = `${request.baseURL}/responses`;
  // A `fetch` that ignores signals would send all the same.
  signal.throwIfAborted();
  log?.sending(url, request.headers, body);
  const sent = runtime.fetch(url, {
    method: 'POST',
    headers: request.headers,
    body,
    signal,
    // A redirect would carry the account to a host that nobody configured.
    redirect: 'manual',
  });
  // Raced as well as signalled, for the same reason.
  const response = await orAbort(sent, signal);
  const headers = readHeaders(response.headers);
  watchdog.expectBody();
  log?.answered(response.status, headers);
  if (response.type === 'error') throw new TypeError('There was no answer.');
  if (!response.ok) throw new HttpFailure({ status: response.status, headers, body: await readStart(response, line) });
  const stream: ReadableStream<Uint8Array> = response.body ?? new Blob().stream();
  return createExchange({ status: response.status, headers }, stream.getReader(), line, runtime);
}

/** The head of an answer that was accepted. */
type Accepted = Pick<HttpFailure, 'status' | 'headers'>;

function createExchange({ status, headers }: Accepted, reader: Reader, line: Line, runtime: Runtime): Exchange {
  const { watchdog, log } = line;
  const readPiece = createPieces(reader, line);
  let sink: EventSink | undefined;
  let first: FirstBytes | undefined = new FirstBytes();
  let isSilent = true;
  const decoder = createSseDecoder({
    event(event) {
      first = undefined;
      // That the connection lives is not that the model works.
      if (isSilent && event.type !== 'keepalive') {
        isSilent = false;
        watchdog.event();
      }
      log?.event(event);
      sink?.event(event);
    },
    invalid(frame) {
      first = undefined;
      log?.invalidFrame();
      sink?.invalid(frame);
    },
  });
  /** It is no event stream: whatever it is, it is not read to its end. */
  const refuse = (isOver: boolean) => {
    const body = isOver || first?.isFull ? first?.foreign : undefined;
    // Asked once: to what begins like a stream, no later byte makes a difference.
    if (first?.isFull) first = undefined;
    if (body !== undefined) throw new HttpFailure({ status, headers, body });
  };
  const leave = (outcome: StreamOutcome, reason: unknown) => {
    log?.over(outcome, reason);
    line.abort(reason);
    line.close();
  };
  return {
    headers,
    async pull(target) {
      sink = target;
      try {
        const piece = await readPiece();
        if (piece) {
          first?.push(piece);
          decoder.push(piece);
          refuse(false);
          if (!decoder.isTooLong) return true;
          leave('failed', 'too long');
          return false;
        }
        decoder.end();
        line.close();
        log?.over('ended');
        refuse(true);
        return false;
      } catch (error) {
        leave(line.isLeft() ? 'cancelled' : 'failed', error);
        throw error;
      }
    },
    release() {
      line.close();
      log?.over('released');
      void drain(reader, runtime);
    },
    cancel: (reason) => leave('cancelled', reason),
  };
}

async function drain(reader: Reader, runtime: Runtime): Promise<void> {
  const over = new AbortController();
  const deadline = runtime.sleep(DRAIN_MS, over.signal).catch(() => {});
  try {
    for (let bytes = 0; bytes <= DRAIN_BYTES; ) {
      const next = await Promise.race([reader.read(), deadline]);
      if (!next) break;
      if (next.done) return;
      bytes += next.value.byteLength;
    }
    await reader.cancel();
  } catch {
    // The answer is complete; how its connection ends concerns nobody.
  } finally {
    over.abort('over');
  }
}

/** The beginning of an error body. A body that breaks off is shown as far as it came. */
async function readStart(response: Response, line: Line): Promise<string> {
  if (!response.body) return '';
  const text = new TextDecoder();
  const reader = response.body.getReader();
  const readPiece = createPieces(reader, line);
  let start = '';
  try {
    while (start.length < MAX_ERROR_BODY) {
      const piece = await readPiece();
      if (!piece) return start + text.decode();
      start += text.decode(piece, { stream: true });
    }
    await reader.cancel();
  } catch (error) {
    // The status is known and says more than how the body broke off; but the caller's own abort is the caller's.
    if (line.isLeft()) throw error;
  }
  return start.slice(0, MAX_ERROR_BODY);
}
