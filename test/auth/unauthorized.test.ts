import { describe, expect, test } from 'vitest';
import { createSession } from '../../src/auth/session';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { accessToken, createWorld, credentials, MINUTE, rejection, tokens } from './harness';

function setUp(initial = credentials(60 * MINUTE)) {
  const world = createWorld();
  const store = memoryAuthStore(initial);
  const session = createSession({ store, issuer: 'https://issuer.test', runtime: world.runtime, logger: world.logger });
  return { ...world, store, session };
}

const FRESH_1 = `Bearer ${accessToken(60 * MINUTE, { jti: 'fresh-1' })}`;

test('refreshes once, and one more attempt makes sense', async () => {
  const { session, posts, answers } = setUp();
  answers.push(tokens(1));
  expect(await session.onUnauthorized(await session.headers())).toBe(true);
  expect(posts.length).toBe(1);
  expect((await session.headers()).authorization).toBe(FRESH_1);
});

test('of many requests with the same token refreshes once', async () => {
  const { session, posts, answers } = setUp();
  answers.push(tokens(1));
  const headers = await session.headers();
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => session.onUnauthorized(headers)));
  expect(new Set(outcomes)).toEqual(new Set([true]));
  expect(posts.length).toBe(1);
});

test('of an old token needs no request when memory holds a newer one', async () => {
  const { session, posts, answers } = setUp(credentials(10 * MINUTE));
  const old = await session.headers();
  answers.push(tokens(1));
  await session.onUnauthorized(old);
  expect(await session.onUnauthorized(old)).toBe(true);
  expect(posts.length).toBe(1);
});

test('needs no request when the store holds a newer one', async () => {
  const { session, store, posts } = setUp();
  const headers = await session.headers();
  const theirs = credentials(30 * MINUTE);
  await store.update('default', async () => theirs);
  expect(await session.onUnauthorized(headers)).toBe(true);
  expect((await session.headers()).authorization).toBe(`Bearer ${theirs.accessToken}`);
  expect(posts).toEqual([]);
});

test('of a token straight after its own refresh gives up without a request', async () => {
  const { session, posts, answers } = setUp();
  answers.push(tokens(1));
  await session.onUnauthorized(await session.headers());
  expect(await rejection(session.onUnauthorized(await session.headers()))).toMatchObject({
    code: 'access_denied',
    message: expect.stringMatching(/refuses the login .*issued a moment ago\. Logging in again may help.*codex login/),
  });
  expect(posts.length).toBe(1);
});

test('of a token that had worked for an hour refreshes again', async () => {
  const { session, posts, answers, pass } = setUp();
  answers.push(tokens(1), tokens(2, { access_token: accessToken(600 * MINUTE) }));
  await session.onUnauthorized(await session.headers());
  pass(50 * MINUTE);
  expect(await session.onUnauthorized(await session.headers())).toBe(true);
  expect(posts.length).toBe(2);
});

test('while this session is still reading the store refreshes after it', async () => {
  const { session, posts, answers } = setUp();
  answers.push(tokens(1));
  const reading = session.headers();
  const refused = { authorization: `Bearer ${credentials(60 * MINUTE).accessToken}` };
  expect(await session.onUnauthorized(refused)).toBe(true);
  expect((await reading).authorization).toBe(refused.authorization);
  expect(posts.length).toBe(1);
});

test('says when the login can no longer be renewed', async () => {
  const { session, posts, answers } = setUp();
  answers.push(Response.json({ error: 'invalid_grant' }, { status: 400 }));
  const headers = await session.headers();
  for (let call = 0; call < 2; call++) {
    expect(await rejection(session.onUnauthorized(headers))).toMatchObject({ code: 'relogin_required' });
  }
  expect(posts.length).toBe(1);
});

test('that ends in a final answer forgets the login, and the next call uses what was stored since', async () => {
  const { session, store, answers } = setUp();
  const headers = await session.headers();
  answers.push(Response.json({ error: 'invalid_grant' }, { status: 400 }));
  await rejection(session.onUnauthorized(headers));
  const theirs = credentials(30 * MINUTE, { refreshToken: 'rt-CANARY-new' });
  await store.update('default', async () => theirs);
  expect((await session.headers()).authorization).toBe(`Bearer ${theirs.accessToken}`);
});

test('does not put the refused token to use when the refresh fails for now', async () => {
  const { session, answers } = setUp();
  answers.push(new Response('', { status: 502 }));
  expect(await rejection(session.onUnauthorized(await session.headers()))).toMatchObject({ code: 'refresh_failed' });
});

test('has nothing to try without a refresh token', async () => {
  const { session, posts } = setUp({ accessToken: 'opaque' });
  expect(await rejection(session.onUnauthorized(await session.headers()))).toMatchObject({
    code: 'relogin_required',
    message: expect.stringMatching(/refused by the backend\. It has no refresh token\. Log in with/),
  });
  expect(posts).toEqual([]);
});

test('after a logout says that nobody is logged in', async () => {
  const { session, store } = setUp();
  const headers = await session.headers();
  await store.update('default', async () => undefined);
  expect(await rejection(session.onUnauthorized(headers))).toMatchObject({ code: 'not_logged_in' });
});

describe.each(['token_revoked', 'token_invalidated'])('that says %s', (code) => {
  test('asks for a login at once, without a request', async () => {
    const { session, posts } = setUp();
    const refused = await session.headers();
    for (let call = 0; call < 2; call++) {
      expect(await rejection(session.onUnauthorized(refused, { code }))).toMatchObject({
        code: 'relogin_required',
        message: expect.stringMatching(new RegExp(`revoked \\(${code}\\).*codex login`)),
      });
    }
    expect(posts).toEqual([]);
  });

  test('takes up another login that was stored meanwhile', async () => {
    const { session, store, posts } = setUp();
    const refused = await session.headers();
    const theirs = credentials(30 * MINUTE, { refreshToken: 'rt-CANARY-new' });
    await store.update('default', async () => theirs);
    expect(await session.onUnauthorized(refused, { code })).toBe(true);
    expect((await session.headers()).authorization).toBe(`Bearer ${theirs.accessToken}`);
    expect(posts).toEqual([]);
  });

  test('of an older token than the one in memory says nothing about this one', async () => {
    const { session, posts, answers } = setUp(credentials(4 * MINUTE));
    answers.push(tokens(1));
    await session.headers();
    const old = { authorization: `Bearer ${credentials(4 * MINUTE).accessToken}` };
    expect(await session.onUnauthorized(old, { code })).toBe(true);
    expect(posts).toHaveLength(1);
  });
});

test.each([{ code: 'token_expired' }, { code: 'anything' }, {}])('that says %o refreshes', async (reason) => {
  const { session, posts, answers } = setUp();
  answers.push(tokens(1));
  expect(await session.onUnauthorized(await session.headers(), reason)).toBe(true);
  expect(posts).toHaveLength(1);
});
