import { APICallError } from '@ai-sdk/provider';
import { suggestModels } from './describe-model';
import {
  CodexBlockedError,
  CodexCallError,
  type CodexCallErrorOptions,
  CodexContextLengthError,
  CodexModelUnavailableError,
  CodexOverloadedError,
  CodexRateLimitError,
  CodexUsageLimitError,
} from './errors';
import type { ToldFailure } from './failure-texts';

/**
 * The error of the class that belongs to the kind of failure. A refused token is a plain `APICallError`: the cause of an
 * error of the login, not an error of the call.
 */
export function createCallError(
  { said, meaning, limits, modelId, accountId, liveIds, now }: ToldFailure,
  rest: Omit<CodexCallErrorOptions, 'code' | 'modelId' | 'accountId'>,
): APICallError {
  const { code, retryAfterMs, resetsAt } = meaning;
  if (code === 'unauthorized' || code === 'api_key') return new APICallError(rest);
  const options = { ...rest, code, modelId, accountId };
  switch (code) {
    case 'usage_limit_reached':
    case 'insufficient_quota':
    case 'usage_not_included': {
      const planType = said.planType ?? limits?.planType;
      return new CodexUsageLimitError({ ...options, resetsAt, planType, rateLimits: limits });
    }
    case 'rate_limit_exceeded': {
      const retryAt = retryAfterMs === undefined ? undefined : now + retryAfterMs;
      return new CodexRateLimitError({ ...options, retryAfterMs, retryAt });
    }
    case 'model_not_supported':
    case 'model_not_found':
      if (modelId === undefined) return new CodexCallError(options);
      return new CodexModelUnavailableError({ ...options, modelId, suggestions: suggestModels(modelId, liveIds) });
    case 'context_length_exceeded':
    case 'payload_too_large':
      return new CodexContextLengthError(options);
    case 'server_is_overloaded':
      return new CodexOverloadedError(options);
    case 'cloudflare_challenge':
    case 'region_blocked':
    case 'deactivated_workspace':
    case 'forbidden':
      return new CodexBlockedError(options);
    case 'unexpected_answer':
      return said.isHtml ? new CodexBlockedError(options) : new CodexCallError(options);
    default:
      return new CodexCallError(options);
  }
}
