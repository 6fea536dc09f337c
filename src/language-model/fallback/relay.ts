import type { AnyPart, StartedStream } from './first-output';

/** The rest of a stream that has begun, read only when its reader asks; each part goes through `change`. */
export function relay<Part extends AnyPart>(
  { held, reader }: StartedStream<Part>,
  change: (part: Part) => Part,
): ReadableStream<Part> {
  let next = 0;
  return new ReadableStream<Part>(
    {
      async pull(controller) {
        const waiting = held[next++];
        if (waiting !== undefined) return controller.enqueue(change(waiting));
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(change(value));
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
