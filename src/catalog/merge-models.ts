import { isKnownModel, KNOWN_MODELS, modelInfo } from './known-models';
import type { CodexModel, ModelInfo } from './model-info';

const WEAKEST_FIRST = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** Efforts that the backend was seen to take from models whose entry does not list them. */
const UNLISTED = ['none', 'minimal'];

const SPARK = 'gpt-5.3-codex-spark';
const BASE_OF_SPARK = 'gpt-5.3-codex';

/** The list of an account: what the backend says of each model, over what is known of it besides. */
export function mergeModels(live: readonly ModelInfo[]): CodexModel[] {
  const models = live.map((info): CodexModel => ({ ...withBundled(info), source: 'live' }));
  const isListed = (id: string) => models.some((model) => model.id === id);
  if (isListed(SPARK) || !isListed(BASE_OF_SPARK)) return models;
  // The backend has served it without listing it. Its facts are its own: it has half the context, and no images.
  return models.flatMap((model) =>
    model.id === BASE_OF_SPARK ? [model, { ...modelInfo(SPARK), source: 'bundled' }] : [model],
  );
}

/** What this version of the package knows by itself. */
export function bundledModels(): CodexModel[] {
  return KNOWN_MODELS.map((info) => ({ ...structuredClone(info), source: 'bundled' }));
}

/** Facts that change what is sent. */
const STEERING = [
  'usesResponsesLite',
  'reasoningEfforts',
  'supportsReasoningSummaries',
  'supportsParallelToolCalls',
  'supportsVerbosity',
] as const;

/** A model of a list that may be out of date: good for information; what changes a request is taken from the bundle. */
export function withoutSteering(model: ModelInfo): ModelInfo {
  const known = modelInfo(model.id);
  const informing = Object.entries(model).filter(([name]) => !(STEERING as readonly string[]).includes(name));
  const steering = STEERING.flatMap((name) => (known[name] === undefined ? [] : [[name, known[name]]]));
  return Object.fromEntries([...informing, ...steering]);
}

function withBundled(live: ModelInfo): ModelInfo {
  if (!isKnownModel(live.id)) return inOrder(live, live.reasoningEfforts);
  const known = modelInfo(live.id);
  if (live.reasoningEfforts?.length === 0) {
    const { defaultReasoningEffort: _none, ...facts } = known;
    return { ...facts, ...live };
  }
  const { reasoningEfforts = known.reasoningEfforts } = live;
  const unlisted = known.reasoningEfforts?.filter((effort) => UNLISTED.includes(effort)) ?? [];
  return inOrder({ ...known, ...live }, [...(reasoningEfforts ?? []), ...unlisted]);
}

/** Words that nobody knows come last, as the strongest: what is new was always stronger so far. */
function inOrder(info: ModelInfo, efforts: readonly string[] = []): ModelInfo {
  if (efforts.length === 0) return info;
  const rankOf = (word: string) => {
    const rank = WEAKEST_FIRST.indexOf(word);
    return rank === -1 ? WEAKEST_FIRST.length : rank;
  };
  return { ...info, reasoningEfforts: [...new Set(efforts)].sort((one, other) => rankOf(one) - rankOf(other)) };
}
