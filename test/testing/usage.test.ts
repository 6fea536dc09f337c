import { expect, it } from 'vitest';
import { parseRateLimitHeaders } from '../../src/codec/response/parse-rate-limits';
import type { OAuthCredentials } from '../../src/shared/credentials';
import type { CodexEmulator, RateLimitState } from '../../src/testing';
import { post, validHeaders, withEmulator } from './client';

function usage(emulator: CodexEmulator, headers: Record<string, string>, init: RequestInit = {}): Promise<Response> {
  return fetch(emulator.baseURL.replace('/codex', '/wham/usage'), { headers, ...init });
}

async function bodyOf(response: Response) {
  return { status: response.status, body: await response.json() };
}

const FULL: RateLimitState = {
  primary: { usedPercent: 100, windowMinutes: 10_080, resetsInSeconds: 600 },
  additional: [
    { limitId: 'code_review', primary: { usedPercent: 1, windowMinutes: 60, resetsInSeconds: 60 } },
    {
      limitId: 'codex_bengalfox',
      limitName: 'Spark',
      secondary: { usedPercent: 2, windowMinutes: 300, resetsInSeconds: 120 },
    },
  ],
  credits: { hasCredits: true, unlimited: false, balance: '12.50' },
  planType: 'prolite',
  activeLimit: 'premium',
  reachedType: 'rate_limit_reached',
  promoMessage: 'More is to be had.',
};

it('tells what is left to the account that asks, and records that', () =>
  withEmulator(async (emulator) => {
    const login = emulator.login({ accountId: 'acct-1', email: 'a@example.com', userId: 'user-1', planType: 'team' });
    const { status, body } = await bodyOf(await usage(emulator, validHeaders(login)));
    const window = (used_percent: number, limit_window_seconds: number, reset_after_seconds: number) => {
      return { used_percent, limit_window_seconds, reset_after_seconds, reset_at: expect.any(Number) };
    };
    expect(status).toBe(200);
    expect(body).toEqual({
      user_id: 'user-1',
      account_id: 'acct-1',
      email: 'a@example.com',
      plan_type: 'team',
      rate_limit: {
        allowed: true,
        limit_reached: false,
        primary_window: window(12, 18_000, 3600),
        secondary_window: window(4, 604_800, 259_200),
      },
      code_review_rate_limit: null,
      additional_rate_limits: null,
      credits: {
        has_credits: false,
        unlimited: false,
        balance: null,
        approx_local_messages: null,
        approx_cloud_messages: null,
      },
      spend_control: { reached: false },
      rate_limit_reached_type: null,
      promo: null,
    });
    expect(emulator.requests).toMatchObject([
      { method: 'GET', path: '/backend-api/wham/usage', status: 200, planType: 'team', refusedBy: undefined },
    ]);
  }));

it('rule 33: shows the state that the headers of other answers show, set at the start or later', () =>
  withEmulator(
    async (emulator, login) => {
      const headers = validHeaders(login);
      const before = (await bodyOf(await usage(emulator, headers))).body as { rate_limit: object };
      expect(before.rate_limit).toMatchObject({ primary_window: { used_percent: 1 }, secondary_window: null });
      emulator.rateLimits = FULL;
      const answer = await post(emulator, headers);
      await answer.text();
      const { body } = await bodyOf(await usage(emulator, headers));
      const seconds = (at: number | undefined) =>
        Math.round(((at ?? 0) - (emulator.requests[1]?.receivedAt ?? 0)) / 1000);
      const told = parseRateLimitHeaders(Object.fromEntries(answer.headers), 0);
      expect(told).toMatchObject({
        primary: { usedPercent: 100, windowMinutes: 10_080 },
        additional: [
          { limitId: 'code_review', primary: { usedPercent: 1, windowMinutes: 60 } },
          { limitId: 'codex_bengalfox', limitName: 'Spark', secondary: { usedPercent: 2, windowMinutes: 300 } },
        ],
        credits: { hasCredits: true, unlimited: false, balance: '12.50' },
        planType: 'prolite',
        activeLimit: 'premium',
        reachedType: 'rate_limit_reached',
        promoMessage: 'More is to be had.',
      });
      expect(told).not.toHaveProperty('secondary');
      expect(Math.abs(seconds(told?.primary?.resetsAt) - 600)).toBeLessThanOrEqual(1);
      expect(body).toMatchObject({
        plan_type: 'prolite',
        rate_limit: {
          allowed: false,
          limit_reached: true,
          primary_window: { used_percent: 100, limit_window_seconds: 604_800, reset_after_seconds: 600 },
          secondary_window: null,
        },
        code_review_rate_limit: { allowed: true, limit_reached: false, primary_window: { used_percent: 1 } },
        additional_rate_limits: [
          {
            limit_name: 'Spark',
            metered_feature: 'codex_bengalfox',
            rate_limit: { primary_window: null, secondary_window: { used_percent: 2 } },
          },
        ],
        credits: { has_credits: true, unlimited: false, balance: '12.50' },
        rate_limit_reached_type: { type: 'rate_limit_reached' },
        promo: { message: 'More is to be had.' },
      });
    },
    { rateLimits: { primary: { usedPercent: 1, windowMinutes: 300, resetsInSeconds: 60 } } },
  ));

it('keeps a change of its limits from other emulators', () =>
  withEmulator(async (one, login) =>
    withEmulator(async (other) => {
      const { primary } = one.rateLimits;
      if (primary) primary.usedPercent = 77;
      expect((await post(one, validHeaders(login))).headers.get('x-codex-primary-used-percent')).toBe('77');
      expect(other.rateLimits.primary?.usedPercent).toBe(12);
    }),
  ));

it.each<[string, (login: OAuthCredentials) => Record<string, string>, number]>([
  ['rule 2: 401 without a login', () => ({}), 2],
  ['rule 2: 401 for a token of somebody else', (login) => ({ ...validHeaders(login), authorization: 'Bearer x' }), 2],
  ['rule 3: 401 for another account', (login) => ({ ...validHeaders(login), 'chatgpt-account-id': 'other' }), 3],
])('%s', (_, headers, rule) =>
  withEmulator(async (emulator, login) => {
    emulator.usageReply({ body: 'for the next one' });
    const refused = await usage(emulator, headers(login));
    expect(await bodyOf(refused)).toEqual({ status: 401, body: { detail: 'Unauthorized' } });
    expect(emulator.requests[0]?.refusedBy).toBe(rule);
    expect(await (await usage(emulator, validHeaders(login))).text()).toBe('for the next one');
  }),
);

it('rule 2: tells an expired token by its code', () =>
  withEmulator(async (emulator) => {
    const { status, body } = await bodyOf(await usage(emulator, validHeaders(emulator.login({ expiresInMs: -1000 }))));
    expect([status, body]).toMatchObject([401, { error: { code: 'token_expired' }, status: 401 }]);
  }));

it('rule 1: knows no other method and no other path', () =>
  withEmulator(async (emulator, login) => {
    const headers = validHeaders(login);
    expect((await usage(emulator, headers, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${emulator.baseURL}/wham/usage`, { headers })).status).toBe(404);
  }));

it('answers by the script, one request after the other, and by itself after the last', () =>
  withEmulator(async (emulator, login) => {
    const ask = () => usage(emulator, validHeaders(login));
    emulator.usageReply(
      { status: 402, body: { detail: { code: 'deactivated_workspace' } } },
      { headers: { 'X-Own': 'yes' } },
      ({ planType }) => ({ body: `for ${planType}` }),
      { dropConnection: true },
    );
    expect(await bodyOf(await ask())).toEqual({ status: 402, body: { detail: { code: 'deactivated_workspace' } } });
    const edited = await ask();
    expect([edited.headers.get('x-own'), await edited.json()]).toMatchObject(['yes', { plan_type: 'plus' }]);
    expect(await (await ask()).text()).toBe('for plus');
    await expect(ask()).rejects.toThrow();
    expect(await bodyOf(await ask())).toMatchObject({ status: 200, body: { plan_type: 'plus' } });
    expect(emulator.requests.map(({ status }) => status)).toEqual([402, 200, 200, undefined, 200]);
    expect(await emulator.requests[3]?.closed).toBe('cut');
  }));

it('stalls until the client leaves', () =>
  withEmulator(async (emulator, login) => {
    emulator.usageReply({ stall: true });
    const leaving = new AbortController();
    const asked = usage(emulator, validHeaders(login), { signal: leaving.signal });
    asked.catch(() => {});
    while (emulator.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    leaving.abort();
    await expect(asked).rejects.toThrow();
    expect(await emulator.requests[0]?.closed).toBe('aborted');
  }));

it('notes a script that threw', () =>
  withEmulator(async (emulator, login) => {
    emulator.usageReply(() => {
      throw new Error('my mistake');
    });
    const { status, body } = await bodyOf(await usage(emulator, validHeaders(login)));
    expect([status, body]).toEqual([400, { detail: 'emulator: the script threw: my mistake' }]);
    expect(emulator.violations).toMatchObject([{ code: 'script_error', path: '/backend-api/wham/usage' }]);
  }));

it.each<[string, (emulator: CodexEmulator) => void, RegExp]>([
  ['a key of replies', (e) => e.usageReply({ text: 'hi' } as never), /"text" in an answer\. Known keys: status, /],
  ['a near miss', (e) => e.usageReply({ staus: 1 } as never), /"staus" in an answer\. Did you mean "status"\?/],
  ['a text', (e) => e.modelsReply('hi' as never), /An answer is an object or a function, not hi\./],
  ['a status that is none', (e) => e.usageReply({ status: 99 }), /status of an answer is a number from 200 to 599/],
  ['a misspelt window', (e) => setLimits(e, { primry: {} }), /"primry" in rateLimits\. Did you mean "primary"\?/],
  ['no limits', (e) => setLimits(e, undefined), /rateLimits is an object, not undefined/],
  [
    'a misspelt value',
    (e) => setLimits(e, { primary: { usedPercents: 1 } }),
    /in primary of rateLimits\. Did you mean/,
  ],
  ['a nameless limit', (e) => setLimits(e, { additional: [{}] }), /additional\[0\] of rateLimits has no limitId/],
  ['misspelt credits', (e) => setLimits(e, { credits: { balanse: 1 } }), /"balanse" in credits of rateLimits/],
  ['limits of a reply', (e) => e.reply({ rateLimits: { secundary: {} } } as never), /"secundary" in rateLimits/],
])('refuses %s at once', (_, act, message) =>
  withEmulator(async (emulator, login) => {
    expect(() => act(emulator)).toThrow(message);
    expect((await usage(emulator, validHeaders(login))).status).toBe(200);
    expect(emulator.rateLimits.primary?.usedPercent).toBe(12);
  }),
);

function setLimits(emulator: CodexEmulator, limits: unknown): void {
  emulator.rateLimits = limits as RateLimitState;
}
