import { describe, expect, test } from 'vitest';
import { createSession } from '../../src/auth/session';
import { AuthStoreError } from '../../src/shared/auth-store-error';
import type { Runtime } from '../../src/shared/runtime';
import type { AuthStore } from '../../src/stores/auth-store';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { accessToken, createWorld, credentials, MINUTE, rejection, tokens } from './harness';

const FRESH = (n: number) => `Bearer ${accessToken(60 * MINUTE, { jti: `fresh-${n}` })}`;

/** A session whose time limits come when the test says so, and whose issuer answers its first request when told to. */
function setUp(initial = credentials(-MINUTE)) {
  const world = createWorld();
  const inner = memoryAuthStore(initial);
  const disk = { full: false, beforeWrite: async () => {} };
  const update: AuthStore['update'] = (profile, change) =>
    inner.update(profile, async (current) => {
      const next = await change(current);
      await disk.beforeWrite();
      if (disk.full) throw new AuthStoreError({ code: 'unwritable', message: 'full' });
      return next;
    });
  const limits = new Map<number, () => void>();
  const sleep: Runtime['sleep'] = (ms, signal, options) => {
    if (options?.keepAlive) return world.runtime.sleep(ms, signal, options);
    return new Promise((resolve) => limits.set(ms, resolve));
  };
  const runtime = { ...world.runtime, sleep };
  const open = () =>
    createSession({ store: { ...inner, update }, issuer: 'https://issuer.test', runtime, logger: world.logger });
  let answer: (response: Response) => void = () => {};
  world.answers.push(() => new Promise<Response>((resolve) => (answer = resolve)));
  const session = open();

  /** Asks for headers and waits until the limit of `ms` is the one that is waited for. */
  const askUntil = async (ms: number) => {
    const asked = session.headers();
    asked.catch(() => {});
    await expect.poll(() => limits.has(29_000)).toBe(true);
    if (ms > 29_000) limits.get(29_000)?.();
    if (ms > 29_000) await expect.poll(() => limits.has(1_000)).toBe(true);
    if (ms > 30_000) limits.get(1_000)?.();
    return asked;
  };
  const stored = () => inner.read('default');
  return { ...world, store: inner, disk, stored, open, session, askUntil, answer: (one: Response) => answer(one) };
}

const later = { code: 'refresh_failed', message: expect.stringMatching(/within 30 s.*try again in 30 s/) };

test('an answer that is read in the last second counts: the process may have stood still until then', async () => {
  const { askUntil, answer, posts } = setUp();
  const asked = askUntil(30_000);
  await expect.poll(() => posts.length).toBe(1);
  answer(tokens(1));
  expect((await asked).authorization).toBe(FRESH(1));
});

describe('an answer that comes when nobody waits for it any more', () => {
  test('is stored, and used by everybody; until then nobody presents the token again', async () => {
    const { askUntil, answer, stored, session, open, posts, pass } = setUp();
    expect(await rejection(askUntil(31_000))).toMatchObject(later);
    expect((await stored())?.refreshFailure).toMatchObject({ code: 'timeout', permanent: false });
    for (const caller of [session, open()]) {
      pass(14_000);
      expect(await rejection(caller.headers())).toMatchObject({
        code: 'refresh_failed',
        message: expect.stringMatching(/in time|within 30 s/),
      });
    }
    answer(tokens(1));
    await expect.poll(stored).toMatchObject({ refreshToken: 'rt-CANARY-1' });
    expect(await stored()).not.toHaveProperty('refreshFailure');
    for (const caller of [session, open()]) expect((await caller.headers()).authorization).toBe(FRESH(1));
    expect(posts).toHaveLength(1);
  });

  test('without an access token leaves its refresh token', async () => {
    const { askUntil, answer, answers, stored, session, posts, pass } = setUp();
    await rejection(askUntil(31_000));
    answer(Response.json({ refresh_token: 'rt-CANARY-1' }));
    await expect.poll(stored).toMatchObject({ refreshToken: 'rt-CANARY-1' });
    answers.push(tokens(2));
    pass(MINUTE);
    expect((await session.headers()).authorization).toBe(FRESH(2));
    expect(posts.map(({ body }) => body.refresh_token)).toEqual(['rt-CANARY-0', 'rt-CANARY-1']);
  });

  test('is stored once the store takes it', async () => {
    const { askUntil, answer, stored, session, disk, posts, pauses, logged, pass } = setUp();
    await rejection(askUntil(31_000));
    disk.full = true;
    answer(tokens(1));
    await expect.poll(() => JSON.stringify(logged)).toContain('came late');
    expect(pauses).toEqual([0, 250, 1_000, 4_000]);
    expect(JSON.stringify(logged)).not.toContain('CANARY');
    disk.full = false;
    pass(MINUTE);
    expect((await session.headers()).authorization).toBe(FRESH(1));
    expect(await stored()).toMatchObject({ refreshToken: 'rt-CANARY-1' });
    expect(posts).toHaveLength(1);
  });

  test('heals what a second request spoilt', async () => {
    const { askUntil, answer, answers, stored, session, posts, pass } = setUp();
    await rejection(askUntil(31_000));
    answers.push(Response.json({ error: 'refresh_token_reused' }, { status: 401 }));
    pass(31_000);
    expect(await rejection(session.headers())).toMatchObject({ code: 'relogin_required' });
    answer(tokens(1));
    await expect.poll(stored).toMatchObject({ refreshToken: 'rt-CANARY-1' });
    expect((await session.headers()).authorization).toBe(FRESH(1));
    expect(posts).toHaveLength(2);
  });

  test('does not take the place of that of a second request', async () => {
    const { askUntil, answer, answers, stored, session, pass } = setUp();
    await rejection(askUntil(31_000));
    answers.push(tokens(2));
    pass(31_000);
    await session.headers();
    answer(tokens(1));
    await new Promise((resolve) => setImmediate(resolve));
    expect((await session.headers()).authorization).toBe(FRESH(2));
    expect(await stored()).toMatchObject({ refreshToken: 'rt-CANARY-2' });
  });

  test('does not take the place of that of a second request which is still to be stored', async () => {
    const { askUntil, answer, answers, stored, session, disk, pass } = setUp();
    await rejection(askUntil(31_000));
    answers.push(() => {
      disk.full = true;
      return tokens(2);
    });
    pass(31_000);
    await session.headers();
    answer(tokens(1));
    await new Promise((resolve) => setImmediate(resolve));
    disk.full = false;
    pass(6_000);
    expect((await session.headers()).authorization).toBe(FRESH(2));
    expect(await stored()).toMatchObject({ refreshToken: 'rt-CANARY-2' });
  });

  test('while it is stored that there was none, is stored after that', async () => {
    const { askUntil, answer, stored, disk, posts, logged } = setUp();
    let writes = 0;
    disk.beforeWrite = async () => {
      writes += 1;
      if (writes !== 2) return;
      answer(tokens(1));
      await expect.poll(() => JSON.stringify(logged)).toContain('Refreshed');
    };
    expect((await askUntil(31_000)).authorization).toBe(FRESH(1));
    expect(await stored()).toMatchObject({ refreshToken: 'rt-CANARY-1' });
    expect(posts).toHaveLength(1);
  });

  test('does not take the place of another login', async () => {
    const { askUntil, answer, stored, store, session } = setUp();
    await rejection(askUntil(31_000));
    const theirs = credentials(60 * MINUTE, { refreshToken: 'rt-CANARY-theirs' });
    await store.update('default', async () => theirs);
    answer(tokens(1));
    await new Promise((resolve) => setImmediate(resolve));
    expect((await session.headers()).authorization).toBe(`Bearer ${theirs.accessToken}`);
    expect(await stored()).toEqual(theirs);
  });

  test('and refuses, says nothing', async () => {
    const { askUntil, answer, answers, stored, session, posts, warned, pass } = setUp();
    await rejection(askUntil(31_000));
    answer(new Response('', { status: 503 }));
    await new Promise((resolve) => setImmediate(resolve));
    expect((await stored())?.refreshFailure).toMatchObject({ code: 'timeout' });
    expect(warned).toEqual([]);
    answers.push(tokens(1));
    pass(31_000);
    expect((await session.headers()).authorization).toBe(FRESH(1));
    expect(posts).toHaveLength(2);
  });
});
