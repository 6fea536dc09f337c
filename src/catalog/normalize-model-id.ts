import { isKnownModel } from './known-models';

const PREFIX = /^(?:openai-codex|codex)[/:]/i;
const OPENAI_CODEX = /^openai\/(?=gpt-5\.3-codex(?:-|$))/i;
const EFFORT = /-(none|minimal|low|medium|high|xhigh)$/i;

/**
 * The id on the wire for an id as people write it: known prefixes are taken off, known ids lower-cased, and an effort at
 * the end (`gpt-5.5-high`) is split off where the rest is a model that we know. Everything else stays as it is. Pure and
 * idempotent.
 *
 * @param options.acceptOpenAIPrefix Take `openai/gpt-5.3-codex` (that id, or that id and a dash suffix) as ours. Default
 * false: the prefix belongs to the API-key provider.
 */
export function normalizeModelId(
  id: string,
  options: { acceptOpenAIPrefix?: boolean } = {},
): { modelId: string; reasoningEffort?: string } {
  let bare = id.trim();
  for (let next = strip(bare, options); next !== bare; next = strip(bare, options)) bare = next;
  const lower = bare.toLowerCase();
  if (isKnownModel(lower)) return { modelId: lower };
  const effort = EFFORT.exec(lower);
  const rest = effort ? lower.slice(0, effort.index) : '';
  if (effort?.[1] && isKnownModel(rest)) return { modelId: rest, reasoningEffort: effort[1] };
  return { modelId: bare };
}

function strip(id: string, { acceptOpenAIPrefix = false }: { acceptOpenAIPrefix?: boolean }): string {
  const bare = id.replace(PREFIX, '').trim();
  return acceptOpenAIPrefix ? bare.replace(OPENAI_CODEX, '') : bare;
}
