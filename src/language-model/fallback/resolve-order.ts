import { NoSuchModelError } from '@ai-sdk/provider';
import type { ModelOrder } from '../../catalog/model-order';

/** Anything that gives models by name: a registry of the AI SDK, a provider. */
export interface ModelSource<Model> {
  /** A registry takes only ids of its own providers by its type, so that nothing can be said of the argument here. */
  languageModel(id: never): Model;
}

/** The names under which our provider stands in a registry. */
const OURS = ['openai-codex', 'codex'];
const OPENAI_CODEX = /^openai\/(gpt-5\.3-codex(?:-.*)?)$/i;

export interface ResolveOptions {
  acceptOpenAIPrefix: boolean;
  /** What stands between a provider and a model in the registry. */
  separator: string;
}

/**
 * The models of `order`, each asked of `registry` in the spellings that mean it.
 *
 * @throws NoSuchModelError for one that the registry has in no spelling.
 */
export function resolveOrder<Model>(order: ModelOrder, registry: ModelSource<Model>, options: ResolveOptions): Model[] {
  const ids = typeof order === 'string' ? [order] : [order.primary, ...(order.fallbacks ?? [])];
  return [...new Set(ids.map((id) => id.trim()))].map((id) => resolve(id, registry, options));
}

function resolve<Model>(id: string, registry: ModelSource<Model>, options: ResolveOptions): Model {
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
function spellingsOf(id: string, { acceptOpenAIPrefix, separator }: ResolveOptions): string[] {
  const theirs = acceptOpenAIPrefix ? OPENAI_CODEX.exec(id)?.[1] : undefined;
  const written = theirs === undefined ? id : `${OURS[0]}/${theirs}`;
  const [name, model] = split(written, ['/', ':', separator]);
  if (name === undefined) return [id];
  const names = OURS.includes(name) ? [name, ...OURS] : [name];
  const spelled = [separator, '/'].flatMap((between) => names.map((one) => `${one}${between}${model}`));
  return [...new Set([written, ...spelled])];
}

/** At the separator that comes first: models may have any of them in their ids. */
function split(id: string, separators: readonly string[]): [name: string, model: string] | [] {
  const found = separators.map((separator) => ({ at: id.indexOf(separator), length: separator.length }));
  const [first] = found.filter(({ at }) => at > 0).sort((one, other) => one.at - other.at);
  return first ? [id.slice(0, first.at), id.slice(first.at + first.length)] : [];
}
