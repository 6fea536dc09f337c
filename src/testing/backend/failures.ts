import type { CodexReply, ScriptedReply } from '../script';
import { detail, modelError, type Refusal } from './refusal';
import { tokenRefusal } from './rules-access';

const EXHAUSTED = { usedPercent: 100, windowMinutes: 300 };

function scripted({ status, body, headers }: Refusal, more: ScriptedReply = {}): ScriptedReply {
  return { status, body, ...(headers && { headers }), ...more };
}

/**
 * Failures of the backend, ready for `reply(...)`.
 *
 * @example emulator.reply(codexFailures.overloaded(), 'and then an answer');
 */
export const codexFailures = {
  /** 429: the plan's window is used up, with the limit headers at 100 percent. Default plan: that of the account that asks. */
  usageLimit({ resetsInSeconds = 3600, planType }: { resetsInSeconds?: number; planType?: string } = {}): CodexReply {
    return (request) => {
      const error = {
        type: 'usage_limit_reached',
        message: 'The usage limit has been reached',
        plan_type: planType ?? request.planType,
        resets_at: Math.floor(request.receivedAt / 1000) + resetsInSeconds,
        eligible_promo: null,
        resets_in_seconds: resetsInSeconds,
      };
      const headers = { 'x-codex-rate-limit-reached-type': 'rate_limit_reached' };
      return { status: 429, body: { error }, headers, rateLimits: { primary: { ...EXHAUSTED, resetsInSeconds } } };
    };
  },
  /**
   * 429 of a limit that a workspace sets, or whose credits are used up. `reachedType` is one of those that begin with
   * `workspace_owner_` and `workspace_member_`.
   */
  workspaceLimit(reachedType: string, { resetsInSeconds = 3600 }: { resetsInSeconds?: number } = {}): CodexReply {
    return (request) => ({
      status: 429,
      body: {
        error: {
          type: 'usage_limit_reached',
          message: 'The usage limit has been reached',
          plan_type: request.planType,
          resets_at: Math.floor(request.receivedAt / 1000) + resetsInSeconds,
        },
      },
      headers: { 'x-codex-rate-limit-reached-type': reachedType },
    });
  },
  /** 429: the plan does not include Codex. Default plan: that of the account that asks. */
  usageNotIncluded({ planType }: { planType?: string } = {}): CodexReply {
    const message = 'Codex is not included in this plan.';
    return (request) => {
      const error = { type: 'usage_not_included', message, plan_type: planType ?? request.planType };
      return { status: 429, body: { error } };
    };
  },
  /** 429: too many requests at once. `retryAfter` in seconds. */
  throttled({ retryAfter = 2 } = {}): CodexReply {
    const message = `Rate limit reached. Please try again in ${retryAfter}s.`;
    const type = 'rate_limit_error';
    return scripted(modelError(429, { message, type, param: null, code: 'rate_limit_exceeded' }), {
      headers: { 'retry-after': String(retryAfter) },
    });
  },
  /** 429 whose Retry-After is a date, `ms` from now; dates have whole seconds. */
  throttledUntil(ms: number): CodexReply {
    return (request) => ({
      status: 429,
      body: {
        error: { message: 'Rate limit reached.', type: 'rate_limit_error', code: 'rate_limit_exceeded', param: null },
      },
      headers: { 'retry-after': new Date(request.receivedAt + ms).toUTCString() },
    });
  },
  /** 503: the model is at capacity. */
  overloaded(code: 'server_is_overloaded' | 'slow_down' = 'server_is_overloaded'): CodexReply {
    const message = 'The servers are currently overloaded.';
    return scripted(modelError(503, { message, type: 'service_unavailable_error', param: null, code }));
  },
  /** 500, 502 and the like, in plain text. */
  serverError(status = 500, text = 'upstream error'): CodexReply {
    return { status, body: text, headers: { 'content-type': 'text/plain' } };
  },
  /** 403: the HTML page of the edge in front of the backend. */
  cloudflareBlocked(): CodexReply {
    const body = '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>';
    return {
      status: 403,
      body,
      headers: { 'content-type': 'text/html; charset=UTF-8', 'cf-ray': '8f0000000000abcd-TST' },
    };
  },
  /** 403: the backend does not serve the country of the client. */
  regionBlocked(): CodexReply {
    const message = 'Country, region, or territory not supported';
    const code = 'unsupported_country_region_territory';
    return scripted(modelError(403, { message, type: 'request_forbidden', param: null, code }));
  },
  /** 401 without a code. */
  unauthorized(): CodexReply {
    return scripted(detail(401, 'Unauthorized'));
  },
  /** 401 with the code of a token that was once good. */
  tokenRefused(reason: 'expired' | 'revoked' | 'invalidated'): CodexReply {
    return scripted(tokenRefusal(reason));
  },
  /** 401 of a token that was sent to the wrong place or for the wrong account: only the text tells. */
  missingScopes(...scopes: string[]): CodexReply {
    const names = scopes.length > 0 ? scopes : ['api.responses.write'];
    const message = `Missing scopes: ${names.join(', ')}`;
    return scripted(modelError(401, { message, param: null, code: null }));
  },
  /** 401 of a platform key in place of the token. */
  apiKeyRefused(): CodexReply {
    return scripted(detail(401, 'API keys are not supported by this endpoint.'));
  },
  /** 402: the workspace was switched off. */
  deactivatedWorkspace(): CodexReply {
    return { status: 402, body: { detail: { code: 'deactivated_workspace' } } };
  },
  /** 400: the account, its plan or the client's version does not get this model, or it is retired. */
  modelNotSupported(model: string): CodexReply {
    return scripted(detail(400, `The '${model}' model is not supported when using Codex with a ChatGPT account.`));
  },
  /** 404: the backend hides this model from the client. */
  modelNotFound(model: string): CodexReply {
    return scripted(modelError(404, { message: `Model not found ${model}`, param: 'model', code: null }));
  },
  /** 400 of the gateway. */
  badRequest(text: string): CodexReply {
    return scripted(detail(400, text));
  },
  /** 400: the prompt is longer than the model can read. */
  contextLength(): CodexReply {
    const message = 'Your input exceeds the context window of this model. Please adjust your input and try again.';
    return scripted(modelError(400, { message, param: 'input', code: 'context_length_exceeded' }));
  },
  /** 400: refused for what the prompt says. */
  contentPolicy(code: 'cyber_policy' | 'invalid_prompt' = 'cyber_policy'): CodexReply {
    const message = 'This request was flagged and cannot be answered.';
    return scripted(modelError(400, { message, param: null, code }));
  },
  /** 400: an image of the prompt is none. */
  invalidImage(): CodexReply {
    const message = 'The image data you provided does not represent a valid image.';
    return scripted(modelError(400, { message, param: 'input[0].content[1].image_url', code: 'invalid_value' }));
  },
  /** 400: reasoning of another account or model, or damaged. */
  invalidEncryptedContent(): CodexReply {
    const message = 'The encrypted content could not be verified.';
    return scripted(modelError(400, { message, param: null, code: 'invalid_encrypted_content' }));
  },
  /** 413: the body is too large. */
  tooLarge(): CodexReply {
    return scripted(detail(413, 'Request Entity Too Large'));
  },
} as const;
