import { type LanguageModelV2, NoSuchModelError, type ProviderV2 } from '@ai-sdk/provider';
import type { CodexUsage, UsageOptions } from '../../catalog/fetch-usage';
import type { ListModelsOptions } from '../../catalog/model-catalog';
import type { CodexModelId } from '../../catalog/model-id';
import type { CodexModel } from '../../catalog/model-info';
import { normalizeModelId } from '../../catalog/normalize-model-id';
import { CodexLanguageModel, type OpenEnvironment } from './codex-language-model';

/** A provider of Codex models for the AI SDK. Calling it is the same as calling `languageModel`. */
export interface CodexProvider extends ProviderV2 {
  (modelId: CodexModelId): LanguageModelV2;
  languageModel(modelId: CodexModelId): LanguageModelV2;
  /** @throws NoSuchModelError always: the backend has no embedding models. */
  textEmbeddingModel(modelId: string): never;
  /** The name of later AI SDKs. @throws NoSuchModelError always. */
  embeddingModel(modelId: string): never;
  /** @throws NoSuchModelError always. */
  imageModel(modelId: string): never;
  /**
   * The models of this account: asked of the backend, at most 5 minutes old. When it cannot be asked: the last list known,
   * else what this version of the package knows; `source` tells.
   *
   * @throws CodexAuthError when there is no login, or none that works.
   */
  models(options?: ListModelsOptions): Promise<CodexModel[]>;
  /**
   * The account's plan, its limits and when they reset, asked of the backend now.
   *
   * @throws CodexAuthError without a login; CodexCallError when the backend does not tell.
   */
  usage(options?: UsageOptions): Promise<CodexUsage>;
}

/** A name of the API-key provider, behind whatever separator a registry has. */
const FOREIGN = /^openai(?![\w-])/i;

export function createProvider(open: OpenEnvironment, options: { acceptOpenAIPrefix: boolean }): CodexProvider {
  const languageModel = (modelId: string): LanguageModelV2 => {
    const wire = normalizeModelId(modelId, options);
    if (wire.modelId === '') throw new NoSuchModelError({ modelId, modelType: 'languageModel' });
    if (FOREIGN.test(wire.modelId)) throw foreignModel(modelId);
    return new CodexLanguageModel(modelId, wire, open);
  };
  const none = (modelType: 'textEmbeddingModel' | 'imageModel') => (modelId: string) => {
    throw new NoSuchModelError({ modelId, modelType });
  };
  const provider = function codex(modelId: string) {
    if (new.target) throw new Error('The codex provider is a function; call it without new.');
    return languageModel(modelId);
  };
  return Object.assign(provider, {
    languageModel,
    textEmbeddingModel: none('textEmbeddingModel'),
    embeddingModel: none('textEmbeddingModel'),
    imageModel: none('imageModel'),
    models: async (query?: ListModelsOptions) => (await open()).catalog.list(query),
    usage: async (query?: UsageOptions) => (await open()).usage(query),
  }) as CodexProvider;
}

function foreignModel(modelId: string): NoSuchModelError {
  return new NoSuchModelError({
    modelId,
    modelType: 'languageModel',
    message:
      `No such model: ${modelId}. The prefix openai belongs to the API-key provider. ` +
      'For the ChatGPT subscription leave it away; acceptOpenAIPrefix takes openai/gpt-5.3-codex alone.',
  });
}
