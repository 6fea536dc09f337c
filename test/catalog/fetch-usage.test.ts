import { expect, it } from 'vitest';
import type { BackendGet } from '../../src/catalog/backend-get';
import { fetchUsage, usageURL } from '../../src/catalog/fetch-usage';

const NOW = 1_790_000_000_000;
const RESET = 1_790_003_600;
const BASE = 'https://chatgpt.com/backend-api/codex';

/** Asks a backend that answers `body`. */
function ask(body: unknown, baseURL = BASE) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const get: BackendGet = async () => ({ status: 200, headers: {}, body: text, accountId: 'acct' });
  return fetchUsage(get, baseURL, { now: () => NOW });
}

const PRIMARY = { used_percent: 12, limit_window_seconds: 18_000, reset_after_seconds: 3600, reset_at: RESET };
const WINDOW = { usedPercent: 12, windowMinutes: 300, resetsAt: RESET * 1000 };

it('reads the answer in full', async () => {
  const limit = { allowed: true, limit_reached: false, primary_window: PRIMARY, secondary_window: null };
  const usage = await ask({
    user_id: 'user-1',
    account_id: 'acct-1',
    email: 'user@example.com',
    plan_type: 'plus',
    rate_limit: { ...limit, secondary_window: { ...PRIMARY, limit_window_seconds: 604_800, used_percent: 4.5 } },
    code_review_rate_limit: limit,
    additional_rate_limits: [{ limit_name: 'Spark', metered_feature: 'codex-bengalfox', rate_limit: limit }],
    credits: { has_credits: true, unlimited: false, balance: '12.50', approx_local_messages: [1, 2] },
    spend_control: { reached: false },
    rate_limit_reached_type: null,
    rate_limit_reset_credits: { available: 1 },
    promo: null,
  });
  expect(usage).toStrictEqual({
    planType: 'plus',
    accountId: 'acct-1',
    userId: 'user-1',
    email: 'user@example.com',
    allowed: true,
    limitReached: false,
    rateLimits: {
      primary: WINDOW,
      secondary: { ...WINDOW, windowMinutes: 10_080, usedPercent: 4.5 },
      additional: [
        { limitId: 'code_review', primary: WINDOW },
        { limitId: 'codex_bengalfox', limitName: 'Spark', primary: WINDOW },
      ],
      credits: { hasCredits: true, unlimited: false, balance: '12.50' },
      planType: 'plus',
      observedAt: NOW,
    },
  });
  expect(JSON.parse(JSON.stringify(usage))).toStrictEqual(usage);
});

it.each<[string, object, object]>([
  [
    'a limit that is reached, and why',
    { rate_limit: { allowed: false, limit_reached: true }, rate_limit_reached_type: { type: 'rate_limit_reached' } },
    { allowed: false, limitReached: true, rateLimits: { reachedType: 'rate_limit_reached' } },
  ],
  [
    'the reason as a word',
    { rate_limit_reached_type: 'workspace_owner_credits_depleted' },
    { rateLimits: { reachedType: 'workspace_owner_credits_depleted' } },
  ],
  [
    'a reset that is told in seconds from now alone',
    window({ used_percent: 1, reset_after_seconds: 60 }),
    {
      rateLimits: { primary: { usedPercent: 1, resetsAt: NOW + 60_000 } },
    },
  ],
  [
    'a window of zeros',
    { plan_type: 'go', ...window({ used_percent: 0, limit_window_seconds: 0, reset_at: 0 }) },
    {
      planType: 'go',
      rateLimits: { planType: 'go' },
    },
  ],
  [
    'numbers as texts',
    window({ used_percent: '7', limit_window_seconds: '90', reset_at: '' }),
    {
      rateLimits: { primary: { usedPercent: 7, windowMinutes: 1.5 } },
    },
  ],
  [
    'credits with a balance that is a number',
    { credits: { has_credits: true, unlimited: false, balance: 5 } },
    {
      rateLimits: { credits: { hasCredits: true, unlimited: false, balance: '5' } },
    },
  ],
  [
    'credits without a balance',
    { credits: { has_credits: false, unlimited: true, balance: null } },
    {
      rateLimits: { credits: { hasCredits: false, unlimited: true } },
    },
  ],
  [
    'further limits of which one can be read',
    {
      additional_rate_limits: [
        null,
        { rate_limit: { primary_window: PRIMARY } },
        { limit_name: 'Empty', rate_limit: null },
        { limit_name: 'Flat', primary_window: PRIMARY },
      ],
    },
    { rateLimits: { additional: [{ limitId: 'flat', limitName: 'Flat', primary: WINDOW }] } },
  ],
  ['a promotion', { promo: { message: 'More is to be had.' } }, { rateLimits: { promoMessage: 'More is to be had.' } }],
  [
    'values of other kinds',
    { plan_type: 'plus', email: null, user_id: {}, credits: 'many', rate_limit: 7 },
    {
      planType: 'plus',
      rateLimits: { planType: 'plus' },
    },
  ],
])('reads %s', async (_, body, { rateLimits, ...expected }: { rateLimits?: object }) => {
  expect(await ask(body)).toStrictEqual({ ...expected, rateLimits: { ...rateLimits, observedAt: NOW } });
});

function window(primary_window: object) {
  return { rate_limit: { primary_window, secondary_window: null } };
}

it('keeps no secret that the backend quotes', async () => {
  const usage = await ask({ plan_type: 'plus', promo: 'hello Bearer abc123def', email: 'Bearer abc123def' });
  expect(JSON.stringify(usage)).not.toContain('abc123def');
});

it.each(['', 'nonsense', '<html></html>', 'null', '[]', '{}', '{"user_id":"user-1"}', '{"rate_limit":null}'])(
  'has an error for an answer that tells nothing: %s',
  async (body) => {
    const error = await ask(body).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ name: 'HttpFailure', status: 200, body });
  },
);

it('asks once, beside the codex segment, with the signal of the caller; passes on what the GET fails with', async () => {
  const { signal } = new AbortController();
  const asked: unknown[] = [];
  const failure = new Error('refused');
  const get: BackendGet = async (...request) => {
    asked.push(request);
    throw failure;
  };
  await expect(fetchUsage(get, BASE, { now: () => NOW }, { signal })).rejects.toBe(failure);
  expect(asked).toEqual([['https://chatgpt.com/backend-api/wham/usage', { signal }]]);
});

it.each([
  ['http://127.0.0.1:8080/backend-api/codex', 'http://127.0.0.1:8080/backend-api/wham/usage'],
  ['https://proxy.example/codex', 'https://proxy.example/wham/usage'],
  ['https://proxy.example/codex/backend/codex/v1', 'https://proxy.example/codex/backend/wham/usage'],
  ['https://proxy.example/a/v1', 'https://proxy.example/a/wham/usage'],
  ['https://proxy.example/my-codex', 'https://proxy.example/wham/usage'],
  ['https://proxy.example', 'https://proxy.example/wham/usage'],
])('finds the usage beside %s', (baseURL, expected) => {
  expect(usageURL(baseURL)).toBe(expected);
});
