import { describe, expect, test } from 'vitest';
import { CodexAuthError } from '../../src/auth/errors';
import { loginHint } from '../../src/auth/login-hint';
import { createSession, type SessionOptions } from '../../src/auth/session';
import { AuthStoreError } from '../../src/shared/auth-store-error';
import type { OAuthCredentials } from '../../src/shared/credentials';
import type { AuthStore } from '../../src/stores/auth-store';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { ACCOUNT, accessToken, createWorld, credentials, jwt, MINUTE, NOW, rejection, tokens } from './harness';

function setUp(initial: OAuthCredentials | undefined, options: Partial<SessionOptions> = {}) {
  const world = createWorld();
  const store = initial === undefined ? memoryAuthStore() : memoryAuthStore(initial);
  const { runtime, logger } = world;
  const session = createSession({ store, issuer: 'https://issuer.test', runtime, logger, ...options });
  return { ...world, store, session };
}

const bearer = (token: string | undefined) => `Bearer ${token}`;
const FRESH_1 = accessToken(60 * MINUTE, { jti: 'fresh-1' });
const FRESH_2 = accessToken(60 * MINUTE, { jti: 'fresh-2' });
const refused = (code: string, status = 400) => Response.json({ error: { code, message: 'rt-CANARY-0' } }, { status });

describe('headers', () => {
  test('name token and account', async () => {
    const login = credentials(60 * MINUTE);
    const { session } = setUp(login);
    expect(await session.headers()).toEqual({
      authorization: bearer(login.accessToken),
      'chatgpt-account-id': ACCOUNT,
    });
  });

  test.each<[string, Partial<OAuthCredentials>, string | undefined]>([
    ['the stored one first', { accountId: 'stored', idToken: jwt({ accountId: 'of-id' }) }, 'stored'],
    ['then that of the id token', { idToken: jwt({ accountId: 'of-id' }) }, 'of-id'],
    ['then that of the access token', { idToken: 'opaque' }, ACCOUNT],
    ['none when nobody knows', { accessToken: 'opaque' }, undefined],
  ])('take the account id: %s', async (_name, more, expected) => {
    const { session } = setUp(credentials(60 * MINUTE, more));
    expect((await session.headers())['chatgpt-account-id']).toBe(expected);
  });

  test.each<[string, Partial<OAuthCredentials>]>([
    ['stored', { fedramp: true }],
    ['in the id token', { idToken: jwt({ auth: { chatgpt_account_is_fedramp: true } }) }],
    ['in the access token', { accessToken: jwt({ auth: { chatgpt_account_is_fedramp: true } }) }],
  ])('tell FedRAMP when it is claimed: %s', async (_name, more) => {
    const { session } = setUp(credentials(60 * MINUTE, more));
    expect(await session.headers()).toMatchObject({ 'X-OpenAI-Fedramp': 'true' });
  });

  test('come from memory while the token is good, and from the profile that was asked for', async () => {
    let reads = 0;
    const inner = memoryAuthStore({ work: credentials(60 * MINUTE) });
    const read: AuthStore['read'] = (profile) => {
      reads += 1;
      return inner.read(profile);
    };
    const store: AuthStore = { ...inner, read };
    const { session } = setUp(undefined, { store, profile: 'work' });
    expect(reads).toBe(0);
    await session.headers();
    await session.headers();
    expect(reads).toBe(1);
  });
});

describe('what cannot be used', () => {
  test.each<[string, OAuthCredentials | undefined, string, RegExp]>([
    ['nothing', undefined, 'not_logged_in', /codex login/],
    ['a platform key', { accessToken: 'sk-CANARY-123456' }, 'invalid_credential', /platform key/],
    ['another issuer', credentials(MINUTE, { issuer: 'https://other.test' }), 'invalid_credential', /other\.test/],
    ['an issuer that is none', credentials(MINUTE, { issuer: 7 as never }), 'invalid_credential', /issuer is no text/],
    ['a broken token', { accessToken: 'CANARY\n' }, 'invalid_credential', /characters/],
    ['an expired token without refresh token', { accessToken: accessToken(0) }, 'relogin_required', /no refresh token/],
  ])('is refused with a reason and sends nothing: %s', async (_name, initial, code, message) => {
    const { session, posts } = setUp(initial);
    const error = await rejection(session.headers());
    expect(error).toBeInstanceOf(CodexAuthError);
    expect(error).toMatchObject({ code, reason: code, message: expect.stringMatching(message) });
    expect(posts).toEqual([]);
  });

  test('a slash at the end of the issuer makes no difference', async () => {
    const { session } = setUp(credentials(60 * MINUTE, { issuer: 'https://issuer.test/' }));
    await session.headers();
  });

  test.each<[string, string | undefined, RegExp]>([
    ['nothing more', undefined, /^Nobody .* "default"\. Log in with `npx ai-sdk-codex login`[^`]*\.$/],
    ['what the store says beside it', 'Run `codex` once.', /^Nobody .*\. Log in with `npx .* Run `codex` once\.$/],
    [
      'what the store says in place of it',
      `The keyring holds one. ${loginHint('default')}`,
      /^Nobody .*"default"\. The keyring holds one\. Log in with (?!.*Log in with)/,
    ],
  ])('the next step, where nobody is logged in, is %s', async (_name, renewal, message) => {
    const describe = async () => ({ location: 'nowhere', ...(renewal !== undefined && { renewal }) });
    const { session } = setUp(undefined, { store: { ...memoryAuthStore(), describe } });
    const error = await rejection(session.headers());
    expect(error).toMatchObject({ code: 'not_logged_in', message: expect.stringMatching(message) });
  });

  test('the profile is named in what to do next', async () => {
    const { session } = setUp(undefined, { profile: 'work' });
    expect(await rejection(session.headers())).toMatchObject({
      message: expect.stringContaining('codex login --profile work'),
    });
  });
});

describe('renewal before expiry', () => {
  test.each<[string, OAuthCredentials, number]>([
    ['6 minutes left', credentials(6 * MINUTE), 0],
    ['5 minutes left', credentials(5 * MINUTE), 1],
    ['expired', credentials(-MINUTE), 1],
    ['a JWT decides, whatever else is stored', credentials(6 * MINUTE, { expiresAt: NOW, lastRefreshAt: 1 }), 0],
    ['opaque, 6 minutes left', { accessToken: 'o', refreshToken: 'r', expiresAt: NOW + 6 * MINUTE }, 0],
    ['opaque, 4 minutes left', { accessToken: 'o', refreshToken: 'r', expiresAt: NOW + 4 * MINUTE }, 1],
    ['opaque, 7 days old', { accessToken: 'o', refreshToken: 'r', lastRefreshAt: NOW - 7 * 86_400_000 }, 0],
    ['opaque, 8 days old', { accessToken: 'o', refreshToken: 'r', lastRefreshAt: NOW - 8 * 86_400_000 }, 1],
    ['opaque, of unknown age', { accessToken: 'o', refreshToken: 'r' }, 0],
  ])('%s', async (_name, initial, expected) => {
    const { session, posts, answers } = setUp(initial);
    answers.push(tokens(1));
    const { authorization } = await session.headers();
    expect(posts.length).toBe(expected);
    expect(authorization).toBe(bearer(expected ? FRESH_1 : initial.accessToken));
  });

  test('is stored before it is used, and what it did not bring stays', async () => {
    const initial = { ...credentials(MINUTE, { idToken: jwt(), clientId: 'app_mine', email: 'a@b.c' }), unknown: [1] };
    const { session, store, posts, answers } = setUp(initial);
    answers.push(tokens(1));
    await session.headers();
    expect(await store.read('default')).toEqual({
      ...initial,
      accessToken: FRESH_1,
      refreshToken: 'rt-CANARY-1',
      accountId: ACCOUNT,
      lastRefreshAt: NOW,
      expiresAt: NOW + 60 * MINUTE,
    });
    expect(posts[0]?.body).toMatchObject({ client_id: 'app_mine', refresh_token: 'rt-CANARY-0' });
  });

  test('keeps the refresh token when none comes back', async () => {
    const { session, store, answers } = setUp(credentials(MINUTE));
    answers.push(Response.json({ access_token: 'opaque', expires_in: '3600' }));
    await session.headers();
    expect(await store.read('default')).toMatchObject({
      accessToken: 'opaque',
      refreshToken: 'rt-CANARY-0',
      expiresAt: NOW + 60 * MINUTE,
    });
  });

  test('forgets the expiry of the token before', async () => {
    const { session, store, answers, posts } = setUp({ accessToken: 'o', refreshToken: 'r', expiresAt: NOW + MINUTE });
    answers.push(Response.json({ access_token: 'opaque' }));
    await session.headers();
    expect(await store.read('default')).toEqual({ accessToken: 'opaque', refreshToken: 'r', lastRefreshAt: NOW });
    expect(posts.length).toBe(1);
  });

  test('happens once for everybody who waits', async () => {
    const { session, posts, answers } = setUp(credentials(MINUTE));
    answers.push(tokens(1));
    const all = await Promise.all(Array.from({ length: 50 }, () => session.headers()));
    expect(new Set(all.map(({ authorization }) => authorization))).toEqual(new Set([bearer(FRESH_1)]));
    expect(posts.length).toBe(1);
  });

  test('fails once for everybody who waits', async () => {
    const { session, posts, answers } = setUp(credentials(-MINUTE));
    answers.push(new Error('offline'));
    const all = await Promise.allSettled(Array.from({ length: 50 }, () => session.headers()));
    expect(all.every(({ status }) => status === 'rejected')).toBe(true);
    expect(posts.length).toBe(1);
  });

  test('happens once for two sessions that share a store', async () => {
    const { store, runtime, session, posts, answers } = setUp(credentials(MINUTE));
    const sibling = createSession({ store, issuer: 'https://issuer.test', runtime });
    answers.push(tokens(1));
    expect(await session.headers()).toEqual(await sibling.headers());
    const both = setUp(credentials(MINUTE));
    both.answers.push(tokens(1));
    const other = createSession({ store: both.store, issuer: 'https://issuer.test', runtime: both.runtime });
    await Promise.all([both.session.headers(), other.headers()]);
    expect([posts.length, both.posts.length]).toEqual([1, 1]);
  });

  test('adopts what another process stored since', async () => {
    const { session, store, posts, pass } = setUp(credentials(10 * MINUTE));
    await session.headers();
    const theirs = credentials(60 * MINUTE, { accessToken: FRESH_2 });
    await store.update('default', async () => theirs);
    pass(6 * MINUTE);
    expect((await session.headers()).authorization).toBe(bearer(FRESH_2));
    expect(posts).toEqual([]);
  });

  test('is left to a refusal where the clock makes every token look expired', async () => {
    const { session, posts, answers, pass } = setUp(credentials(-MINUTE));
    const shortLived = (n: number) => tokens(n, { access_token: accessToken(-MINUTE, { jti: `odd-${n}` }) });
    answers.push(shortLived(1), shortLived(2));
    for (let minute = 0; minute < 60; minute++) {
      await session.headers();
      pass(MINUTE);
    }
    expect(posts.length).toBe(1);
    expect(await session.onUnauthorized(await session.headers())).toBe(true);
    expect(posts.length).toBe(2);
    expect((await session.headers()).authorization).toBe(bearer(accessToken(-MINUTE, { jti: 'odd-2' })));
  });

  test('comes in time for a token that was issued to last longer than that', async () => {
    const { session, posts, answers } = setUp(credentials(-MINUTE, { lastRefreshAt: NOW - 7 * MINUTE }));
    answers.push(tokens(1));
    await session.headers();
    expect(posts.length).toBe(1);
  });
});

describe('a renewal that fails', () => {
  test.each<[string, () => Response | Error, string | undefined]>([
    ['no connection', () => new TypeError('fetch failed'), undefined],
    ['500', () => new Response('oops', { status: 500 }), 'http_500'],
    ['403 from an edge', () => new Response('<html>', { status: 403 }), 'http_403'],
    ['429', () => new Response('', { status: 429, headers: { 'retry-after': '120' } }), 'http_429'],
    ['a redirect', () => new Response('', { status: 307, headers: { location: 'https://evil.test' } }), 'redirected'],
    ['a success without a token', () => Response.json({}), 'empty_reply'],
    ['a success that is no JSON', () => new Response('{"access_token":"CANARY'), 'empty_reply'],
  ])('for now, leaves a token that still works in use: %s', async (_name, answer, code) => {
    const initial = credentials(4 * MINUTE);
    const { session, store, posts, answers, warned } = setUp(initial);
    answers.push(answer());
    expect((await session.headers()).authorization).toBe(bearer(initial.accessToken));
    await session.headers();
    expect(posts.length).toBe(1); // the second call did not try again at once
    expect(warned).toMatchObject([{ details: { code: 'refresh_failed', expiresInMs: 4 * MINUTE } }]);
    const { refreshFailure, ...rest } = (await store.read('default')) ?? {};
    expect(rest).toEqual(initial);
    expect(refreshFailure?.code).toBe(code);
  });

  test('for now, is tried again after a while', async () => {
    const { session, posts, answers, pass } = setUp(credentials(4 * MINUTE));
    answers.push(new Error('offline'), tokens(1));
    await session.headers();
    pass(MINUTE);
    expect((await session.headers()).authorization).toBe(bearer(FRESH_1));
    expect(posts.length).toBe(2);
  });

  test('for now, with an expired token, is an error that says so', async () => {
    const { session, answers } = setUp(credentials(-MINUTE));
    answers.push(new Response('', { status: 503, headers: { 'retry-after': '7' } }));
    expect(await rejection(session.headers())).toMatchObject({
      code: 'refresh_failed',
      message: expect.stringMatching(/503.*try again in 7 s/),
    });
  });

  test.each([
    ['refresh_token_reused', 400],
    ['refresh_token_expired', 403],
    ['refresh_token_invalidated', 401],
    ['invalid_grant', 400],
    ['anything_else', 401],
  ])('for good (%s, %i), asks for a login and is not tried again until the store changes', async (code, status) => {
    const { session, store, posts, answers, pass } = setUp(credentials(-MINUTE));
    answers.push(refused(code, status), tokens(1));
    for (let call = 0; call < 3; call++) {
      expect(await rejection(session.headers())).toMatchObject({
        code: 'relogin_required',
        message: expect.stringMatching(new RegExp(`${code}.*codex login`)),
      });
      pass(MINUTE);
    }
    expect(posts.length).toBe(1);
    await store.update('default', async () => credentials(MINUTE, { refreshToken: 'rt-CANARY-new' }));
    expect((await session.headers()).authorization).toBe(bearer(FRESH_1));
    expect(posts.map(({ body }) => body.refresh_token)).toEqual(['rt-CANARY-0', 'rt-CANARY-new']);
  });

  test('for good, but another program had stored a new login meanwhile, which is used', async () => {
    const inner = memoryAuthStore(credentials(MINUTE));
    const theirs = credentials(60 * MINUTE);
    let reads = 0;
    const store: AuthStore = { ...inner, read: async (name) => (reads++ === 0 ? inner.read(name) : theirs) };
    const { session, answers } = setUp(undefined, { store });
    answers.push(refused('refresh_token_reused'));
    expect((await session.headers()).authorization).toBe(bearer(theirs.accessToken));
  });

  test('because of the country, says so and keeps the login', async () => {
    const { session, answers } = setUp(credentials(-MINUTE));
    answers.push(refused('unsupported_country_region_territory', 403));
    expect(await rejection(session.headers())).toMatchObject({ code: 'region_blocked' });
  });

  test.each<[string, Record<string, unknown>]>([
    ['access token', { access_token: accessToken(60 * MINUTE, { accountId: 'acct-2' }) }],
    ['id token', { id_token: jwt({ accountId: 'acct-2' }) }],
  ])('because the %s is of another account, uses nothing of it and is not tried again', async (_name, body) => {
    const initial = credentials(-MINUTE);
    const { session, store, posts, answers } = setUp(initial);
    answers.push(tokens(1, body));
    expect(await rejection(session.headers())).toMatchObject({ code: 'account_mismatch' });
    expect(await rejection(session.headers())).toMatchObject({ code: 'account_mismatch' });
    expect(await store.read('default')).toMatchObject(initial);
    expect(posts.length).toBe(1);
  });

  test('in the store leaves a token that still works in use', async () => {
    const { session, warned } = setUp(undefined, {
      store: {
        ...memoryAuthStore(credentials(MINUTE)),
        update: () => Promise.reject(new AuthStoreError({ code: 'lock_timeout', message: 'busy' })),
      },
    });
    expect((await session.headers()).authorization).toBe(bearer(credentials(MINUTE).accessToken));
    expect(warned).toMatchObject([{ details: { code: 'store_unwritable' } }]);
  });

  test('to log says nothing about the login', async () => {
    const fails = () => {
      throw new Error('the log is gone');
    };
    for (const logger of [
      { debug: fails, warn: fails },
      { debug: async () => fails(), warn: async () => fails() },
    ]) {
      const { session, store, posts, answers, pass } = setUp(credentials(4 * MINUTE), { logger });
      answers.push(new Response('', { status: 503 }), tokens(1));
      expect((await session.headers()).authorization).toBe(bearer(credentials(4 * MINUTE).accessToken));
      pass(4 * MINUTE);
      expect((await session.headers()).authorization).toBe(bearer(FRESH_1));
      expect(await store.read('default')).toMatchObject({ refreshToken: 'rt-CANARY-1' });
      expect(posts).toHaveLength(2);
    }
  });

  test('to read the store is not "not logged in"', async () => {
    const cause = new AuthStoreError({ code: 'corrupt', message: 'auth.json is damaged' });
    const store: AuthStore = { ...memoryAuthStore(), read: () => Promise.reject(cause) };
    const { session } = setUp(undefined, { store });
    expect(await rejection(session.headers())).toMatchObject({ code: 'store_unreadable', cause });
  });

  test('to be allowed: an issuer without https gets no token', async () => {
    const { session, store, posts } = setUp(credentials(-MINUTE), { issuer: 'http://issuer.test' });
    expect(await rejection(session.headers())).toMatchObject({ code: 'invalid_setting' });
    expect(posts).toEqual([]);
    expect(await store.read('default')).toEqual(credentials(-MINUTE));
  });
});
