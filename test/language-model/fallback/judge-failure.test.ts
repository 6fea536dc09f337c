import {
  APICallError,
  EmptyResponseBodyError,
  InvalidArgumentError,
  InvalidPromptError,
  LoadAPIKeyError,
  LoadSettingError,
  NoContentGeneratedError,
  NoSuchModelError,
  TypeValidationError,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider';
import { RetryError } from 'ai';
import { describe, expect, it } from 'vitest';
import { CodexAuthError } from '../../../src/auth/errors';
import {
  CodexBlockedError,
  CodexCallError,
  CodexContextLengthError,
  type CodexErrorCode,
  CodexModelUnavailableError,
  CodexOverloadedError,
  CodexRateLimitError,
  CodexStreamError,
  CodexUsageLimitError,
} from '../../../src/language-model/errors';
import { CodexFallbackError } from '../../../src/language-model/fallback/fallback-error';
import { judgeFailure } from '../../../src/language-model/fallback/judge-failure';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

const base = { url: 'https://a.test', requestBodyValues: {}, message: 'It failed.', isRetryable: false };
const call = <Code extends CodexErrorCode>(code: Code, more: object = {}) => ({ ...base, code, ...more });
const limit = (code: CodexErrorCode, resetsAt?: number, more: object = {}) =>
  new CodexUsageLimitError({ ...call(code, more), resetsAt, planType: undefined, rateLimits: undefined });
const http = (statusCode: number, error: object | string = {}, headers: Record<string, string> = {}) => {
  const said = typeof error === 'string' ? { message: error } : { data: { error } };
  return new APICallError({
    url: 'https://b.test',
    requestBodyValues: {},
    message: 'No.',
    statusCode,
    responseHeaders: headers,
    ...said,
  });
};
const named = (name: string, message = 'stopped') => Object.assign(new Error(message), { name });
const coded = (code: string) => Object.assign(new Error('connection'), { code });
const retried = (...errors: unknown[]) => new RetryError({ message: 'Failed', reason: 'maxRetriesExceeded', errors });
const inner = (error: unknown, ...untils: (number | undefined)[]) =>
  new CodexFallbackError({
    attempts: (untils.length === 2 ? untils : [untils[0], untils[0]]).map((until) => ({
      provider: 'p',
      modelId: 'm',
      code: 'unknown',
      error,
      isRetryable: false,
      ...(until && { until }),
    })),
    now: NOW,
  });
const circle = Object.assign(new Error('round'), { cause: undefined as unknown });
circle.cause = Object.assign(new Error('and round'), { cause: circle });

type Row = [name: string, error: unknown, kind: string, code: string, until?: number];

const SWITCHES: Row[] = [
  ['a usage limit that says when', limit('usage_limit_reached', NOW + 1), 'limit', 'usage_limit_reached', NOW + 1],
  ['one that does not', limit('usage_limit_reached'), 'limit', 'usage_limit_reached', NOW + 15 * MINUTE],
  [
    'one that says so in a header',
    limit('usage_limit_reached', undefined, { responseHeaders: { 'retry-after': '90' } }),
    'limit',
    'usage_limit_reached',
    NOW + 90_000,
  ],
  ['used-up credits', limit('insufficient_quota'), 'limit', 'insufficient_quota', NOW + 15 * MINUTE],
  ['a plan without Codex', limit('usage_not_included'), 'limit', 'usage_not_included', NOW + 15 * MINUTE],
  [
    'a throttle with a moment',
    new CodexRateLimitError({ ...call('rate_limit_exceeded'), retryAfterMs: 5, retryAt: NOW + 7 }),
    'throttle',
    'rate_limit_exceeded',
    NOW + 7,
  ],
  [
    'a throttle with a wait',
    new CodexRateLimitError({ ...call('rate_limit_exceeded'), retryAfterMs: 5, retryAt: undefined }),
    'throttle',
    'rate_limit_exceeded',
    NOW + 5,
  ],
  [
    'a throttle without any',
    new CodexRateLimitError({ ...call('rate_limit_exceeded'), retryAfterMs: undefined, retryAt: undefined }),
    'throttle',
    'rate_limit_exceeded',
  ],
  ['an overload', new CodexOverloadedError(call('server_is_overloaded')), 'overload', 'server_is_overloaded'],
  ['a server error', new CodexCallError(call('server_error')), 'server', 'server_error'],
  ['a redirect', new CodexCallError(call('redirected')), 'network', 'redirected'],
  ['a broken connection', new CodexStreamError(call('network')), 'network', 'network'],
  ['no connection in time', new CodexStreamError(call('connect_timeout')), 'timeout', 'connect_timeout'],
  ['no event in time', new CodexStreamError(call('first_event_timeout')), 'timeout', 'first_event_timeout'],
  ['a silent stream', new CodexStreamError(call('idle_timeout')), 'timeout', 'idle_timeout'],
  ['a cut stream', new CodexStreamError(call('stream_ended')), 'empty', 'stream_ended'],
  ['an empty answer', new CodexStreamError(call('empty_response')), 'empty', 'empty_response'],
  [
    'a stream failure of a newer copy',
    new CodexStreamError(call('proxy_failed' as 'network')),
    'network',
    'proxy_failed',
  ],
  [
    'a model that the account has not',
    new CodexModelUnavailableError({ ...call('model_not_supported'), modelId: 'm', suggestions: [] }),
    'model',
    'model_not_supported',
  ],
  ['a challenge', new CodexBlockedError(call('cloudflare_challenge')), 'auth', 'cloudflare_challenge', NOW + MINUTE],
  ['a region', new CodexBlockedError(call('region_blocked')), 'auth', 'region_blocked', NOW + MINUTE],
  ['a workspace', new CodexBlockedError(call('deactivated_workspace')), 'auth', 'deactivated_workspace', NOW + MINUTE],
  [
    'a lost login',
    new CodexAuthError({ code: 'relogin_required', message: 'Log in.' }),
    'auth',
    'relogin_required',
    NOW + MINUTE,
  ],
  [
    'a failed renewal',
    new CodexAuthError({ code: 'refresh_failed', message: 'Later.' }),
    'auth',
    'refresh_failed',
    NOW + MINUTE,
  ],
  ['nobody logged in', new CodexAuthError({ code: 'not_logged_in', message: '' }), 'no-credentials', 'no_credentials'],
  ['no key', new LoadAPIKeyError({ message: '' }), 'no-credentials', 'no_credentials'],
  ['no setting', new LoadSettingError({ message: '' }), 'no-credentials', 'no_credentials'],
  ['no such model', new NoSuchModelError({ modelId: 'm', modelType: 'languageModel' }), 'model', 'model_not_found'],
  ['no body', new EmptyResponseBodyError(), 'empty', 'empty_response'],
  ['no content', new NoContentGeneratedError(), 'empty', 'empty_response'],
  ['a damaged answer', new TypeValidationError({ value: 1, cause: new Error() }), 'empty', 'invalid_event'],
  ['an answer of 200 that cannot be read', http(200), 'empty', 'invalid_event'],
  ['401 elsewhere', http(401), 'auth', 'unauthorized', NOW + MINUTE],
  [
    '401 that says invalid request',
    http(401, { type: 'invalid_request_error', code: 'invalid_api_key' }),
    'auth',
    'unauthorized',
    NOW + MINUTE,
  ],
  ['402 elsewhere', http(402), 'limit', 'insufficient_quota', NOW + 15 * MINUTE],
  ['403 elsewhere', http(403), 'auth', 'forbidden', NOW + MINUTE],
  ['404 elsewhere', http(404), 'model', 'model_not_found'],
  ['400 of a model by code', http(400, { code: 'model_not_found' }), 'model', 'model_not_found'],
  ['400 of a model by sentence', http(400, "The model 'x' is not supported here"), 'model', 'model_not_supported'],
  ['408 elsewhere', http(408), 'timeout', 'timeout'],
  ['429 elsewhere', http(429), 'throttle', 'rate_limit_exceeded'],
  ['429 with seconds', http(429, {}, { 'retry-after': '7' }), 'throttle', 'rate_limit_exceeded', NOW + 7_000],
  ['429 with milliseconds', http(429, {}, { 'retry-after-ms': '70' }), 'throttle', 'rate_limit_exceeded', NOW + 70],
  [
    '429 with a date',
    http(429, {}, { 'retry-after': new Date(NOW + 30_000).toUTCString() }),
    'throttle',
    'rate_limit_exceeded',
    NOW + 30_000,
  ],
  [
    '429 without credits',
    http(429, { type: 'insufficient_quota', code: 'insufficient_quota' }),
    'limit',
    'insufficient_quota',
    NOW + 15 * MINUTE,
  ],
  ['500 elsewhere', http(500), 'server', 'server_error'],
  ['503 with a wait', http(503, {}, { 'retry-after': '2' }), 'overload', 'server_is_overloaded', NOW + 2_000],
  ['529 elsewhere', http(529, { type: 'overloaded_error' }), 'overload', 'server_is_overloaded'],
  ['a call that never had an answer', new APICallError({ ...base, isRetryable: true }), 'network', 'network'],
  ['a status of the gateway', Object.assign(new Error('no'), { statusCode: 429 }), 'throttle', 'rate_limit_exceeded'],
  ['fetch failed', new TypeError('fetch failed'), 'network', 'network'],
  ['a refused connection', coded('ECONNREFUSED'), 'network', 'network'],
  ['a connection that took too long', coded('UND_ERR_CONNECT_TIMEOUT'), 'timeout', 'timeout'],
  ["a time limit that is not the caller's", named('TimeoutError'), 'timeout', 'timeout'],
  ['an overload in a stream', { type: 'overloaded_error', message: 'Overloaded' }, 'overload', 'server_is_overloaded'],
  ['a nested one', { type: 'error', error: { type: 'server_error' } }, 'server', 'server_error'],
  ['what ai retried', retried(http(500), http(401)), 'auth', 'unauthorized', NOW + MINUTE],
  ['a cause', new Error('wrapped', { cause: http(503) }), 'overload', 'server_is_overloaded'],
  [
    'a retried cause in a cause',
    new Error('outer', { cause: new Error('wrapped', { cause: retried(http(500)) }) }),
    'server',
    'server_error',
  ],
  ['an order inside the order', inner(http(500)), 'server', 'server_error'],
  ['one that waits', inner(http(401), NOW + 9), 'limit', 'unauthorized', NOW + 9],
  ['one of which a model may answer', inner(http(500), NOW + 9, undefined), 'server', 'server_error'],
  ['a time limit by the name of an abort', new DOMException('aborted', 'AbortError'), 'timeout', 'timeout'],
  ['one by another name', named('ResponseAborted'), 'timeout', 'timeout'],
  ['one inside', new Error('wrapped', { cause: named('AbortError') }), 'timeout', 'timeout'],
  ['one that ai saw', retried(http(500), named('AbortError')), 'timeout', 'timeout'],
  ['403 of a model', http(403, "You don't have access to the model with this id."), 'model', 'model_not_supported'],
  [
    '403 of a model that the project has not',
    http(403, 'Project p does not have access to model x'),
    'model',
    'model_not_supported',
  ],
  [
    '403 of a model here',
    new CodexBlockedError(call('forbidden', { message: 'Said: "No access to this model."' })),
    'model',
    'model_not_supported',
  ],
  ['403 of a region', http(403, 'This model is run in your country by nobody.'), 'auth', 'forbidden', NOW + MINUTE],
  ['400 of a key', http(400, 'API key not valid. Please pass one.'), 'auth', 'unauthorized', NOW + MINUTE],
  ['400 of a wrong key', http(400, 'Incorrect API key provided'), 'auth', 'unauthorized', NOW + MINUTE],
  ['400 of an invalid key', http(400, 'invalid x-api-key'), 'auth', 'unauthorized', NOW + MINUTE],
  [
    '400 of a credit',
    http(400, 'Your credit balance is too low to go on'),
    'limit',
    'insufficient_quota',
    NOW + 15 * MINUTE,
  ],
  ['400 of a bill', http(400, 'Enable billing.'), 'limit', 'insufficient_quota', NOW + 15 * MINUTE],
  ['a request of Deno', new TypeError('error sending request for url (https://a.test/)'), 'network', 'network'],
  ['a connection of Workers', new Error('Network connection lost.'), 'network', 'network'],
  ...[
    'CERT_HAS_EXPIRED',
    'EPROTO',
    'ERR_HTTP2_STREAM_ERROR',
    'ERR_STREAM_PREMATURE_CLOSE',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ].map((code): Row => [`a connection with ${code}`, coded(code), 'network', 'network']),
  [
    'credentials that are nowhere',
    new Error('Could not load the default credentials. Browse to a.test.'),
    'no-credentials',
    'no_credentials',
  ],
];

const STAYS: Row[] = [
  ['400 of a tool', http(400, "Invalid schema for function 'billing'"), 'request', 'invalid_request'],
  ['400 of another tool', http(400, 'Invalid schema for get_billing_data'), 'request', 'invalid_request'],
  [
    'too long a context',
    new CodexContextLengthError(call('context_length_exceeded')),
    'context',
    'context_length_exceeded',
  ],
  ['too large a body', new CodexContextLengthError(call('payload_too_large')), 'context', 'payload_too_large'],
  ['a refused content', new CodexCallError(call('content_policy')), 'policy', 'content_policy'],
  ['a bad image', new CodexCallError(call('invalid_image')), 'request', 'invalid_image'],
  ['foreign reasoning', new CodexCallError(call('invalid_encrypted_content')), 'request', 'invalid_encrypted_content'],
  ['refused instructions', new CodexCallError(call('instructions_refused')), 'request', 'instructions_refused'],
  ['an invalid request', new CodexCallError(call('invalid_request')), 'request', 'invalid_request'],
  ['a word of a newer copy', new CodexCallError(call('brand_new' as 'redirected')), 'unknown', 'brand_new'],
  ['an invalid prompt', new InvalidPromptError({ prompt: 1, message: '' }), 'request', 'invalid_request'],
  ['an invalid argument', new InvalidArgumentError({ argument: 'a', message: '' }), 'request', 'invalid_request'],
  ['an unsupported call', new UnsupportedFunctionalityError({ functionality: 'x' }), 'request', 'unsupported'],
  ['400 elsewhere', http(400), 'request', 'invalid_request'],
  [
    '400 of the context',
    http(400, { code: 'context_length_exceeded', type: 'invalid_request_error' }),
    'context',
    'context_length_exceeded',
  ],
  ['400 of the context by sentence', http(400, 'prompt is too long: 3 > 2'), 'context', 'context_length_exceeded'],
  ['400 of the content', http(400, { code: 'content_policy_violation' }), 'policy', 'content_policy'],
  ['413 elsewhere', http(413), 'context', 'payload_too_large'],
  ['422 elsewhere', http(422), 'request', 'invalid_request'],
  ['a call that cannot be sent', new APICallError(base), 'unknown', 'unknown'],
  [
    'a mistake in the program',
    new TypeError("Cannot read properties of undefined (reading 'x')"),
    'unknown',
    'unknown',
  ],
  ['an unknown error', new Error('hm'), 'unknown', 'unknown'],
  ['a circle of causes', circle, 'unknown', 'unknown'],
  ['a text', 'oops', 'unknown', 'unknown'],
  ['nothing', undefined, 'unknown', 'unknown'],
  ['an order that met an invalid call', inner(http(400), NOW + 9), 'request', 'invalid_request'],
];

describe('the next model is tried', () => {
  it.each(SWITCHES)('after %s', (_name, error, kind, code, until) => {
    expect(judgeFailure(error, NOW)).toEqual({
      switches: true,
      kind,
      code,
      isRetryable: expect.any(Boolean),
      ...(until !== undefined && { until }),
    });
  });
});

describe('no other model is tried', () => {
  it.each(STAYS)('after %s', (_name, error, kind, code) => {
    expect(judgeFailure(error, NOW)).toMatchObject({ switches: false, kind, code });
  });
});

it('an error says itself whether it is retryable, and its kind where it does not', () => {
  const retryable = (error: unknown) => judgeFailure(error, NOW).isRetryable;
  expect(retryable(new CodexOverloadedError({ ...call('server_is_overloaded'), isRetryable: true }))).toBe(true);
  expect(retryable(new CodexOverloadedError(call('server_is_overloaded')))).toBe(false);
  expect(retryable({ type: 'overloaded_error' })).toBe(true);
  expect(retryable({ type: 'authentication_error' })).toBe(false);
  expect(retryable(new CodexAuthError({ code: 'refresh_failed', message: '' }))).toBe(false);
});
