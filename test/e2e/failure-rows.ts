import type { JSONObject } from '../../src/shared/json';
import { type CodexReply, codexFailures, type ScriptedReply } from '../../src/testing';

/** A way of failing, and what has to come of it. */
export interface FailureRow {
  name: string;
  reply: CodexReply;
  /** The most special class of ours. */
  kind: string;
  code: string;
  status: number | undefined;
  isRetryable: boolean;
  /** POSTs that `ai` and we make for it together, with the retries of `ai` as they are by default. */
  posts: number;
  /** The stream had begun to speak. */
  isLate: boolean;
}

type Verdict = readonly [kind: string, code: string, status: number | undefined, isRetryable: boolean];

const LIMIT = (code: string, status = 429): Verdict => ['CodexUsageLimitError', code, status, false];
const CALL = (code: string, status: number, isRetryable = false): Verdict => [
  'CodexCallError',
  code,
  status,
  isRetryable,
];
const MODEL = (code: string, status: number): Verdict => ['CodexModelUnavailableError', code, status, false];
const CONTEXT = (code: string, status: number): Verdict => ['CodexContextLengthError', code, status, false];
const BLOCKED = (code: string, status: number): Verdict => ['CodexBlockedError', code, status, false];
const LOGIN = (code: string): Verdict => ['CodexAuthError', code, undefined, false];
const THROTTLE: Verdict = ['CodexRateLimitError', 'rate_limit_exceeded', 429, true];
const LONG_THROTTLE: Verdict = ['CodexRateLimitError', 'rate_limit_exceeded', 429, false];
const OVERLOAD: Verdict = ['CodexOverloadedError', 'server_is_overloaded', 503, true];
const BROKEN: Verdict = CALL('server_error', 500, true);

const MODEL_ID = 'gpt-5.3-codex';
/** Far enough from every border of an hour that the distance reads the same throughout the test. */
const RESET = { resetsInSeconds: 3 * 3600 + 60 };

function answer(status: number, body: ScriptedReply['body'], headers: Record<string, string> = {}): ScriptedReply {
  return { status, headers, ...(body !== undefined && { body }) };
}

const html = (title: string) =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>No</h1></body></html>`;
const HTML = { 'content-type': 'text/html; charset=UTF-8' };
const base64 = (value: JSONObject) => Buffer.from(JSON.stringify(value)).toString('base64');

/** Answers other than 200, by what the backend, its gateway or its edge sends. */
const HTTP: [name: string, reply: CodexReply, verdict: Verdict, posts?: number][] = [
  ['a usage limit', codexFailures.usageLimit(RESET), LIMIT('usage_limit_reached')],
  [
    'a usage limit in words alone',
    answer(429, { detail: 'You have hit your usage limit. Try again in 2 days 3 hours.' }),
    LIMIT('usage_limit_reached'),
  ],
  [
    'a usage limit as 404',
    answer(404, { error: { message: 'The usage limit has been reached' } }),
    LIMIT('usage_limit_reached', 404),
  ],
  [
    'a usage limit that only headers tell',
    {
      ...answer(429, '', { 'x-codex-rate-limit-reached-type': 'rate_limit_reached' }),
      rateLimits: {
        primary: { usedPercent: 40, windowMinutes: 300, resetsInSeconds: 60 },
        secondary: { usedPercent: 101, windowMinutes: 10_080, ...RESET },
      },
    },
    LIMIT('usage_limit_reached'),
  ],
  [
    'a usage limit that asks to come back in an hour',
    answer(
      429,
      { error: { type: 'usage_limit_reached', resets_in_seconds: String(RESET.resetsInSeconds) } },
      { 'retry-after': '3600' },
    ),
    LIMIT('usage_limit_reached'),
  ],
  ...[
    'workspace_owner_credits_depleted',
    'workspace_member_credits_depleted',
    'workspace_owner_usage_limit_reached',
    'workspace_member_usage_limit_reached',
  ].map((type): [string, CodexReply, Verdict] => [
    `a limit: ${type}`,
    codexFailures.workspaceLimit(type, RESET),
    LIMIT('usage_limit_reached'),
  ]),
  [
    'a quota',
    answer(429, { error: { code: 'insufficient_quota', message: 'You exceeded your current quota.' } }),
    LIMIT('insufficient_quota'),
  ],
  ['a plan without Codex', codexFailures.usageNotIncluded({ planType: 'free' }), LIMIT('usage_not_included')],
  ['a throttle in seconds', codexFailures.throttled({ retryAfter: 3 }), THROTTLE],
  ['a throttle until a date', codexFailures.throttledUntil(45_500), THROTTLE],
  ['a throttle in milliseconds', answer(429, '', { 'retry-after-ms': '20' }), THROTTLE],
  ['a throttle in a sentence', answer(429, { detail: 'Please try again in 1m0.5s.' }), LONG_THROTTLE],
  ['a throttle of an hour', codexFailures.throttled({ retryAfter: 3_660 }), LONG_THROTTLE],
  ['a throttle without a word', answer(429, ''), THROTTLE],
  ['a page of too many requests', answer(429, html('429 Too Many Requests'), HTML), THROTTLE],
  [
    'a throttle of requests while the window is used up',
    {
      ...answer(429, { detail: 'Too many concurrent requests. Please retry.' }, { 'retry-after': '2' }),
      rateLimits: { primary: { usedPercent: 100, windowMinutes: 300, ...RESET } },
    },
    THROTTLE,
  ],
  ['an overload', codexFailures.overloaded(), OVERLOAD],
  ['an overload that says slow_down', codexFailures.overloaded('slow_down'), OVERLOAD],
  [
    'a usage limit under the word of a throttle',
    answer(429, { error: { type: 'rate_limit_error', message: 'The usage limit has been reached', resets_at: 1 } }),
    LIMIT('usage_limit_reached'),
  ],
  [
    'a usage limit that the windows alone tell',
    {
      ...answer(429, ''),
      rateLimits: { primary: { usedPercent: 100, windowMinutes: 300, ...RESET } },
    },
    LIMIT('usage_limit_reached'),
  ],
  [
    'a usage limit that should be over',
    codexFailures.usageLimit({ resetsInSeconds: -3_660 }),
    LIMIT('usage_limit_reached'),
  ],
  ['a server error in text', codexFailures.serverError(500), BROKEN],
  ['a server error without body', answer(502, ''), CALL('server_error', 502, true)],
  ['a server error as JSON', answer(500, { error: { message: 'Oops', type: 'server_error', code: null } }), BROKEN],
  [
    'a server error that blames the request',
    answer(500, { error: { message: 'Oops', type: 'invalid_request_error' } }),
    BROKEN,
  ],
  ['a page of the edge: 502', answer(502, html('502 Bad Gateway'), HTML), CALL('server_error', 502, true)],
  [
    'a page of the edge: 520',
    answer(520, html('Web server is returning an unknown error'), HTML),
    CALL('server_error', 520, true),
  ],
  ['a server that asks to wait for long', answer(503, '', { 'retry-after': '120' }), CALL('server_error', 503, false)],
  ['a retired model', codexFailures.modelNotSupported(MODEL_ID), MODEL('model_not_supported', 400)],
  ['a hidden model', codexFailures.modelNotFound(MODEL_ID), MODEL('model_not_found', 404)],
  [
    'a model that is not found, by its code',
    answer(404, { error: { code: 'model_not_found' } }),
    MODEL('model_not_found', 404),
  ],
  ['too long a prompt', codexFailures.contextLength(), CONTEXT('context_length_exceeded', 400)],
  [
    'too long a prompt, in words',
    answer(400, { detail: 'This exceeds the maximum context length.' }),
    CONTEXT('context_length_exceeded', 400),
  ],
  ['too large a body', codexFailures.tooLarge(), CONTEXT('payload_too_large', 413)],
  [
    'too large a body, as a page',
    answer(413, html('413 Request Entity Too Large'), HTML),
    CONTEXT('payload_too_large', 413),
  ],
  ['a refused content', codexFailures.contentPolicy(), CALL('content_policy', 400)],
  ['a refused prompt', codexFailures.contentPolicy('invalid_prompt'), CALL('content_policy', 400)],
  ['a bad image', codexFailures.invalidImage(), CALL('invalid_image', 400)],
  [
    'a bad image, by its place',
    answer(400, { error: { code: 'invalid_value', param: 'input[2].image_url' } }),
    CALL('invalid_image', 400),
  ],
  [
    'foreign reasoning that was not sent',
    codexFailures.invalidEncryptedContent(),
    CALL('invalid_encrypted_content', 400),
  ],
  ['no instructions', codexFailures.badRequest('Instructions are required'), CALL('instructions_refused', 400)],
  ['other instructions', codexFailures.badRequest('Instructions are not valid'), CALL('instructions_refused', 400)],
  ['a bad request', codexFailures.badRequest('Unsupported parameter: temperature'), CALL('invalid_request', 400)],
  [
    'a result without its call',
    answer(400, {
      error: {
        message: 'No tool call found for function call output with call_id call_1.',
        param: 'input',
        code: null,
      },
    }),
    CALL('invalid_request', 400),
  ],
  [
    'a list of complaints',
    answer(422, { detail: [{ loc: ['body', 'input', 0], msg: 'field required', type: 'missing' }] }),
    CALL('invalid_request', 422),
  ],
  ['an error in text', answer(400, { error: 'Something is wrong.' }), CALL('invalid_request', 400)],
  [
    'an error in a header',
    answer(400, '', { 'x-error-json': base64({ error: { code: 'cyber_policy' } }) }),
    CALL('content_policy', 400),
  ],
  ['a path that is not there', answer(404, { detail: 'Not Found' }), CALL('invalid_request', 404)],
  ['a page that is not there', answer(404, html('Not Found'), HTML), CALL('invalid_request', 404)],
  ['a body cut within its JSON', answer(400, '{"error":{"message":"Half of i'), CALL('invalid_request', 400)],
  [
    'a list of errors',
    answer(400, { errors: [{ message: 'One.' }, { message: 'Two.' }] }),
    CALL('invalid_request', 400),
  ],
  ['an error in a list', answer(400, [{ error: { message: 'One.' } }]), CALL('invalid_request', 400)],
  ['a conflict', answer(409, { detail: 'Conflict' }), CALL('invalid_request', 409, true)],
  ['a challenge', codexFailures.cloudflareBlocked(), BLOCKED('cloudflare_challenge', 403)],
  ['a challenge by its header', answer(403, '', { 'cf-mitigated': 'challenge' }), BLOCKED('cloudflare_challenge', 403)],
  [
    'a challenge with 503',
    answer(503, html('Attention Required! | Cloudflare'), HTML),
    BLOCKED('cloudflare_challenge', 503),
  ],
  ['a page of a network', answer(403, html('Access denied'), HTML), BLOCKED('unexpected_answer', 403)],
  ['a code of the edge', answer(403, 'error code: 1020'), BLOCKED('cloudflare_challenge', 403)],
  ['a region, by a code of the edge', answer(403, 'error code: 1009'), BLOCKED('region_blocked', 403)],
  ['a page that asks for a login', answer(401, html('Proxy login'), HTML), BLOCKED('unexpected_answer', 401)],
  ['a page instead of a stream', answer(200, html('Welcome'), HTML), BLOCKED('unexpected_answer', 200)],
  ['text instead of a stream', answer(200, 'Out of order'), CALL('unexpected_answer', 200)],
  ['JSON instead of a stream', answer(200, { id: 'resp_1', object: 'response' }), CALL('unexpected_answer', 200)],
  ['an error instead of a stream', answer(200, { error: { code: 'usage_not_included' } }), LIMIT('usage_not_included')],
  [
    'a deactivated workspace in one word',
    answer(402, { detail: 'deactivated_workspace' }),
    BLOCKED('deactivated_workspace', 402),
  ],
  [
    'a deactivated account',
    answer(403, { error: { code: 'account_deactivated' } }),
    BLOCKED('deactivated_workspace', 403),
  ],
  ['a region', codexFailures.regionBlocked(), BLOCKED('region_blocked', 403)],
  ['a deactivated workspace', codexFailures.deactivatedWorkspace(), BLOCKED('deactivated_workspace', 402)],
  ['a bare 403', answer(403, { detail: 'Forbidden' }), BLOCKED('forbidden', 403)],
  ['a redirect', answer(307, '', { location: 'https://example.com/login?token=abc' }), CALL('redirected', 307)],
  ['a platform key', codexFailures.apiKeyRefused(), LOGIN('invalid_credential')],
  ['a token of another service', codexFailures.missingScopes(), LOGIN('invalid_credential')],
  ['an expired token, twice', codexFailures.tokenRefused('expired'), LOGIN('access_denied'), 2],
  ['a revoked token', codexFailures.tokenRefused('revoked'), LOGIN('relogin_required'), 1],
];

/** Error objects of `response.failed` and `error` events. */
const STREAMED: [name: string, error: JSONObject, verdict: Verdict][] = [
  [
    'a usage limit',
    {
      type: 'usage_limit_reached',
      message: 'The usage limit has been reached',
      plan_type: 'plus',
      resets_in_seconds: RESET.resetsInSeconds,
    },
    LIMIT('usage_limit_reached'),
  ],
  ['a quota', { code: 'insufficient_quota', message: 'Quota exceeded.' }, LIMIT('insufficient_quota')],
  ['a plan without Codex', { code: 'usage_not_included', message: 'No Codex.' }, LIMIT('usage_not_included')],
  ['a throttle', { code: 'rate_limit_exceeded', message: 'Rate limit reached. Please try again in 15ms.' }, THROTTLE],
  [
    'a long throttle',
    { code: 'rate_limit_exceeded', message: 'Rate limit reached. Please try again in 20m.' },
    LONG_THROTTLE,
  ],
  ['an overload', { code: 'server_is_overloaded', message: 'Overloaded.' }, OVERLOAD],
  ['a server error', { code: 'server_error', message: 'An error occurred.' }, BROKEN],
  ['a word nobody knows', { code: 'server_overloaded', message: 'Who knows.' }, BROKEN],
  ['no word at all', { code: null, message: '' }, BROKEN],
  [
    'too long a prompt',
    { code: 'context_length_exceeded', message: 'Too long.' },
    CONTEXT('context_length_exceeded', 400),
  ],
  ['a refused content', { code: 'cyber_policy', message: 'No.' }, CALL('content_policy', 400)],
  [
    'a retired model',
    { code: null, message: `The '${MODEL_ID}' model is not supported when using Codex with a ChatGPT account.` },
    MODEL('model_not_supported', 400),
  ],
  [
    'a value',
    { code: 'unsupported_value', message: 'No such effort.', param: 'reasoning.effort' },
    CALL('invalid_request', 400),
  ],
];

const CREATED = { type: 'response.created', response: { id: 'resp_1' } };
const OUTPUT = [
  { type: 'response.output_item.added', output_index: 0, item: { type: 'message', id: 'msg_1', content: [] } },
  { type: 'response.output_text.delta', output_index: 0, item_id: 'msg_1', delta: 'It was' },
];

const CHANNELS: Record<string, (error: JSONObject) => JSONObject> = {
  'response.failed': (error) => ({ type: 'response.failed', response: { id: 'resp_1', status: 'failed', error } }),
  'an error event': (error) => ({ type: 'error', error }),
};

/** Events whose shape is the point. */
const SHAPES: [name: string, event: JSONObject, verdict: Verdict][] = [
  ['a flat error event', { type: 'error', code: 'server_is_overloaded', message: 'Flat.', param: null }, OVERLOAD],
  ['an error event with a text', { type: 'error', error: 'It broke.' }, BROKEN],
  [
    'an error event with detail and status',
    { type: 'error', status: 400, error: { detail: 'Unsupported parameter: generate' } },
    CALL('invalid_request', 400),
  ],
  [
    'an error frame with headers',
    {
      type: 'error',
      status_code: 429,
      error: { type: 'usage_limit_reached', message: 'Used up.' },
      headers: {
        'X-Codex-Primary-Used-Percent': 100,
        'x-codex-primary-window-minutes': '10080',
        'x-codex-primary-reset-after-seconds': RESET.resetsInSeconds,
      },
    },
    LIMIT('usage_limit_reached'),
  ],
  ['an error frame of a server', { type: 'error', status: 502, error: null }, CALL('server_error', 502, true)],
  ['a failed response without error', { type: 'response.failed', response: null }, BROKEN],
];

function row(
  name: string,
  reply: CodexReply,
  [kind, code, status, isRetryable]: Verdict,
  isLate = false,
  posts?: number,
): FailureRow {
  return { name, reply, kind, code, status, isRetryable, isLate, posts: posts ?? (isRetryable && !isLate ? 3 : 1) };
}

/** The same event before and after the first output. */
function streamed(name: string, event: JSONObject, verdict: Verdict): FailureRow[] {
  return [false, true].map((isLate) => {
    const events = [CREATED, ...(isLate ? OUTPUT : []), event];
    return row(`${name}, ${isLate ? 'after' : 'before'} output`, { events }, verdict, isLate);
  });
}

const TOKEN = { code: 'token_expired', message: 'Expired.' };

export const FAILURE_ROWS: readonly FailureRow[] = [
  ...HTTP.map(([name, reply, verdict, posts]) => row(`HTTP: ${name}`, reply, verdict, false, posts)),
  ...Object.entries(CHANNELS).flatMap(([channel, wrap]) =>
    STREAMED.flatMap(([name, error, verdict]) => streamed(`${channel}: ${name}`, wrap(error), verdict)),
  ),
  ...SHAPES.flatMap(([name, event, verdict]) => streamed(name, event, verdict)),
  row('response.failed: a token, after output', { text: 'It was', failed: TOKEN }, LOGIN('refresh_failed'), true),
  row(
    'response.failed: a login that is over, after output',
    { text: 'It was', failed: { code: 'token_revoked', message: 'Over.' } },
    LOGIN('relogin_required'),
    true,
  ),
  row('response.failed: a token, twice before output', { failed: TOKEN }, LOGIN('access_denied'), false, 2),
];
