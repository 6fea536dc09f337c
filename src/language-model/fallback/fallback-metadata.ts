import { asRecord } from '../../shared/json';
import type { CodexFallbackAttempt, CodexFallbackModel } from './candidate';

/**
 * Provider metadata with `codex.fallback` in it; everything else stays. Where an order stands inside another, the innermost
 * says which model answered, and what was given up is told from the outside in.
 */
export function withFallback<Metadata extends Record<string, object>>(
  metadata: Metadata | undefined,
  { used, attempts }: { used: CodexFallbackModel; attempts: readonly CodexFallbackAttempt[] },
): Metadata {
  const inner = asRecord(asRecord(metadata?.codex)?.fallback);
  const given = attempts.map(({ provider, modelId, code, skipped }) => {
    return { modelId, provider, code, ...(skipped && { skipped }) };
  });
  const fallback = {
    ...metadata,
    codex: {
      ...metadata?.codex,
      fallback: {
        used: inner?.used ?? used.modelId,
        attempts: [...given, ...(Array.isArray(inner?.attempts) ? inner.attempts : [])],
      },
    },
  };
  return fallback as Record<string, object> as Metadata;
}
