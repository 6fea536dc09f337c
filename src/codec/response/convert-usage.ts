import type { ResponseUsage } from './response-event';
import type { Usage } from './response-part';

/** Usage may be absent altogether, and so may each of its fields. */
export function convertUsage(usage: ResponseUsage | null | undefined): Usage {
  return {
    inputTokens: usage?.input_tokens,
    cachedInputTokens: usage?.input_tokens_details?.cached_tokens,
    cacheWriteTokens: usage?.input_tokens_details?.cache_write_tokens,
    outputTokens: usage?.output_tokens,
    reasoningTokens: usage?.output_tokens_details?.reasoning_tokens,
  };
}
