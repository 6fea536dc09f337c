import type { LanguageModelV2, LanguageModelV2CallOptions, LanguageModelV2StreamPart } from '@ai-sdk/provider';
import type { ModelOrder } from '../../catalog/model-order';
import { createRuntime } from '../../shared/runtime';
import { checkSettings } from '../fallback/check-settings';
import { createOrder } from '../fallback/create-order';
import { withFallback } from '../fallback/fallback-metadata';
import { readFirstOutput, requireOutput } from '../fallback/first-output';
import { relay } from '../fallback/relay';
import { type ModelSource, resolveOrder } from '../fallback/resolve-order';
import { commonUrls } from '../fallback/supported-urls';
import { type OnFallback, tryInOrder } from '../fallback/try-in-order';

/** Models in the order in which they are tried. */
export type CodexFallbackSettings = {
  /** Called for every model that is given up. What it throws or rejects with is ignored. */
  onFallback?: OnFallback | undefined;
} & (
  | {
      /** Models of any provider. The same object counts once. */
      models: readonly LanguageModelV2[];
      order?: undefined;
      registry?: undefined;
    }
  | {
      models?: undefined;
      /** Ids such as `openai-codex/gpt-5.3-codex` or `openai/gpt-5.2`: one, or a first choice and what follows it. */
      order: ModelOrder;
      /** Where the ids are looked up, at once: a registry of the AI SDK or a provider. */
      registry: ModelSource<LanguageModelV2>;
      /** The separator with which the registry was created. Default `:`; `/` is tried, too. */
      separator?: string | undefined;
      /** Take `openai/gpt-5.3-codex` as the subscription's model. Default false: the prefix is that of the API-key provider. */
      acceptOpenAIPrefix?: boolean | undefined;
    }
);

/**
 * A model over several: each is tried until one begins to answer. After its first output a failure is passed on.
 *
 * The next one is tried after a limit, throttling, an overload, a failure of the service or the connection, a refused or
 * missing login, and for a model that is not available; never after your abort, too long a context, a refusal of what the
 * call says, or an invalid call. A model at its limit is left alone until that ends, a service that refused the login for
 * a minute. What happened is in `providerMetadata.codex.fallback` and told to `onFallback`.
 *
 * A single failure is thrown as it is, several as a {@link CodexFallbackError}.
 *
 * @throws TypeError for an empty list, for what is no model, and for settings that say nothing or two things.
 * @throws NoSuchModelError for an id that the registry does not have.
 */
export function createFallback(settings: CodexFallbackSettings): LanguageModelV2 {
  return createFallbackOver(createRuntime(), settings);
}

/** The same by a clock that is given. */
export function createFallbackOver(clock: { now(): number }, settings: CodexFallbackSettings): LanguageModelV2 {
  checkSettings(settings);
  const order = createOrder(modelsOf(settings), {
    version: 'v2',
    onFallback: settings.onFallback,
    now: () => clock.now(),
  });
  const all = order.candidates.map(({ model }) => model);
  const [{ provider, modelId }] = all as [LanguageModelV2, ...LanguageModelV2[]];
  return {
    specificationVersion: 'v2',
    provider,
    modelId,
    get supportedUrls() {
      return commonUrls(all);
    },
    async doGenerate(options) {
      const { result, ...outcome } = await tryInOrder(order, options.abortSignal, {
        ask: async (model) => requireOutput(await model.doGenerate(options)),
      });
      return { ...result, providerMetadata: withFallback(result.providerMetadata, outcome) };
    },
    async doStream(options) {
      const { result, ...outcome } = await tryInOrder(order, options.abortSignal, {
        ask: (model) => start(model, options),
        discard: ({ started }, reason) => started.reader.cancel(reason),
      });
      const finish = (part: LanguageModelV2StreamPart) =>
        part.type === 'finish' ? { ...part, providerMetadata: withFallback(part.providerMetadata, outcome) } : part;
      const stream = relay(result.started, finish, options.abortSignal);
      return { ...result.rest, stream };
    },
  };
}

function modelsOf(settings: CodexFallbackSettings): readonly LanguageModelV2[] {
  if (settings.models !== undefined) return settings.models;
  const { order, registry, acceptOpenAIPrefix = false, separator = ':' } = settings;
  return resolveOrder(order, registry, { acceptOpenAIPrefix, separator });
}

async function start(model: LanguageModelV2, options: LanguageModelV2CallOptions) {
  const { stream, ...rest } = await model.doStream(options);
  return { rest, started: await readFirstOutput<LanguageModelV2StreamPart>(stream, options.abortSignal) };
}
