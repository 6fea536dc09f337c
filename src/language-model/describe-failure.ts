import { asRecord, asString, parseJson } from '../shared/json';

/** What a failure of the backend means for the caller. */
export interface FailureFacts {
  /** The status that the backend uses for this over HTTP; in a stream the status line said 200. */
  status: number;
  isRetryable: boolean;
  /** The next step, where there is one. */
  advice?: string;
}

const WAIT_FOR_RESET = 'The plan has no more of it until it resets; trying again sooner does not help.';
const UPGRADE = 'This plan does not include Codex for this model or account.';
const LOG_IN = 'Log in again.';
const SHORTEN = 'Shorten the conversation, or start a new one.';

/** By the backend's `code` or `type`, in HTTP bodies, `response.failed` and `error` events alike. */
const FACTS = new Map<string, FailureFacts>([
  ['usage_limit_reached', { status: 429, isRetryable: false, advice: WAIT_FOR_RESET }],
  ['insufficient_quota', { status: 429, isRetryable: false, advice: WAIT_FOR_RESET }],
  ['usage_not_included', { status: 429, isRetryable: false, advice: UPGRADE }],
  ['rate_limit_exceeded', { status: 429, isRetryable: true }],
  ['server_is_overloaded', { status: 503, isRetryable: true }],
  ['slow_down', { status: 503, isRetryable: true }],
  ['context_length_exceeded', { status: 400, isRetryable: false, advice: SHORTEN }],
  ['invalid_prompt', { status: 400, isRetryable: false }],
  ['cyber_policy', { status: 400, isRetryable: false }],
  ['invalid_request_error', { status: 400, isRetryable: false }],
  ['unsupported_value', { status: 400, isRetryable: false }],
  ['invalid_value', { status: 400, isRetryable: false }],
  ['unknown_parameter', { status: 400, isRetryable: false }],
  ['invalid_encrypted_content', { status: 400, isRetryable: false }],
  ['content_policy_violation', { status: 400, isRetryable: false }],
  ['model_not_found', { status: 404, isRetryable: false }],
  ['token_expired', { status: 401, isRetryable: false, advice: LOG_IN }],
  ['token_invalidated', { status: 401, isRetryable: false, advice: LOG_IN }],
  ['token_revoked', { status: 401, isRetryable: false, advice: LOG_IN }],
  ['deactivated_workspace', { status: 402, isRetryable: false, advice: 'Log in to another workspace.' }],
]);

/** Failures in a stream that are none of these are the server's fault, and as such may pass. */
export function failureFacts(codes: readonly string[]): FailureFacts {
  return knownFacts(codes) ?? { status: 500, isRetryable: true };
}

/** For an answer whose code nobody knows, the status decides. */
export function statusFacts(status: number, codes: readonly string[]): FailureFacts {
  // The type says "invalid request" of expired tokens and of missing models, too.
  const known = knownFacts(codes.filter((code) => code !== 'invalid_request_error'));
  if (known) return { ...known, status };
  return { status, isRetryable: status === 408 || status === 409 || status === 429 || status >= 500 };
}

function knownFacts(codes: readonly string[]): FailureFacts | undefined {
  for (const code of codes) {
    const facts = FACTS.get(code);
    if (facts) return facts;
  }
  return undefined;
}

/**
 * What a body says: `{error: {message, code, type}}`, `{detail}` as text or as an object, or plain text. Codes come in the
 * order in which they count.
 */
export function readErrorBody(body: string): { message?: string; codes: string[]; data?: unknown } {
  const data = parseJson(body);
  const error = asRecord(asRecord(data)?.error) ?? {};
  const detail = asRecord(data)?.detail;
  const codes = [error.code, error.type, asRecord(detail)?.code].flatMap((code) => asString(code) ?? []);
  const text = asString(error.message) ?? asString(detail) ?? asString(asRecord(detail)?.message);
  const message =
    text ?? (data === undefined && !body.trimStart().startsWith('<') ? body.trim().slice(0, 500) : undefined);
  return { ...(message && { message }), codes, ...(data !== undefined && { data }) };
}
