import type { RateLimits } from '../../shared/rate-limits';
import type { BackendFailure, BackendFailureCode, FailureClass } from './backend-failure';
import { exhaustedWindows } from './exhausted-windows';
import { FAILURE_RULES } from './failure-rules';
import { parseRateLimitHeaders } from './parse-rate-limits';
import { readRetryAfter } from './retry-after';

/** `ai` waits for less than a minute only; a call that has to wait longer is not worth trying again. */
const LONGEST_WAIT_MS = 60_000;
/** What matters of a message stands at its beginning, and rules must not take long to read it. */
const LONGEST_SENTENCE = 2_000;
/** No limit ended before this, nor will one last for longer than this. */
const FIRST_RESET = Date.UTC(2020, 0);
const LONGEST_LIMIT_MS = 366 * 24 * 3_600_000;

/** The status that the backend gives to each over HTTP. */
const STATUS: Record<BackendFailureCode, number> = {
  unauthorized: 401,
  api_key: 401,
  usage_limit_reached: 429,
  insufficient_quota: 429,
  usage_not_included: 429,
  rate_limit_exceeded: 429,
  server_is_overloaded: 503,
  server_error: 500,
  model_not_supported: 400,
  model_not_found: 404,
  context_length_exceeded: 400,
  payload_too_large: 413,
  content_policy: 400,
  invalid_image: 400,
  invalid_encrypted_content: 400,
  instructions_refused: 400,
  invalid_request: 400,
  cloudflare_challenge: 403,
  region_blocked: 403,
  deactivated_workspace: 402,
  forbidden: 403,
  redirected: 307,
  unexpected_answer: 200,
};

const PASSING = new Set<BackendFailureCode>(['rate_limit_exceeded', 'server_is_overloaded', 'server_error']);
/** Refused for the moment in which it came: request timeout, conflict, too early. */
const PASSING_STATUS = new Set([408, 409, 425]);
const LIMITS = new Set<BackendFailureCode>(['usage_limit_reached', 'insufficient_quota']);

/**
 * Judges what the backend said at the moment `now`, in epoch milliseconds.
 *
 * @param limits What is known of the plan's limits by then. Default: what its headers tell.
 */
export function classifyFailure(
  said: BackendFailure,
  now: number,
  limits: RateLimits | undefined = parseRateLimitHeaders(said.headers, now),
): FailureClass {
  const code = codeOf(said, now, limits);
  const status = said.status || STATUS[code];
  const mayPass = PASSING.has(code) || (code === 'invalid_request' && PASSING_STATUS.has(status));
  const wait = mayPass || LIMITS.has(code) ? readRetryAfter(said, now) : undefined;
  const retryAfterMs = mayPass ? (wait ?? waitForReset(said, now)) : undefined;
  const resetsAt = LIMITS.has(code) ? findReset(said, limits, wait, now) : undefined;
  return {
    code,
    status,
    isRetryable: mayPass && (retryAfterMs ?? 0) < LONGEST_WAIT_MS,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(resetsAt !== undefined && { resetsAt }),
  };
}

function codeOf(said: BackendFailure, now: number, limits: RateLimits | undefined): BackendFailureCode {
  const words = said.codes.map((word) => word.toLowerCase());
  const { status = 0 } = said;
  const message = said.message?.slice(0, LONGEST_SENTENCE) ?? '';
  const waits = [readRetryAfter(said, now), waitForReset(said, now)];
  const known = { limits, endsSoon: waits.some((wait) => wait !== undefined && wait < LONGEST_WAIT_MS) };
  const rule = FAILURE_RULES.find(
    (one) =>
      (!one.words || one.words.some((word) => words.includes(word))) &&
      (!one.word || words.some((word) => one.word?.test(word))) &&
      (!one.status || one.status(status)) &&
      (!one.text || one.text.test(message)) &&
      (!one.when || one.when(said, known)),
  );
  return rule?.code ?? 'server_error';
}

/** The first moment that somebody told and that can be one. */
function findReset(
  { resetsAt, resetsInSeconds }: BackendFailure,
  limits: RateLimits | undefined,
  wait: number | undefined,
  now: number,
): number | undefined {
  const told = [inMs(resetsAt), later(inMs(resetsInSeconds), now), limits && resetOfWindows(limits), later(wait, now)];
  return told.find((reset) => reset !== undefined && reset >= FIRST_RESET && reset <= now + LONGEST_LIMIT_MS);
}

/** The account can go on when the last of the windows that are used up starts afresh. */
function resetOfWindows(limits: RateLimits): number | undefined {
  const resets = exhaustedWindows(limits).flatMap(({ resetsAt }) => resetsAt ?? []);
  return resets.length > 0 ? Math.max(...resets) : undefined;
}

function waitForReset({ resetsAt, resetsInSeconds }: BackendFailure, now: number): number | undefined {
  const left = inMs(resetsInSeconds);
  if (left !== undefined) return left;
  const reset = inMs(resetsAt);
  return reset === undefined || reset < FIRST_RESET ? undefined : Math.max(0, reset - now);
}

function later(ms: number | undefined, now: number): number | undefined {
  return ms === undefined ? undefined : now + ms;
}

function inMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1_000);
}
