import { onAbort } from '../shared/abort';
import { connectionError } from '../shared/connection-error';
import { TransportError } from '../shared/request-errors';
import type { Runtime } from '../shared/runtime';
import type { ExchangeLog } from './exchange-log';
import type { Timeouts } from './transport';
import { Watchdog } from './watchdog';

/** What ends an exchange from outside: the caller's signal, or a time limit. */
export interface Line {
  signal: AbortSignal;
  watchdog: Watchdog;
  log: ExchangeLog | undefined;
  abort(reason: unknown): void;
  close(): void;
  /** The caller went away, rather than a limit passing. */
  isLeft(): boolean;
  /** The error to throw for one that `fetch` or the reader threw. */
  explain(error: unknown): unknown;
}

export function openLine(
  outer: AbortSignal | undefined,
  runtime: Runtime,
  timeouts: Timeouts,
  log: ExchangeLog | undefined,
): Line {
  const controller = new AbortController();
  const watchdog = new Watchdog(runtime, timeouts, (error) => controller.abort(error));
  const stopListening = onAbort(outer, () => controller.abort(outer?.reason));
  watchdog.start();
  return {
    signal: controller.signal,
    watchdog,
    log,
    abort: (reason) => controller.abort(reason),
    close() {
      watchdog.stop();
      stopListening();
    },
    isLeft: () => controller.signal.aborted && !TransportError.isInstance(controller.signal.reason),
    explain: (error) => (controller.signal.aborted ? controller.signal.reason : connectionError(error)),
  };
}

export type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** Reads one piece; undefined at the end. An abort ends a pending read even of a body that ignores signals. */
export function createPieces(reader: Reader, line: Line): () => Promise<Uint8Array | undefined> {
  const stop = onAbort(line.signal, () => void reader.cancel(line.signal.reason).catch(() => {}));
  return async () => {
    line.watchdog.waiting();
    try {
      const { done, value } = await reader.read();
      line.signal.throwIfAborted();
      if (done) stop();
      else line.log?.piece(value);
      return value;
    } catch (error) {
      stop();
      throw line.explain(error);
    } finally {
      line.watchdog.arrived();
    }
  };
}
