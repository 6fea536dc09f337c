import { onAbort, orAbort } from './abort';
import type { Runtime } from './runtime';

export interface TimeLimit {
  runtime: Pick<Runtime, 'sleep'>;
  ms: number;
  /** Of the caller, who may leave earlier. */
  signal: AbortSignal | undefined;
  /** Thrown when the time is over. */
  late: unknown;
}

/**
 * Does `work` with a signal that aborts with the caller's, or when the time is over. Raced as well as signalled: a `fetch`
 * or a store of somebody else's may not hear a signal.
 *
 * @throws what the work throws; the reason of `signal`; `late`.
 */
export async function withinTime<T>(
  { runtime, ms, signal, late }: TimeLimit,
  work: (ended: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const ended = new AbortController();
  const over = new AbortController();
  const stopListening = onAbort(signal, () => ended.abort(signal?.reason));
  runtime.sleep(ms, over.signal).then(
    () => ended.abort(late),
    () => {}, // the work was over first
  );
  try {
    return await orAbort(work(ended.signal), ended.signal);
  } finally {
    over.abort();
    stopListening();
  }
}
