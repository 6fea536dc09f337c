import { NoSuchModelError } from '@ai-sdk/provider';
import type { ModelOrder } from '../../catalog/model-order';

/** Anything that gives models by name: a registry of the AI SDK, a provider. */
export interface ModelSource<Model> {
  /** A registry takes only ids of its own providers by its type, so that nothing can be said of the argument here. */
  languageModel(id: never): Model;
}

const OURS = /^(?:openai-codex|codex)\/(.+)$/;
const OPENAI_CODEX = /^openai\/(gpt-5\.3-codex(?:-.*)?)$/i;

/**
 * The models of `order`, each asked of `registry` in the spellings that mean it.
 *
 * @throws NoSuchModelError for one that the registry has in no spelling.
 */
export function resolveOrder<Model>(
  order: ModelOrder,
  registry: ModelSource<Model>,
  options: { acceptOpenAIPrefix: boolean },
): Model[] {
  const ids = typeof order === 'string' ? [order] : [order.primary, ...(order.fallbacks ?? [])];
  return ids.map((id) => resolve(id.trim(), registry, options));
}

function resolve<Model>(id: string, registry: ModelSource<Model>, options: { acceptOpenAIPrefix: boolean }): Model {
  const spellings = spellingsOf(id, options);
  let cause: unknown;
  for (const spelling of spellings) {
    try {
      const model = registry.languageModel(spelling as never);
      if (model) return model;
    } catch (error) {
      if (!NoSuchModelError.isInstance(error)) throw error;
      cause = error;
    }
  }
  const message = `No such model: ${id}. The registry has none of: ${spellings.join(', ')}.`;
  throw Object.assign(new NoSuchModelError({ modelId: id, modelType: 'languageModel', message }), { cause });
}

/** `provider/model` as people write it, in the spellings of a registry. */
function spellingsOf(id: string, { acceptOpenAIPrefix }: { acceptOpenAIPrefix: boolean }): string[] {
  if (id.includes(':')) return [id];
  const ours = OURS.exec(id)?.[1];
  if (ours !== undefined) return [id, `openai-codex:${ours}`, `codex:${ours}`];
  const theirs = acceptOpenAIPrefix ? OPENAI_CODEX.exec(id)?.[1] : undefined;
  if (theirs !== undefined) return [`openai-codex/${theirs}`, `openai-codex:${theirs}`, `codex:${theirs}`];
  const slash = id.indexOf('/');
  return slash < 0 ? [id] : [id, `${id.slice(0, slash)}:${id.slice(slash + 1)}`];
}
