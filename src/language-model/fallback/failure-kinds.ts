import type { CodexAuthErrorReason } from '../../auth/errors';
import type { CodexErrorCode } from '../errors';

/** What happened to one model, one word a kind. Where our own errors have a word for it, it is the same. */
export type CodexFallbackCode =
  | CodexErrorCode
  | CodexAuthErrorReason
  | 'no_credentials'
  | 'unauthorized'
  | 'timeout'
  | 'unsupported'
  | 'unknown';

/** What a failure says about the model and whoever serves it. */
export type FailureKind =
  | 'limit'
  | 'throttle'
  | 'overload'
  | 'server'
  | 'network'
  | 'timeout'
  | 'auth'
  | 'no-credentials'
  | 'model'
  | 'empty'
  /** The kinds above are of the model, those below of the call: another model would not do better, so that it is not tried. */
  | 'context'
  | 'policy'
  | 'request'
  | 'unknown';

const STAYS: ReadonlySet<FailureKind> = new Set(['context', 'policy', 'request', 'unknown']);
const PASSES: ReadonlySet<FailureKind> = new Set(['throttle', 'overload', 'server', 'network', 'timeout', 'empty']);

/** Whether the next model is tried. */
export const switches = (kind: FailureKind): boolean => !STAYS.has(kind);

/** Whether a failure of which nothing else is known may pass within a minute. */
export const passes = (kind: FailureKind): boolean => PASSES.has(kind);

const KINDS: Record<CodexErrorCode, FailureKind> & { [code in CodexFallbackCode]?: FailureKind } = {
  usage_limit_reached: 'limit',
  insufficient_quota: 'limit',
  usage_not_included: 'limit',
  rate_limit_exceeded: 'throttle',
  server_is_overloaded: 'overload',
  server_error: 'server',
  model_not_supported: 'model',
  model_not_found: 'model',
  context_length_exceeded: 'context',
  payload_too_large: 'context',
  content_policy: 'policy',
  invalid_image: 'request',
  invalid_encrypted_content: 'request',
  instructions_refused: 'request',
  invalid_request: 'request',
  unsupported: 'request',
  cloudflare_challenge: 'auth',
  region_blocked: 'auth',
  deactivated_workspace: 'auth',
  forbidden: 'auth',
  unauthorized: 'auth',
  redirected: 'network',
  unexpected_answer: 'auth',
  network: 'network',
  connect_timeout: 'timeout',
  first_event_timeout: 'timeout',
  idle_timeout: 'timeout',
  timeout: 'timeout',
  stream_ended: 'empty',
  invalid_event: 'empty',
  incomplete_output: 'empty',
  empty_response: 'empty',
  no_credentials: 'no-credentials',
};

/** Undefined for a word that a newer copy of this package may use. */
export function kindOf(code: string): FailureKind | undefined {
  return Object.hasOwn(KINDS, code) ? KINDS[code as CodexFallbackCode] : undefined;
}

/** Words that services use for their failures, in ours. Those that say no more than the status does are left out. */
const WORDS = new Map<string, CodexFallbackCode>([
  ['usage_limit_reached', 'usage_limit_reached'],
  ['usage_not_included', 'usage_not_included'],
  ['insufficient_quota', 'insufficient_quota'],
  ['insufficient_credits', 'insufficient_quota'],
  ['billing_hard_limit_reached', 'insufficient_quota'],
  ['billing_not_active', 'insufficient_quota'],
  ['billing_error', 'insufficient_quota'],
  ['rate_limit_exceeded', 'rate_limit_exceeded'],
  ['rate_limit_error', 'rate_limit_exceeded'],
  ['resource_exhausted', 'rate_limit_exceeded'],
  ['overloaded_error', 'server_is_overloaded'],
  ['server_is_overloaded', 'server_is_overloaded'],
  ['slow_down', 'server_is_overloaded'],
  ['unavailable', 'server_is_overloaded'],
  ['server_error', 'server_error'],
  ['internal_server_error', 'server_error'],
  ['api_error', 'server_error'],
  ['internal', 'server_error'],
  ['timeout_error', 'timeout'],
  ['deadline_exceeded', 'timeout'],
  ['authentication_error', 'unauthorized'],
  ['invalid_api_key', 'unauthorized'],
  ['unauthenticated', 'unauthorized'],
  ['permission_error', 'forbidden'],
  ['permission_denied', 'forbidden'],
  ['unsupported_country_region_territory', 'region_blocked'],
  ['model_not_found', 'model_not_found'],
  ['model_not_supported', 'model_not_supported'],
  ['context_length_exceeded', 'context_length_exceeded'],
  ['request_too_large', 'payload_too_large'],
  ['content_filter', 'content_policy'],
  ['content_policy_violation', 'content_policy'],
  ['cyber_policy', 'content_policy'],
  ['invalid_prompt', 'content_policy'],
  ['invalid_request_error', 'invalid_request'],
  ['invalid_argument', 'invalid_request'],
]);

/** The first of a service's words that means something. */
export function codeOfWords(words: readonly string[]): CodexFallbackCode | undefined {
  for (const word of words) {
    const code = WORDS.get(word.toLowerCase());
    if (code) return code;
  }
  return undefined;
}

/** What a status means where the words say nothing. */
export function codeOfStatus(status: number): CodexFallbackCode {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 402:
      return 'insufficient_quota';
    case 403:
      return 'forbidden';
    case 404:
      return 'model_not_found';
    case 408:
      return 'timeout';
    case 409:
      return 'server_error'; // `ai` counts it among those that pass
    case 413:
      return 'payload_too_large';
    case 429:
      return 'rate_limit_exceeded';
    case 503:
    case 529:
      return 'server_is_overloaded';
  }
  if (status >= 500) return 'server_error';
  if (status >= 400) return 'invalid_request';
  return status >= 300 ? 'redirected' : 'unknown';
}
