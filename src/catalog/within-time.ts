import { onAbort } from '../shared/abort';
import type { Runtime } from '../shared/runtime';

/** Does `work`, which has to end soon after its signal comes: that of the caller, or at the end of the time. */
export async function withinTime<T>(
  runtime: Pick<Runtime, 'sleep'>,
  ms: number,
  signal: AbortSignal | undefined,
  work: (end: AbortSignal) => Promise<T>,
): Promise<T> {
  const end = new AbortController();
  const stop = onAbort(signal, () => end.abort());
  runtime.sleep(ms, end.signal).then(
    () => end.abort(new Error(`It took more than ${ms} ms.`)),
    () => {}, // it was not needed
  );
  try {
    return await work(end.signal);
  } finally {
    stop();
    end.abort();
  }
}
