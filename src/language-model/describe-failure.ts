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
  ['deactivated_workspace', { status: 402, isRetryable: false, advice: 'Log in to another workspace.' }],
]);

/** Failures in a stream that are none of these are the server's fault, and as such may pass. */
export function failureFacts(code: string | undefined): FailureFacts {
  return (code !== undefined && FACTS.get(code)) || { status: 500, isRetryable: true };
}

/** What a body says: `{error: {message, code, type}}`, `{detail}` as text or as an object, or plain text. */
export function readErrorBody(body: string): { message?: string; code?: string; data?: unknown } {
  const data = parseJson(body);
  const error = asRecord(asRecord(data)?.error) ?? {};
  const detail = asRecord(data)?.detail;
  const code = asString(error.code) ?? asString(error.type) ?? asString(asRecord(detail)?.code);
  const text = asString(error.message) ?? asString(detail) ?? asString(asRecord(detail)?.message);
  const message =
    text ?? (data === undefined && !body.trimStart().startsWith('<') ? body.trim().slice(0, 500) : undefined);
  return {
    ...(message && { message }),
    ...(code !== undefined && { code }),
    ...(data !== undefined && { data }),
  };
}

/** For an answer whose code nobody knows, the status decides. */
export function statusFacts(status: number, code: string | undefined): FailureFacts {
  const known = code === undefined ? undefined : FACTS.get(code);
  // The type says "invalid request" of expired tokens and of missing models, too.
  if (known && code !== 'invalid_request_error') return { ...known, status };
  return { status, isRetryable: status === 408 || status === 409 || status === 429 || status >= 500 };
}
