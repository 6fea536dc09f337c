import type { FetchFunction } from '../../src/shared/runtime';

/** The global `fetch`, and how far its answers have come on the client's side. */
export function watchedFetch() {
  const seen = { requests: 0, answers: 0, pieces: 0, frames: 0 };
  const fetch: FetchFunction = async (input, init) => {
    seen.requests += 1;
    const response = await globalThis.fetch(input, init);
    seen.answers += 1;
    const count = new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        seen.pieces += 1;
        seen.frames += new TextDecoder().decode(piece).split('\n\n').length - 1;
        controller.enqueue(piece);
      },
    });
    return new Response(response.body?.pipeThrough(count), response);
  };
  return { fetch, seen };
}
