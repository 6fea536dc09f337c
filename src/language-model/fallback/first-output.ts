import { NoContentGeneratedError } from '@ai-sdk/provider';
import { onAbort } from '../../shared/abort';

/** As much of a stream part as every version of the specification has. */
export interface AnyPart {
  type: string;
  error?: unknown;
  finishReason?: unknown;
  providerMetadata?: unknown;
}

/** A stream that has begun to answer: what was held back, and where the rest comes from. */
export interface StartedStream<Part> {
  held: Part[];
  reader: ReadableStreamDefaultReader<Part>;
}

/** Parts that come before a model said anything. */
const PREAMBLE = new Set(['stream-start', 'response-metadata', 'raw']);

/**
 * Reads `stream` up to its first output. Rejects, and lets go of the stream, where there is none: it broke off, said
 * `error`, or finished for that reason.
 */
export async function readFirstOutput<Part extends AnyPart>(
  stream: ReadableStream<Part>,
  signal: AbortSignal | undefined,
): Promise<StartedStream<Part>> {
  const reader = stream.getReader();
  const held: Part[] = [];
  // A model that does not listen to the signal would keep the caller waiting.
  let stop = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = onAbort(signal, () => reject(signal?.reason));
  });
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), aborted]);
      if (done) throw new NoContentGeneratedError({ message: 'The stream ended before any output.' });
      held.push(value);
      if (PREAMBLE.has(value.type)) continue;
      if (value.type === 'error') throw value.error;
      if (isFailedFinish(value)) throw new NoContentGeneratedError({ message: 'The model failed before any output.' });
      return { held, reader };
    }
  } catch (error) {
    reader.cancel(error).catch(() => {}); // it may have broken off by itself
    throw error;
  } finally {
    stop();
  }
}

/** The reason is a word in V2, an object around it later. */
function isFailedFinish({ type, finishReason }: AnyPart): boolean {
  if (type !== 'finish') return false;
  return finishReason === 'error' || (Object(finishReason) as { unified?: unknown }).unified === 'error';
}
