/** Models in the order in which they are tried: one id, or a first choice and what follows it. */
export type ModelOrder = string | { primary: string; fallbacks?: readonly string[] };

/**
 * A common order: the subscription first, then the API. The first was reported retired for ChatGPT sign-in in 2026-06;
 * put a model of `codex.models()` there.
 */
export const DEFAULT_MODEL_ORDER = {
  primary: 'openai-codex/gpt-5.3-codex',
  fallbacks: ['openai/gpt-5.2-codex', 'openai/gpt-4o-mini'],
} as const satisfies ModelOrder;
