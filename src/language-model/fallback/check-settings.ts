/**
 * Names what is wrong with the settings of a fallback; whether its models are models is seen where they are read.
 *
 * @throws TypeError
 */
export function checkSettings(settings: unknown): void {
  const { models, order, registry, separator, onFallback } = Object(settings) as Record<string, unknown>;
  if (onFallback !== undefined && typeof onFallback !== 'function') fail('`onFallback` must be a function');
  if (models !== undefined) {
    if (order !== undefined || registry !== undefined) fail('give `models`, or `order` and `registry`, not both');
    if (!Array.isArray(models)) fail('`models` must be a list of models');
    return;
  }
  if (order === undefined && registry === undefined) fail('give `models`, or `order` and `registry`');
  if (!isOrder(order)) fail('`order` must be an id, or { primary, fallbacks } with ids');
  if (!isRegistry(registry))
    fail('`registry` must be a registry of the AI SDK or a provider: it looks up the ids of `order`');
  if (separator !== undefined && (typeof separator !== 'string' || separator === ''))
    fail('`separator` must be a text that is not empty');
}

function isOrder(order: unknown): boolean {
  if (typeof order === 'string') return true;
  const { primary, fallbacks = [] } = Object(order) as Record<string, unknown>;
  return [primary, ...(Array.isArray(fallbacks) ? fallbacks : [undefined])].every((id) => typeof id === 'string');
}

function isRegistry(registry: unknown): boolean {
  return typeof (Object(registry) as { languageModel?: unknown }).languageModel === 'function';
}

function fail(words: string): never {
  throw new TypeError(`createFallback: ${words}.`);
}
