import { modelInfo } from '../catalog/known-models';
import { CODEX_CLIENT_VERSION } from '../shared/constants';

const MOST_NAMED = 12;

/**
 * What to use in place of a model: of those that the account has, its successors first; the known successors, where nobody
 * could ask what the account has.
 */
export function suggestModels(modelId: string, liveIds: readonly string[] | undefined): string[] {
  const { successors = [] } = modelInfo(modelId);
  if (!liveIds) return [...successors];
  const others = liveIds.filter((id) => id !== modelId);
  const first = successors.filter((id) => others.includes(id));
  return [...first, ...others.filter((id) => !first.includes(id))];
}

/** Why an account may not get a model, and what it gets. */
export function describeModel(
  modelId: string,
  liveIds: readonly string[] | undefined,
  clientVersion = CODEX_CLIENT_VERSION,
): string[] {
  const { retiredSince, minimalClientVersion, planNote, successors = [] } = modelInfo(modelId);
  const sentences: string[] = [];
  if (retiredSince) sentences.push(`It is reported retired for ChatGPT sign-in since ${retiredSince}.`);
  if (planNote) sentences.push(planNote);
  if (minimalClientVersion && isOlder(clientVersion, minimalClientVersion)) {
    const needed = `It needs the version ${minimalClientVersion} or newer`;
    sentences.push(`${needed}, and the setting \`clientVersion\` is ${clientVersion}.`);
  }
  if (liveIds) sentences.push(...describeList(modelId, liveIds));
  else if (successors.length > 0) sentences.push(`Its successors: ${successors.join(', ')}.`);
  else sentences.push('codex.models() lists what this account has.');
  return sentences;
}

function describeList(modelId: string, liveIds: readonly string[]): string[] {
  if (liveIds.length === 0) return ['This account has no models.'];
  const others = suggestModels(modelId, liveIds);
  const isListed = liveIds.includes(modelId);
  const named = others.slice(0, MOST_NAMED).join(', ');
  const more = others.length > MOST_NAMED ? ` and ${others.length - MOST_NAMED} more` : '';
  return [
    ...(isListed ? ["The account's list has it, but the backend does not give it to this client."] : []),
    ...(named ? [`This account ${isListed ? 'also ' : ''}has: ${named}${more}.`] : []),
  ];
}

/** Compares versions by their numbers; what is no number counts as 0. */
function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (const [index, needed] of (b ?? []).entries()) {
    const has = a?.[index] ?? 0;
    if (has !== needed) return has < needed;
  }
  return false;
}
