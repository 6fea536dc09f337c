import { onAbort, orAbort } from '../shared/abort';
import { plainCause } from '../shared/plain-cause';
import type { Runtime } from '../shared/runtime';
import { redact } from '../shared/secret';
import { HttpFailure, TransportError } from './errors';
import { createSseDecoder } from './sse';
import type { EventSink, Exchange, Timeouts, Transport, TransportRequest } from './transport';
import { Watchdog } from './watchdog';

const MAX_ERROR_BODY = 64 * 1024;
/** How long, and how much of, the rest of a finished stream is read so that its connection can be used again. */
const DRAIN_MS = 1_000;
const DRAIN_BYTES = 64 * 1024;

/** `POST {baseURL}/responses`, answered by server-sent events. */
export function createHttpTransport(runtime: Runtime, timeouts: Timeouts): Transport {
  return { send: (request) => send(request, runtime, timeouts) };
}

async function send(request: TransportRequest, runtime: Runtime, timeouts: Timeouts): Promise<Exchange> {
  const body = JSON.stringify(request.body);
  const line = openLine(request.signal, runtime, timeouts);
  try {
    const sent = runtime.fetch(`${request.baseURL}/responses`, {
      method: 'POST',
      headers: request.headers,
      body,
      signal: line.signal,
      // A redirect would carry the account to a host that nobody configured.
      redirect: 'manual',
    });
    // Raced as well as signalled, for a `fetch` that ignores signals.
    const response = await orAbort(sent, line.signal);
    const headers = readHeaders(response.headers);
    line.watchdog.expectBody();
    if (!response.ok || !response.body) {
      throw new HttpFailure({ status: response.status, headers, body: await readStart(response, line) });
    }
    return createExchange(headers, response.body.getReader(), line, runtime);
  } catch (error) {
    line.close();
    throw HttpFailure.isInstance(error) ? error : line.explain(error);
  }
}

/** Cookies of the edge are credentials of a kind, and of no use here: they go no further. */
function readHeaders(headers: Headers): Record<string, string> {
  const { 'set-cookie': _cookies, ...kept } = Object.fromEntries(headers);
  return kept;
}

/** What ends an exchange from outside: the caller's signal, or a time limit. */
interface Line {
  signal: AbortSignal;
  watchdog: Watchdog;
  abort(reason: unknown): void;
  close(): void;
  /** The error to throw for one that `fetch` or the reader threw. */
  explain(error: unknown): unknown;
}

function openLine(outer: AbortSignal | undefined, runtime: Runtime, timeouts: Timeouts): Line {
  const controller = new AbortController();
  const watchdog = new Watchdog(runtime, timeouts, (error) => controller.abort(error));
  const stopListening = onAbort(outer, () => controller.abort(outer?.reason));
  watchdog.start();
  return {
    signal: controller.signal,
    watchdog,
    abort: (reason) => controller.abort(reason),
    close() {
      watchdog.stop();
      stopListening();
    },
    explain: (error) => (controller.signal.aborted ? controller.signal.reason : connectionError(error)),
  };
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** Reads one piece; undefined at the end. An abort ends a pending read even of a body that ignores signals. */
function createPieces(reader: Reader, line: Line): () => Promise<Uint8Array | undefined> {
  const stop = onAbort(line.signal, () => void reader.cancel(line.signal.reason).catch(() => {}));
  return async () => {
    line.watchdog.waiting();
    try {
      const { done, value } = await reader.read();
      line.signal.throwIfAborted();
      if (done) stop();
      return value;
    } catch (error) {
      stop();
      throw line.explain(error);
    } finally {
      line.watchdog.arrived();
    }
  };
}

function createExchange(headers: Record<string, string>, reader: Reader, line: Line, runtime: Runtime): Exchange {
  const { watchdog } = line;
  const readPiece = createPieces(reader, line);
  let sink: EventSink | undefined;
  const decoder = createSseDecoder({
    event(event) {
      watchdog.event();
      sink?.event(event);
    },
    invalid: (frame) => sink?.invalid(frame),
  });
  const cancel = (reason?: unknown) => {
    line.abort(reason);
    line.close();
  };
  return {
    headers,
    async pull(target) {
      sink = target;
      try {
        const piece = await readPiece();
        if (piece) decoder.push(piece);
        else decoder.end();
        if (!piece) line.close();
        return piece !== undefined;
      } catch (error) {
        cancel(error);
        throw error;
      }
    },
    release() {
      line.close();
      void drain(reader, runtime);
    },
    cancel,
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
    over.abort();
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
    if (line.signal.aborted && !TransportError.isInstance(error)) throw error;
  }
  return start.slice(0, MAX_ERROR_BODY);
}

/** `fetch` says "fetch failed" for everything; Node puts the reason into the cause. */
function connectionError(error: unknown): TransportError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const codes = [cause, ...(cause instanceof AggregateError ? cause.errors : [])].map(
    (one) => (one as { code?: unknown } | null)?.code,
  );
  const refused = codes.includes('ECONNREFUSED');
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TransportError({
    code: refused ? 'connection_refused' : 'network',
    message: refused
      ? `The backend refused the connection: ${redact(reason)}`
      : `The connection to the backend failed: ${redact(reason)}`,
    cause: plainCause(error),
  });
}
