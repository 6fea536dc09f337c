import { describe, expect, test } from 'vitest';
import { createSession, type SessionOptions } from '../../src/auth/session';
import { AuthStoreError } from '../../src/shared/auth-store-error';
import type { RefreshFailure } from '../../src/shared/credentials';
import type { AuthStore } from '../../src/stores/auth-store';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { accessToken, createWorld, credentials, MINUTE, NOW, presented, rejection, tokens } from './harness';

function setUp(initial = credentials(-MINUTE), wrap = (store: AuthStore) => store) {
  const world = createWorld();
  const inner = memoryAuthStore(initial);
  const store = wrap(inner);
  const { runtime, logger } = world;
  /** Another session over the same store: a sibling process, as far as the store can tell. */
  const open = () => createSession({ store, issuer: 'https://issuer.test', runtime, logger });
  return { ...world, store: inner, open, session: open() };
}

const FRESH = `Bearer ${accessToken(60 * MINUTE, { jti: 'fresh-1' })}`;
const gone = () => Response.json({ error: { code: 'refresh_token_reused' } }, { status: 401 });
const busy = (headers = {}) => new Response('', { status: 503, headers });

test.each([
  ['for good', gone, 'relogin_required'],
  ['for now', busy, 'refresh_failed'],
])('two who wait for the same refusal %s learn it from one request', async (_name, answer, code) => {
  const { session, open, posts, answers } = setUp();
  answers.push(answer());
  const both = await Promise.all([session, open()].map((caller) => rejection(caller.headers())));
  expect(both).toMatchObject([{ code }, { code }]);
  expect(posts).toHaveLength(1);
});

describe('a refusal for good', () => {
  test('is stored, so that nobody presents the token again', async () => {
    const { session, open, store, posts, answers, pass } = setUp();
    answers.push(gone());
    for (const caller of [session, open(), session, open()]) {
      expect(await rejection(caller.headers())).toMatchObject({
        code: 'relogin_required',
        message: expect.stringMatching(/refresh_token_reused.*codex login/),
      });
      pass(24 * 60 * MINUTE);
    }
    expect(posts).toHaveLength(1);
    expect((await store.read('default'))?.refreshFailure).toEqual({
      fingerprint: await presented('rt-CANARY-0'),
      code: 'refresh_token_reused',
      at: NOW,
      permanent: true,
    });
  });

  test('leaves an access token in use that still works, with one warning a session', async () => {
    const initial = credentials(4 * MINUTE);
    const { session, open, posts, answers, warned, pass } = setUp(initial);
    const sibling = open();
    answers.push(gone());
    for (const caller of [session, session, sibling, sibling]) {
      expect((await caller.headers()).authorization).toBe(`Bearer ${initial.accessToken}`);
      pass(31_000);
    }
    expect(warned).toHaveLength(2);
    expect(warned).toMatchObject(Array(2).fill({ details: { code: 'relogin_required' } }));
    pass(4 * MINUTE);
    expect(await rejection(session.headers())).toMatchObject({ code: 'relogin_required' });
    expect(posts).toHaveLength(1);
  });

  test('ends a refused access token that would last for longer', async () => {
    const { session, open, posts, answers } = setUp(credentials(60 * MINUTE));
    answers.push(gone());
    const refused = await session.headers();
    expect(await rejection(session.onUnauthorized(refused))).toMatchObject({ code: 'relogin_required' });
    expect(await rejection(open().onUnauthorized(refused))).toMatchObject({ code: 'relogin_required' });
    expect(posts).toHaveLength(1);
  });

  test('is over with another login', async () => {
    const { session, open, store, posts, answers } = setUp();
    answers.push(gone(), tokens(1));
    await rejection(session.headers());
    const { refreshFailure } = (await store.read('default')) ?? {};
    await store.update(
      'default',
      async () => ({ ...credentials(-MINUTE, { refreshToken: 'rt-CANARY-new' }), refreshFailure }) as never,
    );
    expect((await open().headers()).authorization).toBe(FRESH);
    expect(posts.map(({ body }) => body.refresh_token)).toEqual(['rt-CANARY-0', 'rt-CANARY-new']);
    expect(await store.read('default')).not.toHaveProperty('refreshFailure');
  });

  test('is what happened even when the store does not take it', async () => {
    let full = false;
    const { session, open, posts, answers } = setUp(credentials(-MINUTE), (inner) => ({
      ...inner,
      update: (profile, change) =>
        inner.update(profile, async (current) => {
          const next = await change(current);
          if (full && next !== current) throw new AuthStoreError({ code: 'unwritable', message: 'full' });
          return next;
        }),
    }));
    answers.push(() => {
      full = true;
      return gone();
    });
    for (let call = 0; call < 2; call++) {
      expect(await rejection(session.headers())).toMatchObject({ code: 'relogin_required' });
    }
    expect(posts).toHaveLength(1);
    full = false;
    answers.push(gone());
    expect(await rejection(open().headers())).toMatchObject({ code: 'relogin_required' });
    expect(posts).toHaveLength(2); // nobody could know
  });
});

describe('a refusal of a wrong setting', () => {
  test.each<[string, Partial<SessionOptions>, () => Response]>([
    ['issuer', { issuer: 'https://other.test' }, () => Response.json({ error: 'token_expired' }, { status: 401 })],
    ['clientId', { clientId: 'app_other' }, () => Response.json({ error: 'invalid_grant' }, { status: 400 })],
  ])('ends with the setting: %s', async (_name, wrong, answer) => {
    const { runtime, store, open, posts, answers } = setUp();
    answers.push(answer(), tokens(1));
    const misled = () => createSession({ store, issuer: 'https://issuer.test', runtime, ...wrong });
    for (const session of [misled(), misled()]) {
      expect(await rejection(session.headers())).toMatchObject({ code: 'relogin_required' });
    }
    expect(posts).toHaveLength(1);
    expect((await open().headers()).authorization).toBe(FRESH);
    expect(posts).toHaveLength(2);
  });

  test('is none of another client than the one that the record names', async () => {
    const { runtime, store, open, posts, answers } = setUp(credentials(-MINUTE, { clientId: 'app_mine' }));
    answers.push(gone());
    await rejection(open().headers());
    const other = createSession({ store, issuer: 'https://issuer.test/', clientId: 'app_other', runtime });
    expect(await rejection(other.headers())).toMatchObject({ code: 'relogin_required' });
    expect(posts).toHaveLength(1);
  });

  test('of the client says which one to look at', async () => {
    const { session, open, posts, answers, pass } = setUp();
    answers.push(Response.json({ error: 'unauthorized_client' }, { status: 401 }), tokens(1));
    for (const caller of [session, open()]) {
      expect(await rejection(caller.headers())).toMatchObject({
        code: 'refresh_failed',
        message: expect.stringMatching(/unauthorized_client.*`clientId` setting.*The login is kept/),
      });
    }
    pass(1_000);
    expect((await session.headers()).authorization).toBe(FRESH);
    expect(posts).toHaveLength(2);
  });
});

describe('a refusal for now, with an expired token', () => {
  /** At which milliseconds, from the first attempt, a token was presented while somebody asked every 250 ms. */
  async function attempts(answer: () => Response | Error, forMs: number, everybody = false) {
    const { session, open, posts, answers, pass } = setUp();
    const at: number[] = [];
    for (let ms = 0; ms <= forMs; ms += 250) {
      const before = posts.length;
      answers.splice(0, answers.length, answer());
      const error = await rejection((everybody ? open() : session).headers());
      expect(error).toMatchObject({ code: 'refresh_failed', message: expect.stringMatching(/try again in \d+ s/) });
      if (posts.length > before) at.push(ms);
      pass(250);
    }
    return at;
  }

  test.each([
    ['one session', false],
    ['a new process each time', true],
  ])('is tried again after 1, 2, 4 ... 60 s: %s', async (_name, everybody) => {
    const seconds = [0, 1, 3, 7, 15, 31, 63, 123, 183, 243];
    expect(await attempts(() => busy(), 250_000, everybody)).toEqual(seconds.map((second) => second * 1000));
  });

  test('without an answer, too, in one process', async () => {
    expect(await attempts(() => new Error('offline'), 8_000)).toEqual([0, 1_000, 3_000, 7_000]);
  });

  test('without an answer says nothing to others, whose network may be another', async () => {
    const { session, open, store, posts, answers } = setUp();
    answers.push(new Error('offline'), tokens(1));
    await rejection(session.headers());
    expect(await store.read('default')).toEqual(credentials(-MINUTE));
    expect((await open().headers()).authorization).toBe(FRESH);
    expect(posts).toHaveLength(2);
    expect((await session.headers()).authorization).toBe(FRESH); // adopted, without a request
    expect(posts).toHaveLength(2);
  });

  test.each([
    ['in seconds', () => busy({ 'retry-after': '20' }), 20_000],
    ['as a date', () => busy({ 'retry-after': new Date(NOW + 20_000).toUTCString() }), 20_000],
    ['longer than an hour', () => busy({ 'retry-after': '86400' }), 3_600_000],
    ['but 30 s after a page of a gateway', () => new Response('<html>', { status: 401 }), 30_000],
    ['shorter than the pause', () => busy({ 'retry-after': '0' }), 1_000],
  ])('waits as long as Retry-After says, %s', async (_name, answer, ms) => {
    const { session, open, posts, answers, pass } = setUp();
    answers.push(answer(), tokens(1));
    await rejection(session.headers());
    pass(ms - 1);
    await rejection(session.headers());
    expect(await rejection(open().headers())).toMatchObject({
      code: 'refresh_failed',
      message: expect.stringMatching(/(503|401).*try again in 1 s/),
    });
    expect(posts).toHaveLength(1);
    pass(1);
    expect((await open().headers()).authorization).toBe(FRESH);
    expect(posts).toHaveLength(2);
  });

  test('of a redirect says so to others as well', async () => {
    const { session, open, answers } = setUp();
    answers.push(new Response('', { status: 302, headers: { location: 'https://evil.test/CANARY' } }));
    for (const caller of [session, open()]) {
      const error = await rejection(caller.headers());
      expect(error).toMatchObject({
        code: 'refresh_failed',
        message: expect.stringContaining('redirected the request'),
      });
      expect(String(error)).not.toContain('CANARY');
    }
  });

  test('begins anew after a success', async () => {
    const { session, store, posts, answers, pass } = setUp();
    answers.push(busy(), busy(), tokens(1, { access_token: accessToken(6 * MINUTE) }), busy(), tokens(2));
    await rejection(session.headers());
    pass(1_000);
    await rejection(session.headers());
    pass(2_000);
    await session.headers();
    expect(await store.read('default')).not.toHaveProperty('refreshFailure');
    pass(10 * MINUTE);
    await rejection(session.headers());
    expect((await store.read('default'))?.refreshFailure?.retryAt).toBe(NOW + 3_000 + 10 * MINUTE + 1_000);
    expect(posts).toHaveLength(4);
  });

  test('begins anew after a success that brought no refresh token', async () => {
    const { session, answers, pass } = setUp();
    const kept = tokens(1, { access_token: accessToken(6 * MINUTE), refresh_token: undefined });
    answers.push(new Error('offline'), kept, new Error('offline'));
    await rejection(session.headers());
    pass(1_000);
    await session.headers();
    pass(10 * MINUTE);
    expect(await rejection(session.headers())).toMatchObject({ message: expect.stringContaining('again in 1 s') });
  });

  test('because of the country pauses like any other', async () => {
    const { session, open, posts, answers, pass } = setUp();
    const region = Response.json({ error: { code: 'unsupported_country_region_territory' } }, { status: 403 });
    answers.push(region, tokens(1));
    for (const caller of [session, open()]) {
      expect(await rejection(caller.headers())).toMatchObject({
        code: 'region_blocked',
        message: expect.stringContaining('the login is kept'),
      });
    }
    expect(posts).toHaveLength(1);
    pass(1_000);
    expect((await session.headers()).authorization).toBe(FRESH);
  });
});

describe('a refusal for now, with a token that works', () => {
  test('is not repeated for 30 s by anybody', async () => {
    const { session, open, posts, answers, pass } = setUp(credentials(4 * MINUTE));
    answers.push(busy(), tokens(1));
    for (const caller of [session, open(), session, open(), session]) {
      await caller.headers();
      pass(5_999);
    }
    expect(posts).toHaveLength(1);
    pass(5);
    expect((await open().headers()).authorization).toBe(FRESH);
  });

  test('is repeated sooner for a token that the backend refuses', async () => {
    const { session, posts, answers, pass } = setUp(credentials(60 * MINUTE));
    answers.push(busy(), tokens(1));
    const refused = await session.headers();
    await rejection(session.onUnauthorized(refused));
    pass(999);
    expect(await rejection(session.onUnauthorized(refused))).toMatchObject({ code: 'refresh_failed' });
    expect(posts).toHaveLength(1);
    pass(1);
    expect(await session.onUnauthorized(refused)).toBe(true);
  });

  test('keeps nobody waiting once it has expired', async () => {
    const { session, posts, answers, pass } = setUp(credentials(2_000));
    answers.push(busy(), tokens(1));
    await session.headers();
    pass(2_000);
    expect((await session.headers()).authorization).toBe(FRESH);
    expect(posts).toHaveLength(2);
  });
});

describe('a failure whose times cannot be true', () => {
  const failure = async (more: Partial<RefreshFailure>): Promise<RefreshFailure> => ({
    fingerprint: await presented('rt-CANARY-0'),
    code: 'http_503',
    at: NOW,
    permanent: false,
    ...more,
  });

  test.each<[string, Partial<RefreshFailure>, number]>([
    ['a moment ago', { at: NOW - 500, retryAt: NOW + 500 }, 0],
    ['by a clock a little ahead', { at: NOW + 30_000, retryAt: NOW + 31_000 }, 0],
    [
      'by a clock far ahead, or before ours was set back',
      { at: NOW + 2 * MINUTE, retryAt: NOW + 2 * MINUTE + 1_000 },
      1,
    ],
    ['with a pause of days', { retryAt: NOW + 48 * 60 * MINUTE }, 1],
    ['without a time to try again', {}, 1],
    ['with nonsense', { at: 'soon' as never, retryAt: {} as never }, 1],
  ])('stored %s', async (_name, more, requests) => {
    const { session, posts, answers } = setUp(credentials(-MINUTE, { refreshFailure: await failure(more) }));
    answers.push(tokens(1));
    await session.headers().catch(() => {});
    expect(posts).toHaveLength(requests);
  });

  test.each([{ at: 'soon' as never, retryAt: NOW }, { retryAt: NOW - 5 }, {}])(
    'does not spoil the next pause: %o',
    async (more) => {
      const { session, store, answers } = setUp(credentials(-MINUTE, { refreshFailure: await failure(more) }));
      answers.push(busy());
      await rejection(session.headers());
      expect((await store.read('default'))?.refreshFailure).toMatchObject({ at: NOW, retryAt: NOW + 1_000 });
    },
  );

  test('of this process does not last when the clock is set back', async () => {
    const { session, posts, answers, pass } = setUp();
    answers.push(new Error('offline'), tokens(1));
    await rejection(session.headers());
    pass(-60 * 24 * 60 * MINUTE);
    await session.onUnauthorized(await session.headers()).catch(() => {});
    expect(posts).toHaveLength(2);
  });
});
