import { describe, expect, test } from 'vitest';
import { refreshLogin } from '../../src/auth/refresh-login';
import { createSession } from '../../src/auth/session';
import { AuthStoreError } from '../../src/shared/auth-store-error';
import type { OAuthCredentials } from '../../src/shared/credentials';
import type { AuthStore } from '../../src/stores/auth-store';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { accessToken, createWorld, credentials, MINUTE, NOW, rejection, tokens } from './harness';

/** A session over a store whose updates fail, after the change ran, while `disk.full`; `fills` says when that begins. */
function setUp(initial = credentials(-MINUTE)) {
  const world = createWorld();
  const inner = memoryAuthStore(initial);
  const disk = { full: false };
  let onWrite = () => {};
  const store: AuthStore = {
    ...inner,
    update: (profile, change) =>
      inner.update(profile, async (current) => {
        const next = await change(current);
        if (next !== current && disk.full) {
          onWrite();
          throw new AuthStoreError({ code: 'unwritable', message: 'disk full' });
        }
        return next;
      }),
  };
  const { runtime, logger } = world;
  const session = createSession({ store, issuer: 'https://issuer.test', runtime, logger });
  const fills = (answer: Response) => () => {
    disk.full = true;
    return answer;
  };
  const refresh = () => refreshLogin({ authStore: store, issuer: 'https://issuer.test' }, { runtime });
  const watch = (listener: () => void) => {
    onWrite = listener;
  };
  return { ...world, disk, fills, store: inner, session, refresh, onWrite: watch };
}

const fresh = (n: number) => accessToken(60 * MINUTE, { jti: `fresh-${n}` });
const refreshOnly = (n: number) => Response.json({ refresh_token: `rt-CANARY-${n}` });
const sent = (posts: ReturnType<typeof createWorld>['posts']) => posts.map(({ body }) => body.refresh_token);

describe('a new pair that the store does not take', () => {
  test('is used, with a warning, and saved later without another request', async () => {
    const { session, store, disk, fills, posts, answers, logged, pass } = setUp();
    answers.push(fills(tokens(1)));
    for (let call = 0; call < 2; call++) {
      expect((await session.headers()).authorization).toBe(`Bearer ${fresh(1)}`);
    }
    const warnings = logged.filter((entry) => JSON.stringify(entry).includes('could not be saved'));
    expect(warnings).toMatchObject([
      { details: { code: 'store_unwritable', reason: expect.stringContaining('full') } },
    ]);
    expect(JSON.stringify(logged)).not.toContain('CANARY');
    disk.full = false;
    pass(6_000);
    expect((await session.headers()).authorization).toBe(`Bearer ${fresh(1)}`);
    expect(await store.read('default')).toMatchObject({ accessToken: fresh(1), refreshToken: 'rt-CANARY-1' });
    expect(posts.length).toBe(1);
  });

  test('is used after a refusal of the old one, whose expiry is far away', async () => {
    const { session, fills, posts, answers, pass } = setUp(credentials(60 * MINUTE));
    const old = await session.headers();
    answers.push(fills(tokens(1)));
    expect(await session.onUnauthorized(old)).toBe(true);
    pass(MINUTE);
    expect((await session.headers()).authorization).toBe(`Bearer ${fresh(1)}`);
    expect(posts.length).toBe(1);
  });

  test('is itself renewed in time, and the spent refresh token is never sent again', async () => {
    const { session, store, disk, fills, posts, answers, pass } = setUp();
    answers.push(fills(tokens(1)), tokens(2, { access_token: accessToken(120 * MINUTE) }));
    await session.headers();
    pass(58 * MINUTE);
    expect((await session.headers()).authorization).toBe(`Bearer ${accessToken(120 * MINUTE)}`);
    disk.full = false;
    pass(MINUTE);
    await session.headers();
    expect(sent(posts)).toEqual(['rt-CANARY-0', 'rt-CANARY-1']);
    expect(await store.read('default')).toMatchObject({ refreshToken: 'rt-CANARY-2' });
  });

  test('is not put to use once the backend refused it', async () => {
    const { session, fills, posts, answers } = setUp();
    answers.push(fills(tokens(1)));
    const headers = await session.headers();
    expect(await rejection(session.onUnauthorized(headers))).toMatchObject({ code: 'store_unwritable' });
    expect(posts.length).toBe(1);
  });

  test('gives way to another login that was stored meanwhile', async () => {
    const { session, store, fills, answers, pass } = setUp();
    answers.push(fills(tokens(1)));
    await session.headers();
    const theirs = credentials(30 * MINUTE, { refreshToken: 'rt-CANARY-new' });
    await store.update('default', async () => theirs);
    pass(6_000);
    expect((await session.headers()).authorization).toBe(`Bearer ${theirs.accessToken}`);
  });
});

describe('a store that fails for a moment', () => {
  /** The `count` updates after the answer fail. */
  function hiccup(count: number) {
    const world = setUp();
    world.answers.push(world.fills(tokens(1)));
    let failed = 0;
    world.onWrite(() => {
      failed += 1;
      if (failed === count) world.disk.full = false;
    });
    return world;
  }

  test.each([
    [1, [0]],
    [2, [0, 250]],
    [4, [0, 250, 1_000, 4_000]],
  ])('%i times is given time to take the new pair', async (count, expected) => {
    const { session, store, posts, pauses, logged } = hiccup(count);
    expect((await session.headers()).authorization).toBe(`Bearer ${fresh(1)}`);
    expect(await store.read('default')).toMatchObject({ refreshToken: 'rt-CANARY-1' });
    expect(posts).toHaveLength(1);
    expect(pauses).toEqual(expected);
    expect(JSON.stringify(logged)).not.toContain('could not be saved');
  });

  test('for longer keeps nobody waiting a second time', async () => {
    const { session, fills, answers, pass, pauses } = setUp();
    answers.push(fills(tokens(1)));
    for (let call = 0; call < 3; call++) {
      await session.headers();
      pass(6_000);
    }
    expect(pauses).toEqual([0, 250, 1_000, 4_000]);
  });

  test('with a failure that brings nothing is not asked again', async () => {
    const { session, fills, answers, pauses } = setUp();
    answers.push(fills(new Response('', { status: 503 })));
    expect(await rejection(session.headers())).toMatchObject({ code: 'refresh_failed' });
    expect(pauses).toEqual([]);
  });

  test('is given time by refreshLogin, which rejects in the end: nobody else will know of the pair', async () => {
    const once = hiccup(1);
    expect(await once.refresh()).toMatchObject({ accessToken: fresh(1) });
    expect(await once.store.read('default')).toMatchObject({ refreshToken: 'rt-CANARY-1' });
    const { refresh, fills, answers, posts } = setUp();
    answers.push(fills(tokens(1)));
    const error = await rejection(refresh());
    expect(error).toMatchObject({
      code: 'store_unwritable',
      message: expect.stringMatching(/new tokens could not be stored.*disk full.*Log in with/),
    });
    expect(String(error)).not.toContain('CANARY');
    expect(posts).toHaveLength(1);
  });
});

describe('a store that loses its newest write', () => {
  test('is given the pair again, without a request', async () => {
    const { session, store, posts, answers, pass } = setUp();
    answers.push(tokens(1));
    await session.headers();
    await store.update('default', async () => credentials(-MINUTE));
    pass(40_000);
    expect((await session.headers()).authorization).toBe(`Bearer ${fresh(1)}`);
    expect(await store.read('default')).toMatchObject({ refreshToken: 'rt-CANARY-1' });
    expect(posts).toHaveLength(1);
  });

  test('or several of them', async () => {
    const { session, store, posts, answers, pass } = setUp();
    answers.push(tokens(1), tokens(2, { access_token: accessToken(180 * MINUTE) }));
    await session.headers();
    pass(58 * MINUTE);
    await session.headers();
    await store.update('default', async () => credentials(-MINUTE));
    pass(MINUTE);
    expect((await session.headers()).authorization).toBe(`Bearer ${accessToken(180 * MINUTE)}`);
    expect(sent(posts)).toEqual(['rt-CANARY-0', 'rt-CANARY-1']);
  });

  test('keeps a newer access token that a sibling got for a refresh token which lasts', async () => {
    const { session, store, answers, pass } = setUp();
    answers.push(tokens(1, { refresh_token: undefined }));
    await session.headers();
    const theirs = credentials(90 * MINUTE);
    await store.update('default', async () => theirs);
    pass(40_000);
    expect((await session.headers()).authorization).toBe(`Bearer ${theirs.accessToken}`);
    expect((await store.read('default'))?.accessToken).toBe(theirs.accessToken);
  });
});

test('a store that drops what it does not know does not make a token look old', async () => {
  const { posts, answers, runtime, store: inner } = setUp(credentials(60 * MINUTE));
  const pick = ({ accessToken, refreshToken }: OAuthCredentials) => ({
    accessToken,
    ...(refreshToken && { refreshToken }),
  });
  const update: AuthStore['update'] = (profile, change) =>
    inner.update(profile, async (current) => {
      const next = await change(current);
      return next && pick(next);
    });
  const session = createSession({ store: { ...inner, update }, issuer: 'https://issuer.test', runtime });
  answers.push(...[1, 2, 3].map((n) => tokens(n)));
  expect(await session.onUnauthorized(await session.headers())).toBe(true);
  for (let call = 0; call < 5; call++) {
    expect(await rejection(session.onUnauthorized(await session.headers()))).toMatchObject({ code: 'access_denied' });
  }
  expect(posts).toHaveLength(1);
});

describe('a success that brings a refresh token and no access token', () => {
  test('fails, but the refresh token is stored, and sent the next time', async () => {
    const { session, store, posts, answers, pass } = setUp();
    answers.push(refreshOnly(1), tokens(2));
    expect(await rejection(session.headers())).toMatchObject({
      code: 'refresh_failed',
      message: expect.stringMatching(
        /no usable access token\. The refresh token that it sent is kept; try again in 30 s/,
      ),
    });
    const { refreshFailure, ...rest } = (await store.read('default')) ?? {};
    expect(rest).toEqual({ ...credentials(-MINUTE), refreshToken: 'rt-CANARY-1' });
    expect(refreshFailure).toMatchObject({ code: 'empty_reply', retryAt: NOW + 30_000 });
    pass(MINUTE);
    expect((await session.headers()).authorization).toBe(`Bearer ${fresh(2)}`);
    expect(sent(posts)).toEqual(['rt-CANARY-0', 'rt-CANARY-1']);
  });

  test.each([
    ['with a new refresh token', () => refreshOnly(1)],
    ['with nothing at all', () => Response.json({})],
  ])('is not asked for again at once: %s', async (_name, answer) => {
    const { session, posts, answers, pass } = setUp();
    answers.push(answer(), tokens(2));
    for (let call = 0; call < 20; call++) {
      expect(await rejection(session.headers())).toMatchObject({ code: 'refresh_failed' });
      pass(1_000);
    }
    expect(posts.length).toBe(1);
    pass(11_000);
    await session.headers();
    expect(posts.length).toBe(2);
  });

  test('leaves an access token that still works in use', async () => {
    const initial = credentials(4 * MINUTE);
    const { session, answers } = setUp(initial);
    answers.push(refreshOnly(1));
    expect((await session.headers()).authorization).toBe(`Bearer ${initial.accessToken}`);
  });

  test('is kept in memory when the store does not take it', async () => {
    const { session, store, disk, fills, posts, answers, pass } = setUp();
    answers.push(fills(refreshOnly(1)), tokens(2));
    expect(await rejection(session.headers())).toMatchObject({ code: 'store_unwritable' });
    disk.full = false;
    expect(await rejection(session.headers())).toMatchObject({ code: 'refresh_failed' });
    expect(await store.read('default')).toMatchObject({ refreshToken: 'rt-CANARY-1' });
    pass(MINUTE);
    await session.headers();
    expect(sent(posts)).toEqual(['rt-CANARY-0', 'rt-CANARY-1']);
  });
});
