import type { BackendFailure, BackendFailureCode } from './backend-failure';

/** Every condition that a rule names has to hold. */
interface FailureRule {
  code: BackendFailureCode;
  /** One of the backend's `code` and `type` words. */
  words?: readonly string[];
  /** Its sentence, or the title of its page. */
  text?: RegExp;
  /** Which statuses; an event that names none has the status 0. */
  status?: (status: number) => boolean;
  when?: (said: BackendFailure) => boolean;
}

const is =
  (...known: number[]) =>
  (status: number) =>
    known.includes(status);
const from = (first: number, last: number) => (status: number) => status >= first && status <= last;

/** The first rule that holds says what it is. Words count before sentences, and sentences before the bare status. */
export const FAILURE_RULES: readonly FailureRule[] = [
  // The edge, which speaks for itself and not for the backend.
  { code: 'cloudflare_challenge', when: ({ headers }) => headers['cf-mitigated'] === 'challenge' },
  { code: 'cloudflare_challenge', status: is(403), when: ({ isHtml }) => isHtml },
  { code: 'cloudflare_challenge', text: /just a moment|attention required/i, when: ({ isHtml }) => isHtml },
  { code: 'redirected', status: from(300, 399) },

  // Words of the backend.
  { code: 'usage_limit_reached', words: ['usage_limit_reached'] },
  { code: 'usage_not_included', words: ['usage_not_included'] },
  { code: 'insufficient_quota', words: ['insufficient_quota', 'billing_hard_limit_reached'] },
  { code: 'deactivated_workspace', words: ['deactivated_workspace'] },
  { code: 'region_blocked', words: ['unsupported_country_region_territory'] },
  { code: 'api_key', words: ['missing_scope', 'missing_scopes', 'invalid_api_key'] },
  {
    code: 'unauthorized',
    words: ['token_expired', 'token_invalidated', 'token_revoked', 'invalid_jwt', 'invalid_token'],
  },
  { code: 'context_length_exceeded', words: ['context_length_exceeded'] },
  { code: 'invalid_encrypted_content', words: ['invalid_encrypted_content'] },
  { code: 'server_error', words: ['websocket_connection_limit_reached'] },
  { code: 'server_is_overloaded', words: ['server_is_overloaded', 'slow_down', 'overloaded_error'] },
  { code: 'rate_limit_exceeded', words: ['rate_limit_exceeded', 'rate_limit_error', 'too_many_requests'] },
  { code: 'model_not_found', words: ['model_not_found'] },
  {
    code: 'content_policy',
    words: ['cyber_policy', 'invalid_prompt', 'content_policy_violation', 'moderation_blocked'],
  },
  {
    code: 'invalid_image',
    words: ['invalid_image', 'invalid_image_format', 'invalid_base64_image', 'image_parse_error'],
  },

  // Sentences that have no word of their own, or not always.
  {
    code: 'api_key',
    text: /API keys are not supported|Missing scopes|Incorrect API key/i,
    status: is(0, 400, 401, 403),
  },
  {
    code: 'model_not_supported',
    text: /not supported when using Codex with a ChatGPT account/i,
    status: is(0, 400, 403, 404),
  },
  { code: 'model_not_found', text: /^Model not found\b/i, status: is(0, 400, 404) },
  { code: 'usage_limit_reached', text: /\busage limit\b/i, status: is(0, 402, 403, 404, 429) },
  { code: 'usage_limit_reached', status: is(429), when: saysWhichLimit },
  { code: 'insufficient_quota', text: /exceeded your current quota/i, status: is(0, 402, 403, 429) },
  { code: 'region_blocked', text: /country, region,? or territory not supported/i },
  {
    code: 'deactivated_workspace',
    text: /workspace\b.*\bdeactivated|deactivated\b.*\bworkspace/i,
    status: is(0, 402, 403),
  },
  { code: 'instructions_refused', text: /^Instructions are (?:not valid|required)/i },
  {
    code: 'context_length_exceeded',
    text: /\bcontext (?:window|length)\b|\bmaximum context\b/i,
    status: is(0, 400, 413, 422),
  },
  { code: 'invalid_encrypted_content', text: /\bencrypted content\b.*\b(?:decrypted|verified)\b/i, status: is(0, 400) },
  { code: 'invalid_image', status: is(0, 400, 422), when: ({ param }) => /(?:^|\.)image_url$/.test(param ?? '') },
  { code: 'invalid_image', text: /\bvalid image\b|empty base64/i, status: is(0, 400, 422) },
  { code: 'content_policy', text: /\b(?:usage|content) policy\b/i, status: is(0, 400, 403) },

  // The bare status.
  { code: 'unauthorized', status: is(401) },
  { code: 'forbidden', status: is(402, 403) },
  { code: 'payload_too_large', status: is(413) },
  { code: 'rate_limit_exceeded', status: is(429) },
  { code: 'region_blocked', status: is(451) },
  { code: 'server_is_overloaded', status: is(529) },
  { code: 'server_error', status: from(500, 599) },
  { code: 'invalid_request', status: from(400, 499) },

  // An event without status: words that say whose fault it is; whatever nobody knows may pass.
  {
    code: 'invalid_request',
    words: [
      'invalid_request_error',
      'unsupported_value',
      'invalid_value',
      'unknown_parameter',
      'previous_response_not_found',
    ],
  },
  { code: 'server_error' },
];

function saysWhichLimit({ headers }: BackendFailure): boolean {
  return Boolean(headers['x-codex-rate-limit-reached-type']);
}
