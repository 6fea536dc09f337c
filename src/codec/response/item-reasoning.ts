import type { MachineState, Out } from './machine-state';
import type { ResponseItem } from './response-event';
import type { PartMetadata } from './response-part';

/** A reasoning item that is being written: a part for every summary, and one for raw reasoning where a model shows it. */
export interface OpenReasoning {
  kind: 'reasoning';
  id: string;
  /** Of every delta of the item: one object, so that a delta needs none of its own. */
  metadata: PartMetadata;
  encryptedContent: string | null;
  summaries: (SummaryPart | undefined)[];
  raw: SummaryPart | undefined;
}

interface SummaryPart {
  id: string;
  streamed: number;
  /** `concluding`: its text is complete; it ends when the next begins, or with the item, which brings the encrypted content. */
  state: 'open' | 'concluding' | 'ended';
}

/** The first summary begins with the item, so that encrypted content without any summary is kept, too. */
export function openReasoning(item: ResponseItem, id: string, out: Out): OpenReasoning {
  const reasoning: OpenReasoning = {
    kind: 'reasoning',
    id,
    metadata: { codex: { itemId: id } },
    encryptedContent: item.encryptedContent ?? null,
    summaries: [],
    raw: undefined,
  };
  startSummary(reasoning, 0, out);
  return reasoning;
}

export function startSummary(reasoning: OpenReasoning, index: number, out: Out): SummaryPart {
  const known = reasoning.summaries[index];
  if (known) return known;
  for (const part of reasoning.summaries) {
    if (part?.state !== 'concluding') continue;
    part.state = 'ended';
    out.push({ type: 'reasoning-end', id: part.id, providerMetadata: reasoning.metadata });
  }
  const part: SummaryPart = { id: `${reasoning.id}:${index}`, streamed: 0, state: 'open' };
  reasoning.summaries[index] = part;
  out.push({
    type: 'reasoning-start',
    id: part.id,
    providerMetadata: { codex: { itemId: reasoning.id, reasoningEncryptedContent: reasoning.encryptedContent } },
  });
  return part;
}

export function summaryDelta(reasoning: OpenReasoning, index: number, delta: string, out: Out): void {
  const part = reasoning.summaries[index] ?? startSummary(reasoning, index, out);
  // Its text is complete, and the next one has begun.
  if (part.state === 'ended') return;
  part.streamed += delta.length;
  out.push({ type: 'reasoning-delta', id: part.id, delta, providerMetadata: reasoning.metadata });
}

export function concludeSummary(reasoning: OpenReasoning, index: number): void {
  const part = reasoning.summaries[index];
  if (part?.state === 'open') part.state = 'concluding';
}

export function rawReasoningDelta(reasoning: OpenReasoning, delta: string, out: Out): void {
  const providerMetadata = { codex: { itemId: reasoning.id, rawReasoning: true as const } };
  if (!reasoning.raw) {
    reasoning.raw = { id: `${reasoning.id}:raw`, streamed: 0, state: 'open' };
    out.push({ type: 'reasoning-start', id: reasoning.raw.id, providerMetadata });
  }
  reasoning.raw.streamed += delta.length;
  out.push({ type: 'reasoning-delta', id: reasoning.raw.id, delta, providerMetadata });
}

/** Ends what is open, the encrypted content with it. `item` is the finished item, absent when the response ended without one. */
export function closeReasoning(
  reasoning: OpenReasoning,
  item: ResponseItem | undefined,
  state: MachineState,
  out: Out,
): void {
  if (item) fillGaps(reasoning, item, out);
  if (reasoning.raw) {
    const providerMetadata = { codex: { itemId: reasoning.id, rawReasoning: true as const } };
    out.push({ type: 'reasoning-end', id: reasoning.raw.id, providerMetadata });
  }
  const encryptedContent = item?.encryptedContent ?? null;
  const { origin, sessionId } = state.context;
  const providerMetadata = {
    codex: {
      itemId: reasoning.id,
      reasoningEncryptedContent: encryptedContent,
      ...(encryptedContent !== null && origin && { origin }),
      ...(sessionId !== undefined && { sessionId }),
    },
  };
  for (const part of reasoning.summaries) {
    if (!part || part.state === 'ended') continue;
    part.state = 'ended';
    out.push({ type: 'reasoning-end', id: part.id, providerMetadata });
  }
}

function fillGaps(reasoning: OpenReasoning, item: ResponseItem, out: Out): void {
  for (const [index, text] of (item.summary ?? []).entries()) {
    const part = reasoning.summaries[index] ?? startSummary(reasoning, index, out);
    if (text.length > part.streamed) summaryDelta(reasoning, index, text.slice(part.streamed), out);
  }
  const raw = (item.content ?? []).map((part) => part.text).join('');
  const streamed = reasoning.raw?.streamed ?? 0;
  if (raw.length > streamed) rawReasoningDelta(reasoning, raw.slice(streamed), out);
}
