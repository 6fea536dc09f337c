import type { CodexFallbackAttempt, CodexFallbackModel } from './candidate';

/** Provider metadata with `codex.fallback` in it; everything else stays. */
export function withFallback<Metadata extends Record<string, object>>(
  metadata: Metadata | undefined,
  { used, attempts }: { used: CodexFallbackModel; attempts: readonly CodexFallbackAttempt[] },
): Metadata {
  const fallback = {
    ...metadata,
    codex: {
      ...metadata?.codex,
      fallback: {
        used: used.modelId,
        attempts: attempts.map(({ provider, modelId, code, skipped }) => {
          return { modelId, provider, code, ...(skipped && { skipped }) };
        }),
      },
    },
  };
  return fallback as Record<string, object> as Metadata;
}
