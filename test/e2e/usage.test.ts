import { expect, it } from 'vitest';
import { CodexAuthError } from '../../src/auth';
import { setUp } from './setup';

const LIMITS = {
  primary: { usedPercent: 42, windowMinutes: 10_080, resetsInSeconds: 3600 },
  additional: [
    { limitId: 'spark', limitName: 'Spark', primary: { usedPercent: 1, windowMinutes: 300, resetsInSeconds: 60 } },
  ],
  credits: { hasCredits: true, balance: '7' },
};

it('tells plan, windows, further limits and credits, over one request that carries the login', async () => {
  const { emulator, codex } = await setUp({}, { rateLimits: LIMITS });
  const { rateLimits, ...usage } = await codex.usage();
  expect(usage).toEqual({
    planType: 'plus',
    accountId: 'acct-1',
    userId: 'user-emulated',
    email: 'user@example.com',
    allowed: true,
    limitReached: false,
  });
  const window = { usedPercent: 42, windowMinutes: 10_080, resetsAt: expect.any(Number) };
  expect(rateLimits).toEqual({
    primary: window,
    additional: [{ limitId: 'spark', limitName: 'Spark', primary: { ...window, usedPercent: 1, windowMinutes: 300 } }],
    credits: { hasCredits: true, unlimited: false, balance: '7' },
    planType: 'plus',
    observedAt: expect.any(Number),
  });
  expect(emulator.requests).toMatchObject([
    { method: 'GET', path: '/backend-api/wham/usage', status: 200, headers: { 'chatgpt-account-id': 'acct-1' } },
  ]);
  expect(emulator.requests[0]?.headers).not.toHaveProperty('content-type');
});

it('renews a login that was refused, and asks once more', async () => {
  const { emulator, codex } = await setUp();
  emulator.usageReply({ status: 401, body: { detail: 'Unauthorized' } });
  expect((await codex.usage()).planType).toBe('plus');
  expect(emulator.requests.map(({ path, status }) => [path, status])).toEqual([
    ['/backend-api/wham/usage', 401],
    ['/oauth/token', 200],
    ['/backend-api/wham/usage', 200],
  ]);
});

it('fails as a call would', async () => {
  const { emulator, codex } = await setUp();
  emulator.usageReply({ status: 402, body: { detail: { code: 'deactivated_workspace' } } }, { body: '{}' });
  await expect(codex.usage()).rejects.toMatchObject({ code: 'deactivated_workspace', isRetryable: false });
  await expect(codex.usage()).rejects.toMatchObject({
    name: 'CodexCallError',
    code: 'unexpected_answer',
    statusCode: 200,
    accountId: 'acct-1',
    responseBody: '{}',
    isRetryable: false,
  });
  expect(emulator.requests.length).toBe(2);
  emulator.tokens.revokeFamily(emulator.requests[0]?.bearer ?? '');
  expect(CodexAuthError.isInstance(await codex.usage().catch((error: unknown) => error))).toBe(true);
});

it('rejects with the reason of the signal', async () => {
  const { emulator, codex } = await setUp();
  emulator.usageReply({ stall: true });
  const leaving = new AbortController();
  const reason = new Error('enough');
  const asked = codex.usage({ signal: leaving.signal });
  asked.catch(() => {});
  while (emulator.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  leaving.abort(reason);
  await expect(asked).rejects.toBe(reason);
  expect(emulator.requests.length).toBe(1);
});
