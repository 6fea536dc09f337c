import { asNumber, asRecord, asString } from '../shared/json';
import { redact } from '../shared/secret';
import type { ModelInfo } from './model-info';

/** What is read of an entry. The rest, such as pages of instructions for another program, is not kept. */
const FIELDS = [
  'slug',
  'display_name',
  'description',
  'default_reasoning_level',
  'supported_reasoning_levels',
  'supports_reasoning_summaries',
  'context_window',
  'max_context_window',
  'input_modalities',
  'supports_parallel_tool_calls',
  'support_verbosity',
  'default_verbosity',
  'service_tiers',
  'minimal_client_version',
  'available_in_plans',
  'visibility',
  'supported_in_api',
  'use_responses_lite',
] as const;

/** Changes whenever other fields are read: a list that was kept without one of them must not live on by being unchanged. */
export const FIELDS_READ = FIELDS.join(' ');

const MAX_ID_LENGTH = 200;
/** Of terminals, of lines, of the direction of text. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** An entry of the list as it came, without what nobody reads. */
export type WireModel = Partial<Record<(typeof FIELDS)[number], unknown>>;

/**
 * The entries of a list that can be read, which takes no more than an id that may be shown; of each the fields that we
 * know. One that cannot be read is passed over, and so is the second of the same id.
 *
 * @param onSkip Gets the place of an entry that was passed over.
 */
export function readModelList(list: readonly unknown[], onSkip: (index: number) => void = () => {}): WireModel[] {
  const seen = new Set<string>();
  return list.flatMap((entry, index) => {
    const record = asRecord(entry);
    const id = asId(record?.slug);
    if (!record || id === undefined || seen.has(id)) {
      onSkip(index);
      return [];
    }
    seen.add(id);
    return [Object.fromEntries(FIELDS.flatMap((name) => (name in record ? [[name, record[name]]] : [])))];
  });
}

/** The facts of an entry. A field of another type than expected counts as missing. */
export function toModelInfo(entry: WireModel): ModelInfo {
  const { visibility, supported_in_api: isSupported } = entry;
  const facts = present({
    displayName: asText(entry.display_name),
    description: asText(entry.description),
    reasoningEfforts: efforts(entry),
    defaultReasoningEffort: effort(entry.default_reasoning_level),
    supportsReasoningSummaries: asBoolean(entry.supports_reasoning_summaries),
    contextWindow: asCount(entry.context_window),
    maxContextWindow: asCount(entry.max_context_window),
    inputModalities: modalities(entry.input_modalities),
    supportsParallelToolCalls: asBoolean(entry.supports_parallel_tool_calls),
    supportsVerbosity: asBoolean(entry.support_verbosity),
    defaultVerbosity: asText(entry.default_verbosity),
    serviceTiers: texts(entry.service_tiers, 'id'),
    minimalClientVersion: asText(entry.minimal_client_version),
    availableInPlans: texts(entry.available_in_plans),
    isListed: (asString(visibility) ?? 'list') === 'list' && isSupported !== false,
    usesResponsesLite: asBoolean(entry.use_responses_lite),
  });
  return { id: asString(entry.slug) ?? '', ...facts };
}

/** `ultra` is a mode of the Codex CLI, which sends `max` for it. */
function effort(value: unknown): string | undefined {
  const word = asText(value);
  return word === 'ultra' ? 'max' : word;
}

/** An empty list says that the model takes none, unless a default contradicts it. */
function efforts({ supported_reasoning_levels: levels, default_reasoning_level: byDefault }: WireModel) {
  if (Array.isArray(levels) && levels.length === 0 && effort(byDefault) === undefined) return [];
  const words = texts(levels, 'effort')?.flatMap((word) => effort(word) ?? []) ?? [];
  return words.length > 0 ? [...new Set(words)] : undefined;
}

function modalities(value: unknown): ('text' | 'image')[] | undefined {
  const known = (['text', 'image'] as const).filter((modality) => Array.isArray(value) && value.includes(modality));
  return known.length > 0 ? known : undefined;
}

/** The texts of a list; of an object in it, what stands under `name`. */
function texts(value: unknown, name?: string): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((one) => asText(name === undefined ? one : (asRecord(one)?.[name] ?? one)) ?? []);
}

/** An id goes into messages, logs and terminals as it is. */
function asId(value: unknown): string | undefined {
  const id = asString(value);
  return id && id.length <= MAX_ID_LENGTH && !CONTROL.test(id) && redact(id) === id ? id : undefined;
}

function asText(value: unknown): string | undefined {
  const text = asString(value);
  return text === undefined || text === '' ? undefined : redact(text);
}

function asBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function asCount(value: unknown): number | undefined {
  const count = asNumber(value);
  return count !== undefined && count > 0 ? count : undefined;
}

function present(facts: { [Fact in keyof ModelInfo]?: ModelInfo[Fact] | undefined }): Partial<ModelInfo> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
