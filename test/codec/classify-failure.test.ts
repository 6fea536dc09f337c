import { describe, expect, it } from 'vitest';
import type { BackendFailure, BackendFailureCode } from '../../src/codec/response/backend-failure';
import { classifyFailure } from '../../src/codec/response/classify-failure';

const NOW = Date.UTC(2026, 10, 21, 12);

function classify(said: Partial<BackendFailure>) {
  return classifyFailure({ headers: {}, codes: [], isHtml: false, ...said }, NOW);
}

/** The plan's own window. */
const EXHAUSTED = { 'x-codex-primary-used-percent': '100' };

const CREDITS = { 'x-codex-credits-has-credits': 'true', 'x-codex-credits-unlimited': 'false' };
const NAMED = { status: 429, codes: ['rate_limit_exceeded'] };
const SOON = NOW / 1_000 + 20;
const LATER = NOW / 1_000 + 7_200;

type Row = [Partial<BackendFailure>, BackendFailureCode, status: number, isRetryable?: boolean];

const THROTTLED: [BackendFailureCode, number, boolean] = ['rate_limit_exceeded', 429, true];

const CASES: Row[] = [
  [{ status: 401 }, 'unauthorized', 401],
  [{ codes: ['token_invalidated', 'invalid_request_error'] }, 'unauthorized', 401],
  [{ status: 401, message: 'Missing scopes: api.responses.write' }, 'api_key', 401],
  [{ codes: ['usage_limit_reached'] }, 'usage_limit_reached', 429],
  [{ status: 404, message: 'usage limit reached' }, 'usage_limit_reached', 404],
  // The code is one of many, the type is the one that counts.
  [{ status: 429, codes: ['rate_limit_exceeded', 'usage_limit_reached'] }, 'usage_limit_reached', 429],
  [{ status: 429, headers: { 'x-codex-rate-limit-reached-type': 'rate_limit_reached' } }, 'usage_limit_reached', 429],
  [{ codes: ['insufficient_quota'] }, 'insufficient_quota', 429],
  [{ codes: ['USAGE_NOT_INCLUDED'] }, 'usage_not_included', 429],
  [{ status: 429 }, 'rate_limit_exceeded', 429, true],
  [{ codes: ['rate_limit_exceeded'] }, 'rate_limit_exceeded', 429, true],
  [{ status: 503, codes: ['slow_down'] }, 'server_is_overloaded', 503, true],
  [{ status: 529 }, 'server_is_overloaded', 529, true],
  [{ status: 503 }, 'server_error', 503, true],
  [{ status: 520, isHtml: true, message: 'Error' }, 'server_error', 520, true],
  [{ codes: ['server_overloaded'] }, 'server_error', 500, true],
  [{}, 'server_error', 500, true],
  // A sentence about limits does not excuse a server.
  [{ status: 500, message: 'usage limit service is down' }, 'server_error', 500, true],
  [{ message: "The 'x' model is not supported when using Codex with a ChatGPT account." }, 'model_not_supported', 400],
  [{ status: 404, message: 'Model not found x', codes: ['invalid_request_error'] }, 'model_not_found', 404],
  [{ status: 400, message: 'Your input exceeds the context window of this model.' }, 'context_length_exceeded', 400],
  [{ status: 413 }, 'payload_too_large', 413],
  [{ codes: ['cyber_policy'] }, 'content_policy', 400],
  [{ status: 400, codes: ['invalid_value'], param: 'input[0].content[1].image_url' }, 'invalid_image', 400],
  [{ status: 400, message: 'The image data does not represent a valid image' }, 'invalid_image', 400],
  [{ codes: ['invalid_encrypted_content'] }, 'invalid_encrypted_content', 400],
  [{ status: 400, message: 'Instructions are not valid' }, 'instructions_refused', 400],
  [{ status: 400, codes: ['unsupported_value'], param: 'model' }, 'invalid_request', 400],
  [{ codes: ['invalid_request_error'] }, 'invalid_request', 400],
  [{ status: 408 }, 'invalid_request', 408, true],
  [{ status: 409 }, 'invalid_request', 409, true],
  [{ status: 425 }, 'invalid_request', 425, true],
  [{ status: 403, isHtml: true, headers: { 'cf-ray': '8f-TST' } }, 'cloudflare_challenge', 403],
  [{ status: 403, isHtml: true, headers: { server: 'cloudflare' } }, 'cloudflare_challenge', 403],
  [{ status: 403, isHtml: true, isOfCloudflare: true }, 'cloudflare_challenge', 403],
  [{ status: 403, isHtml: true, message: 'Blocked by your network' }, 'unexpected_answer', 403],
  [{ status: 403, isHtml: true, codes: ['account_deactivated'] }, 'deactivated_workspace', 403],
  [{ status: 511, isHtml: true, message: 'Sign in' }, 'unexpected_answer', 511],
  [{ status: 511 }, 'unexpected_answer', 511],
  [{ status: 503, isHtml: true, message: 'Just a moment...' }, 'cloudflare_challenge', 503],
  [{ status: 401, headers: { 'cf-mitigated': 'challenge' } }, 'cloudflare_challenge', 401],
  [{ status: 403, codes: ['unsupported_country_region_territory'] }, 'region_blocked', 403],
  [{ status: 402, codes: ['deactivated_workspace'] }, 'deactivated_workspace', 402],
  [{ status: 402 }, 'forbidden', 402],
  [{ status: 403, message: 'Forbidden' }, 'forbidden', 403],
  [{ status: 302 }, 'redirected', 302],
  [{ status: 0 }, 'redirected', 307],
  // Limits of the plan that look like throttles, and throttles that look like limits.
  [{ status: 429, headers: EXHAUSTED }, 'usage_limit_reached', 429],
  [{ status: 429, headers: EXHAUSTED, isHtml: true, message: '429 Too Many Requests' }, 'usage_limit_reached', 429],
  [{ status: 429, headers: EXHAUSTED, codes: ['rate_limit_exceeded'] }, 'rate_limit_exceeded', 429, true],
  [{ status: 429, headers: EXHAUSTED, message: 'Rate limit reached.' }, 'rate_limit_exceeded', 429, true],
  [{ status: 429, headers: { 'x-other-primary-used-percent': '100' } }, 'rate_limit_exceeded', 429, true],
  [
    { status: 429, headers: { 'x-other-primary-used-percent': '100', 'x-codex-active-limit': 'other' } },
    'usage_limit_reached',
    429,
  ],
  [
    {
      status: 429,
      codes: ['rate_limit_error'],
      message: 'The usage limit has been reached',
      resetsAt: NOW / 1_000 + 9,
    },
    'usage_limit_reached',
    429,
  ],
  [{ codes: ['rate_limit_exceeded'], message: "You've hit your usage limit." }, 'usage_limit_reached', 429],
  [{ codes: ['rate_limit_error'], message: 'Limit reached.', resetsAt: LATER }, 'usage_limit_reached', 429],
  [{ codes: ['rate_limit_error'], message: 'Limit reached.', resetsAt: SOON }, 'rate_limit_exceeded', 429, true],
  [{ status: 429, message: 'Limit reached.', resetsAt: SOON }, 'rate_limit_exceeded', 429, true],
  [{ status: 429, message: "You've hit your limit.", resetsAt: LATER }, 'usage_limit_reached', 429],
  [{ status: 429, message: 'Limit reached.', resetsAt: LATER, headers: CREDITS }, 'rate_limit_exceeded', 429],
  [{ ...NAMED, message: 'You have exceeded your requests per minute limit.', resetsAt: SOON }, ...THROTTLED],
  [{ ...NAMED, message: 'Requests per minute limit reached.', resetsAt: SOON }, ...THROTTLED],
  [{ ...NAMED, message: 'Requests per minute limit reached.', resetsAt: LATER }, 'rate_limit_exceeded', 429],
  [{ ...NAMED, message: 'Limit of tokens reached.', resetsAt: LATER }, 'rate_limit_exceeded', 429],
  [{ status: 429, message: 'Tokens per second limit reached.', headers: EXHAUSTED }, ...THROTTLED],
  [{ status: 429, message: 'Too many concurrent requests. Please retry.', headers: EXHAUSTED }, ...THROTTLED],
  [{ status: 429, message: 'Busy.', headers: { ...EXHAUSTED, 'retry-after': '2' } }, ...THROTTLED],
  [{ status: 429, message: 'Busy.', headers: { ...EXHAUSTED, 'retry-after': '7200' } }, 'usage_limit_reached', 429],
  [{ status: 429, headers: { ...EXHAUSTED, ...CREDITS } }, ...THROTTLED],
  [{ status: 429, headers: { ...EXHAUSTED, 'x-codex-credits-unlimited': 'true' } }, ...THROTTLED],
  [
    { status: 429, isHtml: true, message: '429 Too Many Requests', headers: { ...EXHAUSTED, 'retry-after': '2' } },
    ...THROTTLED,
  ],
  [{ status: 429, codes: ['usage_limit_reached'], resetsAt: SOON, headers: CREDITS }, 'usage_limit_reached', 429],
  // What a 200 holds.
  [{ isWrapped: true }, 'unexpected_answer', 200],
  [{ isWrapped: true, codes: ['server_error'] }, 'server_error', 500, true],
  [{ isWrapped: true, codes: ['invalid_request_error'] }, 'invalid_request', 400],
  [
    { codes: ['rate_limit_error'], message: 'Rate limit reached.', resetsAt: NOW / 1_000 + 9 },
    'rate_limit_exceeded',
    429,
    true,
  ],
  [
    {
      status: 429,
      codes: ['rate_limit_exceeded'],
      headers: { 'x-codex-rate-limit-reached-type': 'workspace_owner_credits_depleted' },
    },
    'usage_limit_reached',
    429,
  ],
  [{ codes: ['server_error'], headers: EXHAUSTED }, 'server_error', 500, true],
  // Words of an event for what will never work.
  [{ codes: ['invalid_image_url'] }, 'invalid_image', 400],
  [{ codes: ['image_too_large'] }, 'invalid_image', 400],
  [{ codes: ['failed_to_download_image'] }, 'invalid_image', 400],
  [{ codes: ['unsupported_image_media_type'] }, 'invalid_image', 400],
  [{ codes: ['empty_image_file'] }, 'invalid_image', 400],
  [{ codes: ['image_generation_failed'] }, 'server_error', 500, true],
  [{ codes: ['image_content_policy_violation'] }, 'content_policy', 400],
  [{ codes: ['bio_policy'] }, 'content_policy', 400],
  [{ codes: ['invalid_function_parameters'] }, 'invalid_request', 400],
  [{ codes: ['missing_required_parameter'] }, 'invalid_request', 400],
  [{ codes: ['string_above_max_length'] }, 'invalid_request', 400],
  [{ codes: ['integer_below_min_value'] }, 'invalid_request', 400],
  [{ codes: ['unknown_error'] }, 'server_error', 500, true],
  [{ codes: ['unknown_internal_error'] }, 'server_error', 500, true],
  [{ status: 401, codes: ['account_deactivated'] }, 'deactivated_workspace', 401],
  [{ codes: ['workspace_deactivated'] }, 'deactivated_workspace', 402],
  // The edge, in text.
  [{ status: 403, message: 'error code: 1020' }, 'cloudflare_challenge', 403],
  [{ status: 403, message: 'error code: 1009' }, 'region_blocked', 403],
  [{ status: 429, message: 'error code: 1015' }, 'rate_limit_exceeded', 429, true],
  [{ status: 530, message: 'error code: 1033' }, 'server_error', 530, true],
  [{ status: 401, isHtml: true }, 'unexpected_answer', 401],
  [{ status: 401, isHtml: true, codes: ['token_expired'] }, 'unauthorized', 401],
  [{ status: 200, message: 'Welcome' }, 'unexpected_answer', 200],
  [{ status: 404, message: 'The model `x` does not exist or you do not have access to it.' }, 'model_not_found', 404],
  [{ status: 400, message: 'Unsupported model' }, 'model_not_supported', 400],
  [{ status: 403, codes: ['model_not_available'] }, 'model_not_supported', 403],
  [{ status: 403, codes: ['model_not_found'] }, 'model_not_found', 403],
  [{ status: 400, codes: ['unsupported_parameter'], message: 'No context length, please.' }, 'invalid_request', 400],
];

describe('a failure', () => {
  it.each(CASES)('%j is %s', (said, code, status, isRetryable = false) => {
    expect(classify(said)).toMatchObject({ code, status, isRetryable });
  });

  it('has a case for every code', () => {
    const all: Record<BackendFailureCode, true> = {
      unauthorized: true,
      api_key: true,
      usage_limit_reached: true,
      insufficient_quota: true,
      usage_not_included: true,
      rate_limit_exceeded: true,
      server_is_overloaded: true,
      server_error: true,
      model_not_supported: true,
      model_not_found: true,
      context_length_exceeded: true,
      payload_too_large: true,
      content_policy: true,
      invalid_image: true,
      invalid_encrypted_content: true,
      instructions_refused: true,
      invalid_request: true,
      cloudflare_challenge: true,
      region_blocked: true,
      deactivated_workspace: true,
      forbidden: true,
      redirected: true,
      unexpected_answer: true,
    };
    expect(new Set(CASES.map(([, code]) => code))).toEqual(new Set(Object.keys(all)));
  });
});

it('a header without a value does not hide which limit an event told', () => {
  const headers = { 'x-codex-rate-limit-reached-type': '' };
  const limits = { reachedType: 'rate_limit_reached', observedAt: NOW };
  expect(classifyFailure({ status: 429, headers, codes: [], isHtml: false }, NOW, limits)).toMatchObject({
    code: 'usage_limit_reached',
  });
});

describe('how long to wait', () => {
  it.each<[string, Partial<BackendFailure>, number | undefined]>([
    ['milliseconds', { headers: { 'retry-after-ms': '250', 'retry-after': '9' } }, 250],
    ['seconds', { headers: { 'retry-after': '1.5' } }, 1_500],
    ['a date', { headers: { 'retry-after': new Date(NOW + 9_000).toUTCString() } }, 9_000],
    ['a date that is over', { headers: { 'retry-after': new Date(NOW - 9_000).toUTCString() } }, 0],
    ['seconds in a sentence', { message: 'Please try again in 1.5s. Or not.' }, 1_500],
    ['milliseconds in a sentence', { message: 'try again in 20 ms' }, 20],
    ['minutes and seconds', { message: 'Please try again in 1m30s.' }, 90_000],
    ['words', { message: 'Retry after 2 minutes and 5 seconds, please' }, 125_000],
    ['an event', { resetsInSeconds: 3 }, 3_000],
    ['the end of it', { resetsAt: NOW / 1_000 + 4 }, 4_000],
    ['what is no date', { headers: { 'retry-after': 'about 40' } }, undefined],
    ['a date in the older form', { headers: { 'retry-after': 'Saturday, 21-Nov-26 12:00:09 GMT' } }, 9_000],
    ['nothing', { message: 'Try again later, in 2026.' }, undefined],
    ['nonsense', { headers: { 'retry-after': '-1', 'retry-after-ms': '' } }, undefined],
  ])('is told by %s', (_name, said, ms) => {
    expect(classify({ status: 429, ...said }).retryAfterMs).toBe(ms);
  });

  it.each([
    ['59.999', true],
    ['60', false],
    ['3600', false],
  ])('decides whether a try is worth it: %s s', (seconds, isRetryable) => {
    const headers = { 'retry-after': seconds };
    expect(classify({ status: 429, headers }).isRetryable).toBe(isRetryable);
    expect(classify({ status: 503, headers }).isRetryable).toBe(isRetryable);
  });

  it('is not asked of what will never work', () => {
    expect(classify({ status: 400, headers: { 'retry-after': '1' } })).not.toHaveProperty('retryAfterMs');
    expect(classify({ codes: ['usage_limit_reached'], headers: { 'retry-after': '1' } })).toEqual({
      code: 'usage_limit_reached',
      status: 429,
      isRetryable: false,
      resetsAt: NOW + 1_000,
    });
  });
});

describe('when a usage limit ends', () => {
  const reset = (said: Partial<BackendFailure>) => classify({ codes: ['usage_limit_reached'], ...said }).resetsAt;
  const windows = (primary: number, secondary: number) => ({
    'x-codex-primary-used-percent': String(primary),
    'x-codex-primary-reset-at': String(NOW / 1_000 + 60),
    'x-codex-secondary-used-percent': String(secondary),
    'x-codex-secondary-reset-at': String(NOW / 1_000 + 90),
  });

  it.each<[string, Partial<BackendFailure>, number | undefined]>([
    ['the moment', { resetsAt: NOW / 1_000 + 5, resetsInSeconds: 7, headers: windows(100, 100) }, 5],
    ['the distance', { resetsInSeconds: 7, headers: windows(100, 100) }, 7],
    ['the one window that is used up', { headers: windows(100, 99) }, 60],
    ['the last of two windows', { headers: windows(103, 100) }, 90],
    ['the sentence', { message: 'Try again in 2 days.', headers: windows(3, 4) }, 172_800],
    ['nobody', { headers: windows(3, 4) }, undefined],
    ['a moment without a date', { resetsAt: 1e300 }, undefined],
  ])('is told by %s', (_name, said, seconds) => {
    expect(reset(said)).toBe(seconds === undefined ? undefined : NOW + seconds * 1_000);
  });

  it('is told by the limit that counted, if it is one of its own', () => {
    const headers = {
      'x-codex-active-limit': 'codex_other',
      'x-codex-other-primary-used-percent': '100',
      'x-codex-other-primary-reset-at': String(NOW / 1_000 + 30),
      'x-codex-third-primary-used-percent': '100',
      'x-codex-third-primary-reset-at': String(NOW / 1_000 + 99),
    };
    expect(reset({ headers })).toBe(NOW + 30_000);
  });
});
