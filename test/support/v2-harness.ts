import { APICallError, type LanguageModelV2, type LanguageModelV2StreamPart } from '@ai-sdk/provider';
import { modelInfo } from '../../src/catalog/known-models';
import type { ModelCatalog } from '../../src/catalog/model-catalog';
import type { CallEnvironment } from '../../src/language-model/run-call';
import { TurnStates } from '../../src/language-model/turn-state';
import { createProvider } from '../../src/language-model/v2/create-provider';
import { silentLogger } from '../../src/shared/logger';
import { createRuntime, type FetchFunction, type Runtime } from '../../src/shared/runtime';
import { createHttpTransport } from '../../src/transport/http-transport';

type CallOptions = Parameters<LanguageModelV2['doStream']>[0];

export const CALL_OPTIONS: CallOptions = {
  prompt: [{ role: 'user', content: [{ type: 'text', text: 'When is high tide?' }] }],
  providerOptions: { codex: { sessionId: 'session-1' } },
};

/** A catalogue that never heard of the backend. */
export const BUNDLE: ModelCatalog = {
  find: async (modelId) => modelInfo(modelId),
  list: async () => [],
  liveIds: async () => undefined,
  noteEtag() {},
};

/** What a stream gave: its parts as plain JSON (dates as ISO strings), or the error it was refused with. */
export type Outcome = { parts: PlainPart[] } | { rejected: PlainError };

export type PlainPart = { type: string; [key: string]: unknown };
type PlainError = { name: string; [key: string]: unknown };

/** What a call needs, over `runtime`: somebody logged in, the bundled catalogue, no limits of time, no log. */
export function createEnvironment(runtime: Runtime, more: Partial<CallEnvironment> = {}): CallEnvironment {
  return {
    baseURL: 'http://127.0.0.1/codex',
    transport: createHttpTransport(runtime, { connectMs: 0, firstEventMs: 0, idleMs: 0 }),
    authorizer: {
      headers: async () => ({ authorization: 'Bearer none', 'chatgpt-account-id': 'account-1' }),
      onUnauthorized: async () => false,
    },
    runtime,
    turnStates: new TurnStates(runtime),
    originator: 'test',
    clientVersion: '0.0.0',
    defaultInstructions: 'Be brief.',
    headers: undefined,
    catalog: BUNDLE,
    usage: async () => ({ rateLimits: { observedAt: 0 } }),
    onRateLimits: undefined,
    logger: silentLogger,
    loginHint: 'Log in.',
    responsesLite: undefined,
    clampReasoningEffort: true,
    ...more,
  };
}

/** When everything here happens: what an answer tells of the plan's limits is stamped with it. */
const NOW = 1_790_000_000_000;

/** A V2 model whose backend answers every request with `bytes`, `chunkSize` of them at a time. */
export function createV2Model(bytes: Uint8Array, chunkSize = bytes.length): LanguageModelV2 {
  const environment = createEnvironment(createRuntime({ fetch: answerWith(bytes, chunkSize), now: () => NOW }));
  return createProvider(async () => environment, { acceptOpenAIPrefix: false })('gpt-5.3-codex');
}

/** A `fetch` that answers 200 with an event stream, and hands out the next chunk only when it is asked to. */
export function answerWith(bytes: Uint8Array, chunkSize = bytes.length): FetchFunction {
  return async () => {
    let start = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (start >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(start, start + chunkSize));
        start += chunkSize;
      },
    });
    return new Response(body, { status: 200, headers: { 'content-type': 'text/event-stream' } });
  };
}

/** Runs `doStream` to its end. A stream that breaks instead of ending gives its error as a last part of type `thrown`. */
export async function streamOutcome(model: LanguageModelV2, options: Partial<CallOptions> = {}): Promise<Outcome> {
  let stream: ReadableStream<LanguageModelV2StreamPart>;
  try {
    ({ stream } = await model.doStream({ ...CALL_OPTIONS, ...options }));
  } catch (error) {
    return { rejected: toPlainError(error) };
  }
  const parts: PlainPart[] = [];
  try {
    for await (const part of stream) parts.push(toPlainPart(part));
  } catch (error) {
    parts.push({ type: 'thrown', error: toPlainError(error) });
  }
  return { parts };
}

/** Error messages are for people and left out; what a program can act on stays. */
export function toPlainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: typeof error, value: error };
  const { code } = error as { code?: unknown };
  return {
    name: error.name,
    ...(code !== undefined && { code }),
    ...(APICallError.isInstance(error) && {
      isRetryable: error.isRetryable,
      ...(error.statusCode !== undefined && { statusCode: error.statusCode }),
    }),
  };
}

function toPlainPart(part: LanguageModelV2StreamPart): PlainPart {
  const plain = part.type === 'error' ? { ...part, error: toPlainError(part.error) } : part;
  // Through JSON at once: a part must not change after it was handed over.
  return JSON.parse(JSON.stringify(plain));
}
