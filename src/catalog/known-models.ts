import type { ModelInfo } from './model-info';

const LOW_TO_HIGH = ['low', 'medium', 'high'] as const;
const LOW_TO_XHIGH = ['low', 'medium', 'high', 'xhigh'] as const;
const NONE_TO_XHIGH = ['none', 'low', 'medium', 'high', 'xhigh'] as const;
const NONE_TO_MAX = ['none', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

const TEXT_AND_IMAGE = ['text', 'image'] as const;
// Those that a report saw answering, first of all.
const CURRENT = ['gpt-5.6-sol', 'gpt-6-astra', 'gpt-5.6-terra', 'gpt-5.5'] as const;

// Live probes, and a report that names the models which still answered.
const SEEN_WORKING = { lastSeenWorking: '2026-09' } as const;
const PRIORITY_TIER = { serviceTiers: ['priority'] } as const;
const GPT_5_6 = { minimalClientVersion: '0.144.0', ...PRIORITY_TIER, ...SEEN_WORKING } as const;
const RETIRED = { retiredSince: '2026-06', successors: CURRENT } as const;
const REFUSED_TO_SOME = { planNote: 'Refused to some accounts in 2026-09 and listed for others.' } as const;
const NO_LONGER_OFFERED = {
  planNote: 'Other clients no longer offer it for ChatGPT sign-in.',
  successors: ['gpt-5.5'], // what those clients offer instead
} as const;

/** What the catalogue that Codex CLI 0.144.6 carries says of its models, but for what `more` overrides. */
function bundled(id: string, reasoningEfforts: readonly string[], more: Partial<ModelInfo> = {}): ModelInfo {
  const defaults = { defaultReasoningEffort: 'medium', supportsVerbosity: true, defaultVerbosity: 'low' };
  return model(id, reasoningEfforts, { ...defaults, ...more });
}

function model(id: string, reasoningEfforts: readonly string[], more: Partial<ModelInfo> = {}): ModelInfo {
  return {
    id,
    reasoningEfforts,
    contextWindow: 272_000,
    inputModalities: TEXT_AND_IMAGE,
    // Assumed of the models which no catalogue that we saw describes; without it the backend would have to decide.
    supportsParallelToolCalls: true,
    ...more,
  };
}

/** One table serves all providers of a process. */
function frozen(info: ModelInfo): ModelInfo {
  for (const value of Object.values(info)) Object.freeze(value);
  return Object.freeze(info);
}

/**
 * Models seen on the Codex backend up to 2026-11. Retirement dates are months of public reports for ChatGPT sign-in;
 * what an account really has is only known from the live list. Efforts are those that the backend was seen to take, which
 * are more than its catalogue lists.
 */
export const KNOWN_MODELS: readonly ModelInfo[] = [
  { id: 'gpt-6-sol', minimalClientVersion: '0.155.0' },
  { id: 'gpt-6-luna', minimalClientVersion: '0.155.0' },
  {
    id: 'gpt-6-astra',
    contextWindow: 272_000,
    maxContextWindow: 872_000,
    minimalClientVersion: '0.153.0',
    ...SEEN_WORKING,
  },
  bundled('gpt-5.6-sol', NONE_TO_MAX, { ...GPT_5_6, defaultReasoningEffort: 'low' }),
  bundled('gpt-5.6-terra', NONE_TO_MAX, GPT_5_6),
  bundled('gpt-5.6-luna', NONE_TO_MAX, GPT_5_6),
  bundled('gpt-5.5', NONE_TO_XHIGH, {
    minimalClientVersion: '0.124.0',
    ...PRIORITY_TIER,
    ...REFUSED_TO_SOME,
    ...SEEN_WORKING,
  }),
  bundled('gpt-5.4', NONE_TO_XHIGH, {
    maxContextWindow: 1_000_000,
    minimalClientVersion: '0.98.0',
    ...PRIORITY_TIER,
    ...REFUSED_TO_SOME,
  }),
  bundled('gpt-5.4-mini', NONE_TO_XHIGH, { defaultVerbosity: 'medium', ...REFUSED_TO_SOME }),
  model('gpt-5.3-codex', LOW_TO_XHIGH, RETIRED),
  model('gpt-5.3-codex-spark', LOW_TO_XHIGH, {
    contextWindow: 128_000,
    inputModalities: ['text'],
    planNote: 'For ChatGPT Pro alone.',
  }),
  bundled('gpt-5.2', NONE_TO_XHIGH, RETIRED),
  model('gpt-5.2-codex', LOW_TO_XHIGH, RETIRED),
  model('gpt-5.1', ['none', ...LOW_TO_HIGH], NO_LONGER_OFFERED),
  model('gpt-5.1-codex', LOW_TO_HIGH, NO_LONGER_OFFERED),
  model('gpt-5.1-codex-max', LOW_TO_XHIGH, NO_LONGER_OFFERED),
  model('gpt-5.1-codex-mini', ['medium', 'high'], NO_LONGER_OFFERED),
  model('gpt-5', ['minimal', ...LOW_TO_HIGH], { retiredSince: '2026-05', successors: CURRENT }),
  model('gpt-5-codex', LOW_TO_HIGH, { contextWindow: 400_000 }),
  model('gpt-5-codex-mini', LOW_TO_HIGH, { contextWindow: 400_000 }),
  { id: 'codex-auto-review', contextWindow: 272_000, maxContextWindow: 1_000_000, isListed: false },
  { id: 'gpt-reserve', planNote: 'Seen on the list of a free plan.' },
].map(frozen);

const byId = new Map(KNOWN_MODELS.map((info) => [info.id, info]));

/** What is known about `modelId`; for an unknown id only the id. */
export function modelInfo(modelId: string): ModelInfo {
  return byId.get(modelId) ?? { id: modelId };
}

export function isKnownModel(modelId: string): boolean {
  return byId.has(modelId);
}
