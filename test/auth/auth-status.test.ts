import { describe, expect, test, vi } from 'vitest';
import { type AuthStatusOptions, authStatus } from '../../src/auth/auth-status';
import { CodexAuthError } from '../../src/auth/errors';
import { AuthStoreError } from '../../src/shared/auth-store-error';
import { DEFAULT_ISSUER } from '../../src/shared/constants';
import type { OAuthCredentials, RefreshFailure } from '../../src/shared/credentials';
import type { AuthStore } from '../../src/stores/auth-store';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { ACCOUNT, accessToken, createWorld, credentials, jwt, MINUTE, NOW, presented } from './harness';

const DAY = 86_400_000;

/** The status of `login` at {@link NOW}, which must hold no token. */
async function statusOf(
  login: OAuthCredentials | undefined,
  more: Partial<AuthStatusOptions> & { store?: Partial<AuthStore> } = {},
) {
  const { store, ...options } = more;
  const authStore = { ...memoryAuthStore(login), describe: async () => ({ location: 'memory' }), ...store };
  const { runtime, posts } = createWorld();
  const status = await authStatus({ authStore, ...options }, { runtime });
  expect(JSON.stringify(status)).not.toMatch(/canary/i);
  expect(posts).toEqual([]);
  return status;
}

async function failure(more: Partial<RefreshFailure> = {}): Promise<RefreshFailure> {
  const fingerprint = await presented('rt-CANARY-0', { issuer: DEFAULT_ISSUER });
  return { fingerprint, code: 'refresh_token_reused', at: NOW - MINUTE, permanent: true, ...more };
}

const unwritable = () => Promise.reject(new AuthStoreError({ code: 'unwritable', message: 'No.' }));

describe('who it is', () => {
  test('as the record says', async () => {
    const person = { accountId: 'acct-9', userId: 'user-9', email: 'a@b.test', planType: 'pro' };
    const login = credentials(DAY, { ...person, issuer: 'https://issuer.test', lastRefreshAt: NOW - DAY });
    expect(await statusOf(login)).toEqual({
      state: 'logged_in',
      profile: 'default',
      ...person,
      issuer: 'https://issuer.test',
      expiresAt: NOW + DAY,
      expired: false,
      renewable: true,
      lastRefreshAt: NOW - DAY,
      lastRefresh: { ok: true, at: NOW - DAY },
      readonly: false,
      location: 'memory',
    });
  });

  test('else as its tokens say, the id token first', async () => {
    const idToken = jwt({ email: 'a@b.test', accountId: 'acct-id', auth: { chatgpt_plan_type: 'team' } });
    const token = accessToken(DAY, { email: 'other@b.test', auth: { chatgpt_user_id: 'user-3' } });
    const login = { accessToken: token, idToken };
    expect(await statusOf(login)).toMatchObject({
      accountId: 'acct-id',
      email: 'a@b.test',
      planType: 'team',
      userId: 'user-3',
    });
    expect(await statusOf({ accessToken: token })).toMatchObject({ accountId: ACCOUNT, email: 'other@b.test' });
  });

  test('nothing, where nothing is known', async () => {
    const status = await statusOf({ accessToken: 'opaque-CANARY' });
    expect(status).toEqual({
      state: 'logged_in',
      profile: 'default',
      expired: false,
      renewable: false,
      location: 'memory',
      readonly: false,
    });
  });

  test('and whether tokens of another account are kept aside', async () => {
    const aside = credentials(DAY, { accessToken: accessToken(DAY, { accountId: 'acct-2' }), email: 'x@y.test' });
    const status = await statusOf(credentials(DAY, { aside }));
    expect(status.otherAccount).toEqual({ accountId: 'acct-2', email: 'x@y.test' });
    expect(status.accountId).toBe(ACCOUNT);
  });
});

describe('how it is', () => {
  test.each<[string, number, Partial<OAuthCredentials>, object]>([
    ['alive', DAY, {}, { state: 'logged_in', expired: false, renewable: true }],
    ['expired', -MINUTE, {}, { state: 'logged_in', expired: true, renewable: true }],
    ['alive, no refresh token', DAY, { refreshToken: '' }, { state: 'logged_in', expired: false, renewable: false }],
    [
      'expired, no refresh token',
      -1,
      { refreshToken: '' },
      { state: 'relogin_required', expired: true, renewable: false },
    ],
  ])('%s', async (_name, expiresInMs, more, expected) => {
    const status = await statusOf(credentials(expiresInMs, more));
    expect(status).toMatchObject({ ...expected, expiresAt: NOW + expiresInMs });
    const needsHelp = status.state === 'relogin_required';
    expect(status.problem ?? '').toMatch(needsHelp ? /has no refresh token\. Log in with/ : /^$/);
  });

  test.each<[number, string]>([
    [DAY, 'logged_in'],
    [-MINUTE, 'relogin_required'],
  ])('refused for good, with %d ms left: %s', async (expiresInMs, state) => {
    const status = await statusOf(
      credentials(expiresInMs, { refreshFailure: await failure(), lastRefreshAt: NOW - DAY }),
    );
    expect(status).toMatchObject({
      state,
      renewable: false,
      lastRefreshAt: NOW - DAY,
      lastRefresh: { ok: false, at: NOW - MINUTE, code: 'refresh_token_reused' },
      problem: expect.stringMatching(/can no longer be renewed.*Log in with/),
    });
  });

  test('refused for now', async () => {
    const refreshFailure = await failure({ code: 'http_503', permanent: false, retryAt: NOW + 30_000 });
    expect(await statusOf(credentials(-MINUTE, { refreshFailure }))).toMatchObject({
      state: 'logged_in',
      expired: true,
      renewable: true,
      lastRefresh: { ok: false, code: 'http_503' },
      problem: expect.stringMatching(/503.*try again in 30 s/),
    });
  });

  test.each([{ issuer: 'https://other.test' }, { clientId: 'app_other' }])(
    'a failure with %j is none without',
    async (set) => {
      const name = { issuer: DEFAULT_ISSUER, ...set };
      const refreshFailure = await failure({ fingerprint: await presented('rt-CANARY-0', name) });
      const login = credentials(-MINUTE, { refreshFailure });
      expect(await statusOf(login, set)).toMatchObject({ state: 'relogin_required', lastRefresh: { ok: false } });
      expect(await statusOf(login)).toMatchObject({ state: 'logged_in', renewable: true });
    },
  );

  test('a failure of another refresh token says nothing', async () => {
    const refreshFailure = await failure({ fingerprint: '0123456789abcdef' });
    const status = await statusOf(credentials(-MINUTE, { refreshFailure, lastRefreshAt: NOW - DAY }));
    expect(status).toMatchObject({ state: 'logged_in', renewable: true, lastRefresh: { ok: true, at: NOW - DAY } });
    expect(status).not.toHaveProperty('problem');
  });

  test('a code that is no word is cut down to one', async () => {
    const refreshFailure = await failure({ code: '\u001b[2Jhttp_503\n', permanent: false });
    expect((await statusOf(credentials(DAY, { refreshFailure }))).lastRefresh?.code).toBe('2Jhttp_503');
  });

  test('a refresh that is under way', async () => {
    const refreshing = { fingerprint: '0123456789abcdef', startedAt: NOW - 2_000 };
    const status = await statusOf(credentials(-MINUTE, { refreshing }));
    expect(status).toMatchObject({ state: 'logged_in', refreshing: { startedAt: NOW - 2_000 } });
    expect(status.refreshing).toEqual({ startedAt: NOW - 2_000 });
  });

  test.each<[number, string]>([
    [DAY, 'logged_in'],
    [-MINUTE, 'relogin_required'],
  ])('read-only, with %d ms left: %s, in the words of its store', async (expiresInMs, state) => {
    const describe = async () => ({ location: '/home/a/.codex/auth.json', renewal: 'Run `codex` once.' });
    const status = await statusOf(credentials(expiresInMs), {
      store: { readonly: true, update: unwritable, describe },
    });
    expect(status).toMatchObject({ state, renewable: false, readonly: true, location: '/home/a/.codex/auth.json' });
    expect(status.problem ?? '').toMatch(
      state === 'logged_in' ? /^$/ : /auth\.json\) has expired\. Run `codex` once\.$/,
    );
  });
});

describe('a login in one of several places', () => {
  test.each([true, false])('is read-only when that place is: %s', async (readonly) => {
    const describe = async () => ({ location: 'there', renewal: 'Run it.', readonly });
    const status = await statusOf(credentials(DAY), { store: { readonly: true, describe } });
    expect(status).toMatchObject({ state: 'logged_in', readonly, renewable: !readonly });
  });

  test('is not read where that would ask the network', async () => {
    const read = vi.fn(async () => undefined);
    const describe = async () => ({ location: 'the environment', readonly: true, asksNetwork: true as const });
    expect(await statusOf(undefined, { store: { read, describe } })).toEqual({
      state: 'logged_in',
      profile: 'default',
      expired: false,
      renewable: false,
      readonly: true,
      location: 'the environment',
    });
    expect(read).not.toHaveBeenCalled();
  });
});

describe('no login', () => {
  test('nothing is stored', async () => {
    expect(await statusOf(undefined, { profile: 'work' })).toEqual({
      state: 'not_logged_in',
      profile: 'work',
      expired: false,
      renewable: false,
      readonly: false,
      location: 'memory',
      problem: expect.stringContaining('login --profile work'),
    });
  });

  test('and where there may be one all the same', async () => {
    const describe = async () => ({ location: 'memory', renewal: 'It may be in the keyring.' });
    const { problem } = await statusOf(undefined, { store: { describe } });
    expect(problem).toMatch(/^Nobody is logged in .* It may be in the keyring\.$/);
  });

  test('what the store finds to be something else is invalid, and can be read', async () => {
    const error = new CodexAuthError({ code: 'invalid_credential', message: 'It holds an API key.' });
    const status = await statusOf(undefined, { store: { read: () => Promise.reject(error) } });
    expect(status).toMatchObject({ state: 'invalid', problem: 'It holds an API key.' });
  });

  test.each<[string, Partial<OAuthCredentials>, RegExp]>([
    ['a platform key', { accessToken: 'sk-CANARY-12345678' }, /platform key/],
    ['a token of two lines', { accessToken: 'eyJ-CANARY\r\nx' }, /characters that no token has/],
  ])('%s', async (_name, more, problem) => {
    const status = await statusOf(credentials(DAY, more));
    expect(status).toMatchObject({ state: 'invalid', renewable: false, problem: expect.stringMatching(problem) });
  });

  test('a login of another issuer, when one is named', async () => {
    const login = credentials(DAY, { issuer: 'https://issuer.test' });
    expect(await statusOf(login, { issuer: 'https://other.test' })).toMatchObject({
      state: 'invalid',
      problem: expect.stringContaining('https://issuer.test'),
    });
    expect(await statusOf(login, { issuer: 'https://issuer.test/' })).toMatchObject({ state: 'logged_in' });
  });

  test('a record that holds anything at all', async () => {
    const strange = { ...credentials(DAY), issuer: 7, email: 7, refreshFailure: 'x', lastRefreshAt: 'y', aside: 5 };
    const status = await statusOf(strange as object as OAuthCredentials);
    expect(status).toMatchObject({ state: 'invalid', problem: expect.stringContaining('Log in with') });
    const { issuer: _wrong, ...lessStrange } = strange;
    const tolerated = await statusOf(lessStrange as object as OAuthCredentials);
    expect(tolerated).toMatchObject({ state: 'logged_in', renewable: true });
    for (const name of ['email', 'lastRefreshAt', 'lastRefresh', 'problem']) expect(tolerated).not.toHaveProperty(name);
  });

  test.each<[string, unknown, RegExp]>([
    [
      'ours',
      new AuthStoreError({ code: 'corrupt', message: '/home/a/auth.json is damaged.' }),
      /\/home\/a\/auth\.json is damaged/,
    ],
    ['a driver', new Error('SET rt-CANARY-0'), /could not be read/],
    ['a text', 'rt-CANARY-0', /could not be read/],
  ])('a store that fails with an error that is %s', async (_name, error, problem) => {
    const status = await statusOf(undefined, { store: { read: () => Promise.reject(error) } });
    expect(status).toMatchObject({ state: 'unreadable', expired: false, problem: expect.stringMatching(problem) });
  });

  test('a store that cannot even be described is no error', async () => {
    const describe = () => {
      throw new Error('rt-CANARY-0');
    };
    const status = await statusOf(credentials(DAY), { store: { describe } });
    expect(status).toMatchObject({ state: 'logged_in' });
    expect(status).not.toHaveProperty('location');
  });
});

test('nothing is written', async () => {
  let updates = 0;
  const update: AuthStore['update'] = async () => {
    updates += 1;
    return undefined;
  };
  await statusOf(credentials(-DAY), { store: { update } });
  expect(updates).toBe(0);
});

test('the clock is the real one by default', async () => {
  const login = { accessToken: jwt({ expiresAt: Date.now() - 3_600_000 }) };
  expect(await authStatus({ authStore: memoryAuthStore(login) })).toMatchObject({ expired: true });
});
