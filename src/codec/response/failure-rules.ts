import type { RateLimits } from '../../shared/rate-limits';
import type { BackendFailure, BackendFailureCode } from './backend-failure';
import { exhaustedWindows } from './exhausted-windows';

/** Every condition that a rule names has to hold. */
interface FailureRule {
  code: BackendFailureCode;
  /** One of the backend's `code` and `type` words. */
  words?: readonly string[];
  /** The form of one of them, in lower case. */
  word?: RegExp;
  /** Its sentence, or the title of its page. */
  text?: RegExp;
  /** Which statuses; an event that names none has the status 0. */
  status?: (status: number) => boolean;
  when?: (said: BackendFailure, known: Known) => boolean;
}

/** What is known beside what was said. */
interface Known {
  limits: RateLimits | undefined;
  /** It says that it ends within a minute, as no limit of a plan does. */
  endsSoon: boolean;
}

const is =
  (...known: number[]) =>
  (status: number) =>
    known.includes(status);
const from = (first: number, last: number) => (status: number) => status >= first && status <= last;
const noServer = (status: number) => status < 500;

const THROTTLES = ['rate_limit_exceeded', 'rate_limit_error', 'too_many_requests'];
const THROTTLE =
  /\brate[ _-]?limit|\btoo many (?:\w+ )?(?:requests|calls|tokens)\b|\bslow down\b|\bper[ -](?:second|minute)\b|\bconcurren|\bthrottl|\b[rt]pm\b/i;

/** The first rule that holds says what it is. Words count before sentences, and sentences before the bare status. */
export const FAILURE_RULES: readonly FailureRule[] = [
  // The edge, which speaks for itself and not for the backend.
  { code: 'cloudflare_challenge', when: ({ headers }) => headers['cf-mitigated'] === 'challenge' },
  // "Network authentication required" is never said by the server that was asked.
  { code: 'unexpected_answer', status: is(511) },
  { code: 'cloudflare_challenge', status: is(403), when: isPageOfCloudflare },
  { code: 'cloudflare_challenge', text: /just a moment|attention required/i, when: ({ isHtml }) => isHtml },
  { code: 'region_blocked', text: /^error code: 1009$/i, status: from(400, 499) },
  { code: 'rate_limit_exceeded', text: /^error code: 1015$/i, status: from(400, 499) },
  { code: 'cloudflare_challenge', text: /^error code: 1\d{3}$/i, status: from(400, 499) },
  { code: 'redirected', status: from(300, 399) },
  // What some runtimes make of a redirect that is not followed.
  { code: 'redirected', when: ({ status }) => status === 0 },
  { code: 'unexpected_answer', status: from(200, 299) },

  // Words of the backend.
  { code: 'usage_limit_reached', words: ['usage_limit_reached'] },
  { code: 'usage_not_included', words: ['usage_not_included'] },
  { code: 'insufficient_quota', words: ['insufficient_quota', 'billing_hard_limit_reached'] },
  { code: 'deactivated_workspace', words: ['deactivated_workspace', 'workspace_deactivated', 'account_deactivated'] },
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
  // A limit of the plan under the word of a throttle.
  { code: 'usage_limit_reached', text: /\busage limit\b/i, when: isLimited },
  {
    code: 'usage_limit_reached',
    when: (said, known) => isLimited(said) && (saysWhichLimit(said, known) || saysWhenItEnds(said, known)),
  },
  { code: 'rate_limit_exceeded', words: THROTTLES },
  { code: 'model_not_found', words: ['model_not_found'] },
  { code: 'model_not_supported', words: ['model_not_available', 'model_not_supported', 'unsupported_model'] },
  {
    code: 'content_policy',
    words: ['cyber_policy', 'bio_policy', 'invalid_prompt', 'moderation_blocked'],
  },
  { code: 'content_policy', word: /(?:^|_)content_policy(?:_|$)/ },
  // Those of generated images are the server's.
  { code: 'invalid_image', word: /(?:^|_)image(?:_(?!generation)|$)/, status: noServer },

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
  { code: 'model_not_supported', text: /^Unsupported model\b/i, status: is(0, 400, 403, 404) },
  {
    code: 'model_not_found',
    text: /^Model not found\b|^The model\b.{1,200}\bdoes not exist\b/i,
    status: is(0, 400, 403, 404),
  },
  { code: 'usage_limit_reached', text: /\busage limit\b/i, status: is(0, 402, 403, 404, 429) },
  {
    code: 'usage_limit_reached',
    status: is(429),
    when: (said, known) => !saysThrottle(said) && mayBeOfPlan(known) && exhaustedWindows(known.limits ?? {}).length > 0,
  },
  { code: 'insufficient_quota', text: /exceeded your current quota/i, status: is(0, 402, 403, 429) },
  { code: 'region_blocked', text: /country, region,? or territory not supported/i },
  {
    code: 'deactivated_workspace',
    text: /workspace\b.*\bdeactivated|deactivated\b.*\bworkspace/i,
    status: is(0, 402, 403),
  },
  { code: 'instructions_refused', text: /^Instructions are (?:not valid|required)/i },
  { code: 'invalid_image', status: is(0, 400, 422), when: ({ param }) => /(?:^|\.)image_url$/.test(param ?? '') },
  { code: 'invalid_image', text: /\bvalid image\b|empty base64/i, status: is(0, 400, 422) },
  // Whatever its sentence is about.
  {
    code: 'invalid_request',
    word: /^(?:unsupported|unknown|missing)_(?:parameter|value|required)/,
    status: is(0, 400, 422),
  },
  {
    code: 'context_length_exceeded',
    text: /\bcontext (?:window|length)\b|\bmaximum context\b/i,
    status: is(0, 400, 413, 422),
  },
  { code: 'invalid_encrypted_content', text: /\bencrypted content\b.*\b(?:decrypted|verified)\b/i, status: is(0, 400) },
  { code: 'content_policy', text: /\b(?:usage|content) policy\b/i, status: is(0, 400, 403) },

  // The bare status.
  { code: 'unexpected_answer', status: is(401, 403), when: ({ isHtml, codes }) => isHtml && codes.length === 0 },
  { code: 'unauthorized', status: is(401) },
  { code: 'forbidden', status: is(402, 403) },
  { code: 'payload_too_large', status: is(413) },
  { code: 'rate_limit_exceeded', status: is(429) },
  { code: 'region_blocked', status: is(451) },
  { code: 'server_is_overloaded', status: is(529) },
  { code: 'server_error', status: from(500, 599) },
  { code: 'invalid_request', status: from(400, 499) },

  // An event without status: words that say whose fault it is; whatever nobody knows may pass.
  { code: 'invalid_request', words: ['invalid_request_error', 'previous_response_not_found'] },
  {
    code: 'invalid_request',
    word: /^(?:invalid|unsupported|unknown|missing)_(?!(?:.*_)?error$)|_(?:above_max|below_min)/,
  },
  { code: 'server_error', word: /^(?:internal_)?server_error$|^internal_error$/ },
  { code: 'unexpected_answer', when: ({ isWrapped = false }) => isWrapped },
  { code: 'server_error' },
];

/** Of its own page, in difference to one of a proxy that stands before it. */
function isPageOfCloudflare({ headers, isHtml, isOfCloudflare = false }: BackendFailure): boolean {
  const isNamed = Boolean(headers['cf-ray'] || headers['cf-mitigated']) || /^cloudflare\b/i.test(headers.server ?? '');
  return isHtml && (isNamed || isOfCloudflare);
}

/** Whether it is about limits at all: of the plan, or of the moment. */
function isLimited(said: BackendFailure): boolean {
  return said.status === 429 || (said.status === undefined && isNamedThrottle(said));
}

function saysWhichLimit({ headers }: BackendFailure, { limits }: Known): boolean {
  return Boolean(headers['x-codex-rate-limit-reached-type'] || limits?.reachedType);
}

/** A throttle may have an end, too, but says what it counts. */
function saysWhenItEnds(said: BackendFailure, known: Known): boolean {
  const { resetsAt, message = '' } = said;
  const isLimit = /\blimit\b.*\breached\b|\b(?:hit|reached|exceeded)\b.*\blimit\b/i.test(message);
  const isCounted = THROTTLE.test(message) || (isNamedThrottle(said) && /\b(?:requests|tokens)\b/i.test(message));
  return resetsAt !== undefined && isLimit && !isCounted && mayBeOfPlan(known);
}

/** Windows that are used up, and ends, tell nothing of a limit that passes soon or where credits go on. */
function mayBeOfPlan({ limits, endsSoon }: Known): boolean {
  return !endsSoon && !limits?.credits?.unlimited && !limits?.credits?.hasCredits;
}

/** The title of a page says no more than its status. */
function saysThrottle(said: BackendFailure): boolean {
  return isNamedThrottle(said) || (!said.isHtml && THROTTLE.test(said.message ?? ''));
}

function isNamedThrottle({ codes }: BackendFailure): boolean {
  return codes.some((code) => THROTTLES.includes(code.toLowerCase()));
}
