import { NoContentGeneratedError } from '@ai-sdk/provider';
import { onAbort } from '../../shared/abort';

/** As much of a stream part as every version of the specification has. */
export interface AnyPart {
  type: string;
  text?: unknown;
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

/** Ends that do not account for an answer without output. */
const NO_REASON: ReadonlySet<unknown> = new Set(['stop', 'error', 'other', 'unknown', undefined]);

/**
 * Reads `stream` up to its first output. Rejects, and lets go of the stream, where there is none: it broke off, said
 * `error`, or finished with nothing said.
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
  aborted.catch(() => {}); // it may come before anybody waits
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await Promise.race([reader.read(), aborted]);
      if (done) throw new NoContentGeneratedError({ message: 'The stream ended before any output.' });
      held.push(value);
      if (PREAMBLE.has(value.type)) continue;
      if (value.type === 'error') throw value.error;
      if (value.type === 'finish' && saysNothing(value.finishReason)) throw noOutput(value.finishReason);
      return { held, reader };
    }
  } catch (error) {
    reader.cancel(error).catch(() => {}); // it may have broken off by itself
    throw error;
  } finally {
    stop();
  }
}

/** Rejects for an answer that is none: some models report their failures as an end without output. */
export function requireOutput<Result extends { content: readonly AnyPart[]; finishReason: unknown }>(
  result: Result,
): Result {
  const isEmpty = result.content.every(({ type, text }) => type === 'text' && text === '');
  if (isEmpty && saysNothing(result.finishReason)) throw noOutput(result.finishReason);
  return result;
}

/** Other reasons explain why there is no output. The reason is a word in V2, an object around it later. */
function saysNothing(finishReason: unknown): boolean {
  return NO_REASON.has(wordOf(finishReason));
}

function wordOf(finishReason: unknown): unknown {
  return typeof finishReason === 'string' ? finishReason : (Object(finishReason) as { unified?: unknown }).unified;
}

function noOutput(finishReason: unknown): NoContentGeneratedError {
  return new NoContentGeneratedError({ message: `The model ended without any output: ${wordOf(finishReason)}.` });
}
