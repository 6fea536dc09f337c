import { onAbort } from '../../shared/abort';
import type { AnyPart, StartedStream } from './first-output';

/**
 * The rest of a stream that has begun, read only when its reader asks; each part goes through `change`. An abort ends it at
 * once, also where the model does not listen.
 */
export function relay<Part extends AnyPart>(
  { held, reader }: StartedStream<Part>,
  change: (part: Part) => Part,
  signal: AbortSignal | undefined,
): ReadableStream<Part> {
  let next = 0;
  let stopListening = () => {};
  return new ReadableStream<Part>(
    {
      start(controller) {
        stopListening = onAbort(signal, () => {
          controller.error(signal?.reason);
          reader.cancel(signal?.reason).catch(() => {}); // it may have heard of it by itself
        });
      },
      async pull(controller) {
        const waiting = held[next++];
        if (waiting !== undefined) return controller.enqueue(change(waiting));
        const { done, value } = await reader.read();
        if (done) stopListening();
        if (signal?.aborted) return;
        if (done) controller.close();
        else controller.enqueue(change(value));
      },
      cancel(reason) {
        stopListening();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
