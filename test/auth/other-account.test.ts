import { expect, test } from 'vitest';
import { createSession } from '../../src/auth/session';
import type { OAuthCredentials } from '../../src/shared/credentials';
import { memoryAuthStore } from '../../src/stores/memory-store';
import {
  ACCOUNT,
  accessToken,
  createWorld,
  credentials,
  jwt,
  MINUTE,
  NOW,
  presented,
  rejection,
  tokens,
} from './harness';

function setUp(initial: OAuthCredentials) {
  const world = createWorld();
  const store = memoryAuthStore(initial);
  const { runtime, logger } = world;
  const open = () => createSession({ store, issuer: 'https://issuer.test', runtime, logger });
  return { ...world, store, open, session: open() };
}

const OTHER = accessToken(60 * MINUTE, { accountId: 'acct-2' });
const seat = (userId: string, more = {}) => ({
  auth: { chatgpt_account_id: ACCOUNT, chatgpt_user_id: userId, ...more },
});

test('a pair of another account is kept aside, and the login that asked for it is over', async () => {
  const initial = credentials(-MINUTE, { issuer: 'https://issuer.test', clientId: 'app_1', email: 'a@b.c' });
  const { session, open, store, posts, answers } = setUp(initial);
  answers.push(tokens(1, { access_token: OTHER }));
  for (const caller of [session, open(), session]) {
    expect(await rejection(caller.headers())).toMatchObject({
      code: 'account_mismatch',
      message: expect.stringMatching(/another account.*kept aside and not used.*codex login/),
    });
  }
  expect(posts).toHaveLength(1);
  expect(await store.read('default')).toEqual({
    ...initial,
    aside: {
      accessToken: OTHER,
      refreshToken: 'rt-CANARY-1',
      accountId: 'acct-2',
      expiresAt: NOW + 60 * MINUTE,
      lastRefreshAt: NOW,
      issuer: 'https://issuer.test',
      clientId: 'app_1',
    },
    refreshFailure: {
      fingerprint: await presented('rt-CANARY-0', { clientId: 'app_1' }),
      code: 'account_mismatch',
      at: NOW,
      permanent: true,
    },
  });
});

test('the old access token is the own one still, and used while it lasts', async () => {
  const initial = credentials(4 * MINUTE);
  const { session, open, posts, answers, warned, pass } = setUp(initial);
  answers.push(tokens(1, { access_token: OTHER }));
  for (const caller of [session, open(), session]) {
    expect(await caller.headers()).toEqual({
      authorization: `Bearer ${initial.accessToken}`,
      'chatgpt-account-id': ACCOUNT,
    });
  }
  expect(warned).toMatchObject(Array(2).fill({ details: { code: 'account_mismatch' } }));
  expect(await rejection(open().onUnauthorized(await session.headers()))).toMatchObject({ code: 'account_mismatch' });
  pass(4 * MINUTE);
  expect(await rejection(session.headers())).toMatchObject({ code: 'account_mismatch' });
  expect(posts).toHaveLength(1);
});

test('a new login takes the place of all of it', async () => {
  const { session, store, posts, answers } = setUp(credentials(-MINUTE));
  answers.push(tokens(1, { access_token: OTHER }), tokens(2));
  await rejection(session.headers());
  await store.update('default', async () => credentials(60 * MINUTE, { refreshToken: 'rt-CANARY-new' }));
  expect((await session.headers()).authorization).toBe(`Bearer ${accessToken(60 * MINUTE)}`);
  expect(posts).toHaveLength(1);
});

test('what a refresh leaves behind of failures is gone after one that succeeds', async () => {
  const initial = credentials(-MINUTE, {
    aside: credentials(MINUTE),
    refreshing: { fingerprint: 'f', startedAt: 0 },
    refreshFailure: { fingerprint: 'f', code: 'http_500', at: 0, permanent: false },
  });
  const { session, store, answers } = setUp(initial);
  answers.push(tokens(1));
  await session.headers();
  for (const key of ['aside', 'refreshing', 'refreshFailure']) {
    expect(await store.read('default')).not.toHaveProperty(key);
  }
});

test.each<[string, Partial<OAuthCredentials>]>([
  ['an organization', { accountId: 'org-1' }],
  ['another workspace', { accountId: 'acct-2' }],
  ['the workspace of one of its tokens', { accountId: 'acct-2', idToken: jwt({ accountId: 'acct-2' }) }],
])('a record that names %s is renewed, and stays as it was', async (_name, more) => {
  const { session, store, answers } = setUp(credentials(-MINUTE, more));
  answers.push(tokens(1, more.idToken ? { id_token: more.idToken } : {}));
  expect((await session.headers())['chatgpt-account-id']).toBe(more.accountId);
  expect(await store.read('default')).toMatchObject({ ...more, refreshToken: 'rt-CANARY-1' });
});

test('a record that names the account, of tokens that do not, is compared with the new ones', async () => {
  const { session, answers } = setUp({
    ...credentials(-MINUTE),
    accessToken: 'opaque',
    expiresAt: NOW,
    accountId: 'acct-2',
  });
  answers.push(tokens(1));
  expect(await rejection(session.headers())).toMatchObject({ code: 'account_mismatch' });
});

test.each<[string, Partial<OAuthCredentials>, Record<string, unknown>, boolean]>([
  ['the same person', { userId: 'u-1' }, { access_token: jwt(seat('u-1')) }, true],
  ['another seat of the same workspace', { userId: 'u-1' }, { access_token: jwt(seat('u-2')) }, false],
  ['another seat by the id token', { userId: 'u-1' }, { id_token: jwt(seat('u-2')) }, false],
  [
    'the seat is known from the stored token',
    { accessToken: jwt({ expiresAt: NOW, ...seat('u-1') }) },
    { id_token: jwt(seat('u-2')) },
    false,
  ],
  ['nobody knew who it was', {}, { access_token: jwt(seat('u-2')) }, true],
  ['nobody says who it is', { userId: 'u-1' }, {}, true],
  [
    'two names, one of them known',
    { userId: 'u-1' },
    { access_token: jwt(seat('u-9')), id_token: jwt(seat('u-1')) },
    true,
  ],
])('compares the person as well: %s', async (_name, more, reply, same) => {
  const { session, store, answers } = setUp(credentials(-MINUTE, more));
  answers.push(tokens(1, reply));
  const outcome = await session.headers().catch(({ code }) => code);
  expect(outcome === 'account_mismatch').toBe(!same);
  expect((await store.read('default'))?.refreshToken).toBe(same ? 'rt-CANARY-1' : 'rt-CANARY-0');
});
