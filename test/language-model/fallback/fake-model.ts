import type {
  LanguageModelV2,
  LanguageModelV2CallOptions,
  LanguageModelV2FinishReason,
  LanguageModelV2StreamPart,
} from '@ai-sdk/provider';
import { APICallError } from '@ai-sdk/provider';
import { CodexRateLimitError, CodexUsageLimitError } from '../../../src/language-model/errors';
import { ACCOUNT } from '../../../src/language-model/fallback/account';
import { type CodexFallbackSettings, createFallbackOver } from '../../../src/language-model/v2/create-fallback';

export const START = 1_800_000_000_000;
export const OPTIONS: LanguageModelV2CallOptions = {
  prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi.' }] }],
};

const USAGE = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };

type Part = LanguageModelV2StreamPart;
/** What a model does with one call: rejects with `fail`, or answers; a stream with these parts, or this stream. */
export type Deed =
  | { fail: unknown }
  | { text: string }
  | { ends: LanguageModelV2FinishReason }
  | { parts: Part[] }
  | { stream: ReadableStream<Part> };

export interface FakeModel extends LanguageModelV2 {
  calls: LanguageModelV2CallOptions[];
  /** Reasons with which its streams were cancelled. */
  cancelled: unknown[];
  /** Parts that were asked for. */
  pulled: number;
}

/** Makes `model` one of ours: of this login, with this id on the wire. */
export const ofLogin = (login: object, model: FakeModel, modelId = model.modelId): FakeModel =>
  Object.assign(model, { [ACCOUNT]: { login, modelId } });

/** A model that does one deed a call, the last one again and again. */
export function fakeModel(name: string, ...deeds: Deed[]): FakeModel {
  const [provider = '', modelId = ''] = name.split('/');
  const next = () => (deeds.length > 1 ? deeds.shift() : deeds[0]) ?? { text: 'Fine.' };
  const model: FakeModel = {
    specificationVersion: 'v2',
    provider,
    modelId,
    supportedUrls: {},
    calls: [],
    cancelled: [],
    pulled: 0,
    async doGenerate(options) {
      model.calls.push(options);
      const deed = next();
      if ('fail' in deed) throw deed.fail;
      const finishReason = 'ends' in deed ? deed.ends : 'stop';
      return {
        content: 'text' in deed ? [{ type: 'text', text: deed.text }] : [],
        finishReason,
        usage: USAGE,
        warnings: [],
        providerMetadata: { own: { kept: true } },
      };
    },
    async doStream(options) {
      model.calls.push(options);
      const deed = next();
      if ('fail' in deed) throw deed.fail;
      if ('stream' in deed) return { stream: deed.stream };
      const ended = (): Part[] => ('ends' in deed ? [startPart, { ...finishPart, finishReason: deed.ends }] : []);
      const parts = 'parts' in deed ? deed.parts : 'text' in deed ? textParts(deed.text) : ended();
      return {
        stream: streamOf(model, parts),
        response: { headers: {} },
      };
    },
  };
  return model;
}

function streamOf(model: FakeModel, parts: Part[]): ReadableStream<Part> {
  let at = 0;
  return new ReadableStream<Part>(
    {
      pull(controller) {
        model.pulled++;
        const part = parts[at++];
        if (part) controller.enqueue(part);
        else controller.close();
      },
      cancel(reason) {
        model.cancelled.push(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

export const startPart: Part = { type: 'stream-start', warnings: [] };
export const finishPart = {
  type: 'finish',
  finishReason: 'stop',
  usage: USAGE,
  providerMetadata: { own: { kept: true } },
} satisfies Part;

export function textParts(text: string): Part[] {
  return [
    startPart,
    { type: 'response-metadata', id: 'r' },
    { type: 'text-start', id: 't' },
    { type: 'text-delta', id: 't', delta: text },
    { type: 'text-end', id: 't' },
    finishPart,
  ];
}

const base = { url: 'https://a.test', requestBodyValues: {}, statusCode: 429, modelId: 'm' };

export const usageLimit = (resetsAt?: number) =>
  new CodexUsageLimitError({
    ...base,
    code: 'usage_limit_reached',
    message: 'The plan is used up.',
    isRetryable: false,
    resetsAt,
    planType: 'plus',
    rateLimits: undefined,
  });

export const throttle = (retryAt: number) =>
  new CodexRateLimitError({
    ...base,
    code: 'rate_limit_exceeded',
    message: 'Slow down.',
    isRetryable: true,
    retryAfterMs: undefined,
    retryAt,
  });

export const status = (statusCode: number) =>
  new APICallError({
    url: 'https://b.test',
    requestBodyValues: { prompt: 'private' },
    message: `Status ${statusCode}.`,
    statusCode,
  });

/** A fallback by a clock that stands still until it is set. */
export function fallbackOf(models: LanguageModelV2[], settings: Pick<CodexFallbackSettings, 'onFallback'> = {}) {
  const clock = { time: START, now: () => clock.time };
  const model = createFallbackOver(clock, { models, ...settings });
  const outcome = (options: Partial<LanguageModelV2CallOptions> = {}) =>
    Promise.resolve(model.doGenerate({ ...OPTIONS, ...options })).then(
      (result) => ({ result, error: undefined }),
      (error) => ({ result: undefined, error }),
    );
  /** Which model answered, or the error. */
  const ask = async () => {
    const { result, error } = await outcome();
    return result ? Object(result.providerMetadata?.codex?.fallback).used : error;
  };
  return { model, clock, ask, outcome };
}

/** The parts of a stream; an error that breaks it is the last, as `thrown`. */
export async function partsOf(model: LanguageModelV2, options: Partial<LanguageModelV2CallOptions> = {}) {
  const { stream } = await model.doStream({ ...OPTIONS, ...options });
  const parts: (Part | { type: 'thrown'; error: unknown })[] = [];
  try {
    for await (const part of stream) parts.push(part);
  } catch (error) {
    parts.push({ type: 'thrown', error });
  }
  return parts;
}
