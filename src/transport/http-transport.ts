import type { Runtime } from '../shared/runtime';
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
  const line = openLine(request.signal, runtime, timeouts);
  try {
    const response = await runtime.fetch(`${request.baseURL}/responses`, {
      method: 'POST',
      headers: request.headers,
      body: JSON.stringify(request.body),
      signal: line.signal,
      // A redirect would carry the account to a host that nobody configured.
      redirect: 'manual',
    });
    const headers = Object.fromEntries(response.headers);
    if (!response.ok || !response.body) {
      throw new HttpFailure({ status: response.status, headers, body: await readStart(response) });
    }
    return createExchange(headers, response.body.getReader(), line, runtime);
  } catch (error) {
    line.close();
    throw HttpFailure.isInstance(error) ? error : line.explain(error);
  }
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
  const onAbort = () => controller.abort(outer?.reason);
  if (outer?.aborted) onAbort();
  outer?.addEventListener('abort', onAbort, { once: true });
  watchdog.start();
  return {
    signal: controller.signal,
    watchdog,
    abort: (reason) => controller.abort(reason),
    close() {
      watchdog.stop();
      outer?.removeEventListener('abort', onAbort);
    },
    explain: (error) => (controller.signal.aborted ? controller.signal.reason : connectionError(error)),
  };
}

function createExchange(
  headers: Record<string, string>,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  line: Line,
  runtime: Runtime,
): Exchange {
  const { watchdog } = line;
  let sink: EventSink | undefined;
  const decoder = createSseDecoder({
    event(event) {
      watchdog.event();
      sink?.event(event);
    },
    invalid: (frame) => sink?.invalid(frame),
  });
  watchdog.expectBody();
  return {
    headers,
    async pull(target) {
      sink = target;
      try {
        watchdog.waiting();
        const { done, value } = await reader.read();
        watchdog.arrived();
        if (done) decoder.end();
        else decoder.push(value);
        if (done) line.close();
        return !done;
      } catch (error) {
        line.close();
        throw line.explain(error);
      }
    },
    release() {
      line.close();
      void drain(reader, runtime);
    },
    cancel(reason) {
      line.abort(reason);
      line.close();
      reader.cancel(reason).catch(() => {});
    },
  };
}

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>, runtime: Runtime): Promise<void> {
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
async function readStart(response: Response): Promise<string> {
  if (!response.body) return '';
  const text = new TextDecoder();
  const reader = response.body.getReader();
  let start = '';
  try {
    while (start.length < MAX_ERROR_BODY) {
      const { done, value } = await reader.read();
      if (done) return start + text.decode();
      start += text.decode(value, { stream: true });
    }
    await reader.cancel();
  } catch {
    // The status is known; it says more than how the body broke off.
  }
  return start.slice(0, MAX_ERROR_BODY);
}

/** `fetch` says "fetch failed" for everything; Node puts the reason into the cause. */
function connectionError(error: unknown): TransportError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const codes = [cause, ...(cause instanceof AggregateError ? cause.errors : [])].map(
    (one) => (one as { code?: unknown }).code,
  );
  const refused = codes.includes('ECONNREFUSED');
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TransportError({
    code: refused ? 'connection_refused' : 'network',
    message: refused
      ? `The backend refused the connection: ${reason}`
      : `The connection to the backend failed: ${reason}`,
    cause: error,
  });
}
