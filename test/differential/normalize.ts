import type { Outcome, PlainPart } from '../support/v2-harness';

/** What we add to the metadata of the oracle: whose a history is, and what the backend tells of the plan. */
const OURS = new Set(['origin', 'sessionId', 'rawReasoning', 'rateLimits', 'resends']);

/**
 * An outcome without the differences that are meant: the key of the metadata, the fields that we add to it, and the ids of
 * sources, which the oracle makes up at random.
 */
export function normalize(outcome: Outcome): Outcome {
  return 'parts' in outcome ? { parts: outcome.parts.map(normalizePart) } : outcome;
}

function normalizePart({ providerMetadata, ...part }: PlainPart): PlainPart {
  const metadata = providerMetadata as Record<string, Record<string, unknown>> | undefined;
  const fields = Object.entries(metadata?.codex ?? metadata?.openai ?? {}).filter(([name]) => !OURS.has(name));
  return {
    ...part,
    ...(part.type === 'source' && { id: 'source' }),
    ...(metadata && { providerMetadata: { provider: Object.fromEntries(fields) } }),
  };
}
