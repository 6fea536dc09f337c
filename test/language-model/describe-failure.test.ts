import { APICallError } from '@ai-sdk/provider';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CodexAuthError } from '../../src/auth/errors';
import { readEventFailure } from '../../src/codec/response/read-failure';
import {
  CodexBlockedError,
  CodexCallError,
  CodexContextLengthError,
  CodexModelUnavailableError,
  CodexRateLimitError,
  CodexStreamError,
  CodexUsageLimitError,
} from '../../src/language-model/errors';
import {
  type FailedRequest,
  fromFailure,
  refusedTwice,
  toProviderError,
  withRefusal,
} from '../../src/language-model/to-provider-error';
import { HttpFailure, TransportError } from '../../src/shared/request-errors';

const NOW = Date.UTC(2026, 11, 3, 13, 3);
const MINUTE = 60_000;
const REQUEST: FailedRequest = {
  url: 'https://codex.test/responses',
  body: { model: 'gpt-5.5' },
  modelId: 'gpt-5.5',
  accountId: 'acct-1',
  loginHint: 'Log in with `x`.',
  now: () => NOW,
};

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

function errorOf({ status = 400, headers = {}, body = '' }: Answer, request: Partial<FailedRequest> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return toProviderError(new HttpFailure({ status, headers, body: text }), {
    ...REQUEST,
    ...request,
  }) as CodexCallError;
}

function errorOfEvent(event: Record<string, unknown>, request: Partial<FailedRequest> = {}) {
  const said = readEventFailure(event);
  const failure = { kind: 'response-failed', message: '', said, detail: event } as const;
  return fromFailure(failure, { ...REQUEST, ...request }) as CodexCallError;
}

beforeAll(() => {
  vi.stubEnv('TZ', 'Asia/Tokyo');
});
afterAll(() => {
  vi.unstubAllEnvs();
});

describe('an answer', () => {
  it.each([
    [CodexUsageLimitError, { resetsAt: undefined, planType: undefined, rateLimits: undefined }],
    [CodexModelUnavailableError, { suggestions: [] }],
    [CodexContextLengthError, {}],
    [CodexBlockedError, {}],
  ])('that never changes is not retryable, whatever its status: %o', (Class, more) => {
    const options = {
      url: '',
      requestBodyValues: {},
      message: '',
      statusCode: 503,
      code: 'forbidden',
      modelId: 'x',
    } as const;
    const Constructor = Class as new (all: object) => CodexCallError;
    expect(new Constructor({ ...options, ...more }).isRetryable).toBe(false);
  });

  it.each([
    ['a time that is over', NOW / 1_000 - 60, 'It should have reset at 3 Dec 2026, 22:02 (1 minute ago): try again.'],
    ['the stone age', 1_000, 'The backend did not say when it resets.'],
    ['the far future', NOW / 1_000 + 400 * 86_400, 'The backend did not say when it resets.'],
  ])('tells no time that cannot be: %s', (_name, resets_at, sentence) => {
    const error = errorOf({ status: 429, body: { error: { type: 'usage_limit_reached', resets_at } } });
    expect(error.message).toContain(sentence);
  });

  it('tells no wait that cannot be', () => {
    const { message } = errorOf({ status: 429, headers: { 'retry-after': '99999999999' } });
    expect(message).toContain('It asks to wait for more than a year.');
  });
});

describe('a usage limit', () => {
  const headers = { 'x-codex-secondary-used-percent': '100', 'x-codex-secondary-window-minutes': '10080' };
  const body = {
    error: { type: 'usage_limit_reached', plan_type: 'pro', resets_at: (NOW + 9 * 24 * 60 * MINUTE) / 1_000 },
  };

  it('says when it ends by the clock of the user', () => {
    const error = errorOf({ status: 429, headers, body });
    expect(error.message).toBe(
      'The pro plan has reached its usage limit (for gpt-5.5, account acct-1). Used up: the weekly window. ' +
        'It resets at 12 Dec 2026, 22:03 (in 9 days). ' +
        'Until then, createFallback() can go on with another model; a larger plan or credits lift the limit.',
    );
    expect(error).toMatchObject({ resetsAt: NOW + 9 * 24 * 60 * MINUTE, planType: 'pro', modelId: 'gpt-5.5' });
    expect((error as CodexUsageLimitError).rateLimits?.secondary).toEqual({ usedPercent: 100, windowMinutes: 10_080 });
  });

  it.each([
    ['300', 'the 5-hour window'],
    ['1440', 'the daily window'],
    ['43200', 'the 30-day window'],
    ['90', 'the 90-minute window'],
    ['', 'one window'],
  ])('names a window of %s minutes by its length', (minutes, name) => {
    const window = { 'x-codex-primary-used-percent': '100', 'x-codex-primary-window-minutes': minutes };
    expect(errorOf({ status: 429, headers: window, body }).message).toContain(`Used up: ${name}.`);
  });

  it('counts the windows of an event, and not half of those before it', () => {
    const before = {
      'x-codex-primary-used-percent': '7',
      'x-codex-primary-reset-at': String(NOW / 1_000 + 60),
      'x-request-id': 'req_1',
    };
    const event = {
      type: 'error',
      error: { type: 'usage_limit_reached' },
      headers: { 'x-codex-primary-used-percent': 100, 'x-codex-primary-reset-after-seconds': 7200 },
    };
    const error = errorOfEvent(event, { headers: before });
    expect(CodexUsageLimitError.isInstance(error) && error.resetsAt).toBe(NOW + 120 * MINUTE);
    expect(error.requestId).toBe('req_1');
  });

  it('never asks to be tried again', () => {
    const error = errorOf({ status: 429, body: { error: { type: 'usage_limit_reached', resets_in_seconds: 5 } } });
    expect(error.isRetryable).toBe(false);
    expect(error.responseHeaders).toEqual({});
  });
});

describe('a throttle', () => {
  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['in a sentence', {}, { 'retry-after-ms': '1500' }],
    ['in a header', { 'retry-after': '3' }, { 'retry-after': '3' }],
  ])('tells `ai` how long to wait: %s', (_name, headers, expected) => {
    const error = errorOf({ status: 429, headers, body: { detail: 'Please try again in 1.5s.' } });
    expect(error.responseHeaders).toEqual(expected);
    expect(error.isRetryable).toBe(true);
  });

  it('of a minute and more is not worth a try, and says until when', () => {
    const error = errorOf({ status: 429, headers: { 'retry-after': '3600' } });
    expect(CodexRateLimitError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ isRetryable: false, retryAfterMs: 60 * MINUTE, retryAt: NOW + 60 * MINUTE });
    expect(error.message).toContain('It asks to wait until 3 Dec 2026, 23:03 (in 1 hour).');
  });
});

describe('a model that the account does not get', () => {
  const refuse = (modelId: string, more: Partial<FailedRequest> = {}) =>
    errorOf(
      { body: { detail: `The '${modelId}' model is not supported when using Codex with a ChatGPT account.` } },
      { modelId, ...more },
    ) as CodexModelUnavailableError;

  it('names the successors that it has first, then the others', () => {
    const error = refuse('gpt-5.3-codex', { liveIds: ['gpt-9', 'gpt-5.5', 'gpt-6-astra'] });
    expect(error.suggestions).toEqual(['gpt-6-astra', 'gpt-5.5', 'gpt-9']);
    expect(error.message).toContain('reported retired for ChatGPT sign-in since 2026-06.');
    expect(error.message).toContain('This account has: gpt-6-astra, gpt-5.5, gpt-9.');
  });

  it('names the known successors where nobody could ask', () => {
    expect(refuse('gpt-5.3-codex').message).toContain('Its successors: gpt-5.6-sol,');
    expect(refuse('gpt-5.3-codex').suggestions).toContain('gpt-5.5');
  });

  it('names no more than a dozen', () => {
    const liveIds = Array.from({ length: 15 }, (_, index) => `gpt-9.${index}`);
    expect(refuse('gpt-5.5', { liveIds }).message).toMatch(/gpt-9\.11 and 3 more\.$/);
    expect(refuse('gpt-5.5', { liveIds }).suggestions).toHaveLength(15);
  });

  it('says so when the list has it all the same, or nothing', () => {
    const listed = refuse('gpt-5.5', { liveIds: ['gpt-5.5'] });
    expect(listed.message).toMatch(/list has it, but the backend does not give it to this client\.$/);
    expect(listed.suggestions).toEqual([]);
    expect(refuse('gpt-5.5', { liveIds: [] }).message).toContain('has no models');
    expect(refuse('who-knows').message).toContain('codex.models() lists');
  });

  it('says when the client may be too old for it', () => {
    const words = 'It needs the version 0.155.0 or newer, and the setting `clientVersion` is 0.99.0.';
    expect(refuse('gpt-6-sol', { clientVersion: '0.99.0' }).message).toContain(words);
    expect(refuse('gpt-6-sol', { clientVersion: '0.155.0' }).message).not.toContain('clientVersion');
    expect(refuse('gpt-6-sol', { clientVersion: '1.0' }).message).not.toContain('clientVersion');
  });

  it('is an error of the call alone, where no model was asked for', () => {
    const { modelId: _, ...get } = REQUEST;
    const failure = new HttpFailure({ status: 404, headers: {}, body: '{"detail":"Model not found x"}' });
    const error = toProviderError(failure, get);
    expect(CodexCallError.isInstance(error)).toBe(true);
    expect(CodexModelUnavailableError.isInstance(error)).toBe(false);
    expect((error as Error).message).toContain('(account acct-1)');
  });
});

describe('what the backend said', () => {
  const TOKEN = `eyJ${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(20)}`;

  it('is quoted in one line, without tags and no longer than a few lines', () => {
    const detail = `<html><b>Bad</b>\n\u001b[31m request\u2028${' and more'.repeat(60)}`;
    const { message } = errorOf({ body: { detail } });
    expect(message).toContain('The backend said: "Bad [31m request and more');
    expect(message).not.toMatch(/[\p{C}\p{Zl}<]/u);
    expect(message).toMatch(/…"$/);
    expect(message.length).toBeLessThan(450);
  });

  it('shows no secret anywhere', () => {
    const body = { error: { message: `No ${TOKEN} and Bearer abc`, access_token: 'hidden-1', code: 'x' } };
    const headers = { 'x-echo': `Bearer ${TOKEN}`, location: 'https://a.test/?access_token=hidden-2' };
    const errors = [
      errorOf({ status: 400, headers, body }),
      errorOf({ status: 302, headers }),
      errorOfEvent({ type: 'error', ...body, headers }),
      errorOf({ status: 401, body }).cause as CodexCallError,
    ];
    for (const error of errors) {
      const { message, responseBody, responseHeaders, data } = error;
      const shown = JSON.stringify([message, responseBody, responseHeaders, data, error]);
      for (const secret of ['aaaa', 'bbbb', 'Bearer abc', 'hidden-']) expect(shown).not.toContain(secret);
    }
    expect(errors[0]?.data).toMatchObject({ error: { access_token: '[redacted]', code: 'x' } });
  });

  it('may be nested deeper than a stack', () => {
    const error = errorOf({ body: `${'['.repeat(30_000)}${']'.repeat(30_000)}` });
    expect(error).toMatchObject({ code: 'invalid_request', statusCode: 400 });
  });

  // Patterns that look back or ahead without limit took many seconds for each of these.
  it.each([
    'Bearer ',
    'sk-',
    'eyJaaaaaaaa-',
    ' ',
    '\t',
    '<title ',
    '<a',
    'workspace ',
    'encrypted content ',
    'try again in 1s ',
  ])(
    'is read in a moment, be it 64 KiB of %j',
    (part) => {
      const text = part.repeat(Math.ceil(65_536 / part.length));
      for (const body of [text, { detail: `try again in ${text}` }]) {
        expect(errorOf({ status: 400, body })).toMatchObject({ statusCode: 400 });
        expect(errorOf({ status: 403, body })).toMatchObject({ statusCode: 403 });
      }
    },
    2_000,
  );

  it('of the edge names its request, and asks nobody to log in', () => {
    const headers = { 'content-type': 'text/html', 'cf-ray': 'ray-1' };
    const error = errorOf({ status: 403, headers, body: '<html><title>Just a moment...</title>' });
    expect(error).toMatchObject({ code: 'cloudflare_challenge', cfRay: 'ray-1', isRetryable: false });
    expect(error.message).toContain('ray-1');
    expect(error.message).not.toMatch(/log ?in/i);
  });
});

describe('a refused token', () => {
  it('ends with what to do', () => {
    const error = errorOf({ status: 401, body: { error: { code: 'token_expired', message: 'Expired.' } } });
    expect(CodexAuthError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'relogin_required', cause: { statusCode: 401, isRetryable: false } });
    expect(error.message).toMatch(/Log in with `x`\.$/);
  });

  it('that is none of a ChatGPT login says so', () => {
    const error = errorOf({ status: 401, body: { error: { message: 'Missing scopes: api.responses.write' } } });
    expect(error).toMatchObject({ code: 'invalid_credential', cause: { statusCode: 401 } });
    expect(error.message).toMatch(/login with ChatGPT is needed\. Log in with `x`\.$/);
  });

  it('is the cause of what the login says, unless that has one', () => {
    const refusal = new HttpFailure({ status: 401, headers: {}, body: '' });
    const plain = new CodexAuthError({ code: 'refresh_failed', message: 'No.' });
    const caused = new CodexAuthError({ code: 'refresh_failed', message: 'No.', cause: new Error('x') });
    const told = withRefusal(plain, refusal, REQUEST) as CodexAuthError;
    expect(told).toMatchObject({ code: 'refresh_failed', message: 'No.', cause: { statusCode: 401 } });
    expect(APICallError.isInstance(told.cause)).toBe(true);
    expect(withRefusal(caused, refusal, REQUEST)).toBe(caused);
    expect(withRefusal(plain, new Error('other'), REQUEST)).toBe(plain);
    expect(refusedTwice(refusal, REQUEST)).toMatchObject({ code: 'refresh_failed', cause: { statusCode: 401 } });
  });
});

describe('an answer that broke', () => {
  it('shows what an empty one was', () => {
    const detail = { type: 'response.completed', token: `Bearer ${'x'.repeat(30)}`, filler: 'y'.repeat(900) };
    const failure = { kind: 'empty-response', message: 'The response completed without any item.', detail } as const;
    const error = fromFailure(failure, REQUEST) as CodexStreamError;
    expect(CodexStreamError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'empty_response', isRetryable: true, modelId: 'gpt-5.5', accountId: 'acct-1' });
    expect(error.message).toContain('without any item (for gpt-5.5, account acct-1). Try again');
    const [, sample = ''] = error.message.split('It was: ');
    expect(sample).toMatch(/^\{"type":"response\.completed","token":"Bearer \[redacted\]"/);
    expect(sample.length).toBeLessThanOrEqual(501);
  });

  it('keeps the advice of the time limits', () => {
    const message = 'The backend sent no event within 5 ms. The setting timeouts.firstEventMs changes the limit.';
    const cause = new TransportError({ code: 'first_event_timeout', message });
    const error = fromFailure({ kind: 'transport', message, cause }, REQUEST) as CodexStreamError;
    expect(error.message).toBe(message.replace('5 ms.', '5 ms (for gpt-5.5, account acct-1).'));
    expect(error).toMatchObject({ code: 'first_event_timeout', cause });
  });

  it('is nobody else: strangers pass as they are', () => {
    const stranger = new DOMException('Enough.', 'AbortError');
    expect(toProviderError(stranger, REQUEST)).toBe(stranger);
    expect(toProviderError('enough', REQUEST)).toBe('enough');
  });
});
