import type { FinishReason } from './response-part';

/** Why the model stopped. `reason` is `incomplete_details.reason`; a completed response has none. */
export function mapFinishReason(
  reason: string | undefined,
  { hasToolCalls, refused }: { hasToolCalls: boolean; refused: boolean },
): FinishReason {
  switch (reason) {
    case undefined:
      if (hasToolCalls) return 'tool-calls';
      return refused ? 'content-filter' : 'stop';
    case 'max_output_tokens':
      return 'length';
    case 'content_filter':
      return 'content-filter';
    default:
      return hasToolCalls ? 'tool-calls' : 'other';
  }
}
