import { expect, test } from 'vitest';
import { createSession } from '../../src/auth/session';
import { AuthStoreError } from '../../src/shared/auth-store-error';
import type { AuthStore } from '../../src/stores/auth-store';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { accessToken, createWorld, credentials, MINUTE, rejection } from './harness';

function setUp() {
  const world = createWorld();
  const inner = memoryAuthStore(credentials(60 * MINUTE));
  const disk = { reads: 0, updates: 0, broken: false };
  const store: AuthStore = {
    ...inner,
    async read(profile) {
      disk.reads += 1;
      if (disk.broken) throw new AuthStoreError({ code: 'unreadable', message: 'disk broken' });
      return inner.read(profile);
    },
    update(profile, change) {
      disk.updates += 1;
      return inner.update(profile, change);
    },
  };
  const { runtime, logger } = world;
  const session = createSession({ store, issuer: 'https://issuer.test', runtime, logger });
  return { ...world, disk, store: inner, session };
}

const OTHER = credentials(60 * MINUTE, { accessToken: accessToken(60 * MINUTE, { accountId: 'acct-2' }) });

test('another login in the store is noticed within 30 s', async () => {
  const { session, store, pass } = setUp();
  const before = await session.headers();
  await store.update('default', async () => OTHER);
  pass(29_000);
  expect(await session.headers()).toEqual(before);
  pass(1_000);
  expect(await session.headers()).toMatchObject({ 'chatgpt-account-id': 'acct-2' });
});

test('a logout is noticed within 30 s, and a login after it at once', async () => {
  const { session, store, pass } = setUp();
  await session.headers();
  await store.update('default', async () => undefined);
  pass(30_000);
  expect(await rejection(session.headers())).toMatchObject({ code: 'not_logged_in' });
  expect(await rejection(session.headers())).toMatchObject({ code: 'not_logged_in' });
  await store.update('default', async () => OTHER);
  expect(await session.headers()).toMatchObject({ 'chatgpt-account-id': 'acct-2' });
});

test('costs one read for everybody who waits, no lock and no request', async () => {
  const { session, disk, posts, pass } = setUp();
  await session.headers();
  pass(30_000);
  await Promise.all(Array.from({ length: 50 }, () => session.headers()));
  expect(disk).toMatchObject({ reads: 2, updates: 0 });
  expect(posts).toEqual([]);
});

test('a clock that was set back does not put it off', async () => {
  const { session, store, pass } = setUp();
  await session.headers();
  await store.update('default', async () => OTHER);
  pass(-60 * MINUTE);
  expect(await session.headers()).toMatchObject({ 'chatgpt-account-id': 'acct-2' });
});

test('a store that cannot be read again leaves the login in use while it lasts, with a warning', async () => {
  const { session, disk, warned, pass } = setUp();
  const before = await session.headers();
  disk.broken = true;
  pass(30_000);
  expect(await session.headers()).toEqual(before);
  expect(await session.headers()).toEqual(before);
  expect(disk.reads).toBe(2);
  expect(warned).toMatchObject([{ details: { reason: expect.stringContaining('disk broken') } }]);
  expect(await rejection(session.onUnauthorized(before))).toMatchObject({ code: 'store_unreadable' });
  pass(60 * MINUTE);
  expect(await rejection(session.headers())).toMatchObject({ code: 'store_unreadable' });
});
