/**
 * What the backend said when it failed, read from whatever shape it came in: an HTTP answer, `response.failed`, an `error`
 * event or a WebSocket error frame.
 */
export interface BackendFailure {
  /** Of the HTTP answer, or what an event says of itself; absent for an event that names none. */
  status?: number;
  /** Names in lower case. Of an event: those that it carries. */
  headers: Record<string, string>;
  /** The backend's `code` and `type` words, in the order in which they count. */
  codes: string[];
  /** Its sentence, as it came; not yet redacted. */
  message?: string;
  param?: string;
  planType?: string;
  /** Epoch seconds. */
  resetsAt?: number;
  resetsInSeconds?: number;
  /** The body was a page of HTML, so no answer of the backend itself. */
  isHtml: boolean;
  /** The page names Cloudflare. */
  isOfCloudflare?: boolean;
  /** It came in a 2xx, whose status says nothing and is left out. */
  isWrapped?: boolean;
  /** The parsed body, or the event. */
  data?: unknown;
}

/**
 * What a failure means, one word a kind. Where the backend has a word for it, ours is the same.
 *
 * - `unauthorized`: the token was refused. `api_key`: a platform key, or a token of another service, was sent as the token.
 * - `usage_limit_reached`, `insufficient_quota`: the plan's window, or the credits, are used up. `usage_not_included`: the
 *   plan has no Codex.
 * - `rate_limit_exceeded`: too many requests for the moment.
 * - `server_is_overloaded`: no capacity for the moment. `server_error`: any other 5xx, or failure of its own making.
 * - `model_not_supported`, `model_not_found`: this account or client does not get the model.
 * - `context_length_exceeded`, `payload_too_large`: too much was sent.
 * - `content_policy`: refused for what it says. `invalid_image`, `invalid_encrypted_content`, `instructions_refused`: refused
 *   for one part of it. `invalid_request`: refused for anything else.
 * - `cloudflare_challenge`: the edge in front of the backend. `region_blocked`, `deactivated_workspace`, `forbidden`: the
 *   backend does not serve this network, workspace or account.
 * - `redirected`: the answer points elsewhere, where no token is sent.
 * - `unexpected_answer`: it is not one of the backend: a page of a proxy or a login portal, or a 200 that is no event stream.
 */
export type BackendFailureCode =
  | 'unauthorized'
  | 'api_key'
  | 'usage_limit_reached'
  | 'insufficient_quota'
  | 'usage_not_included'
  | 'rate_limit_exceeded'
  | 'server_is_overloaded'
  | 'server_error'
  | 'model_not_supported'
  | 'model_not_found'
  | 'context_length_exceeded'
  | 'payload_too_large'
  | 'content_policy'
  | 'invalid_image'
  | 'invalid_encrypted_content'
  | 'instructions_refused'
  | 'invalid_request'
  | 'cloudflare_challenge'
  | 'region_blocked'
  | 'deactivated_workspace'
  | 'forbidden'
  | 'redirected'
  | 'unexpected_answer';

/** A failure, judged. */
export interface FailureClass {
  code: BackendFailureCode;
  /** The status the backend uses for this over HTTP: that of the answer, or, for an event, the usual one. */
  status: number;
  /** Whether the same call may succeed within a minute. */
  isRetryable: boolean;
  /** How long the backend asks to wait, in milliseconds, if it said so. */
  retryAfterMs?: number;
  /** Epoch milliseconds at which the limit ends, if it is known. */
  resetsAt?: number;
}
