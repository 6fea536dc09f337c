import { expect, test } from 'vitest';
import { assertSavable, type SaveContext, saveLogin } from '../../src/auth/save-login';
import { AuthStoreError } from '../../src/shared/auth-store-error';
import { DEFAULT_CLIENT_ID } from '../../src/shared/constants';
import type { OAuthCredentials } from '../../src/shared/credentials';
import type { AuthStore } from '../../src/stores/auth-store';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { type LoginWorld, rejection, startWorld } from './login-world';

const REVOKE = '/oauth/revoke';

function contextOf({ issuer, runtime, logger }: LoginWorld, authStore: AuthStore): SaveContext {
  return { authStore, profile: 'default', issuer, clientId: DEFAULT_CLIENT_ID, runtime, logger };
}

/** A world with an old login in its store, and a new one to save. */
async function startWithLogins(more: Partial<OAuthCredentials> = {}) {
  const world = await startWorld();
  const [old, fresh] = [world.emulator.login(), world.emulator.login()];
  for (const token of [old.accessToken, old.refreshToken, fresh.accessToken, fresh.refreshToken]) {
    world.secrets.add(token ?? '');
  }
  const stateOf = ({ refreshToken = '' }: OAuthCredentials) => world.emulator.tokens.refreshTokenState(refreshToken);
  return { world, old, fresh, store: memoryAuthStore({ ...old, ...more }), stateOf };
}

/** `store`, whose updates fail `times` times: before they run, or `afterwards`, when the new record is stored. */
function failing(store: AuthStore, times: number, { afterwards = false, error = new Error('The disk is full.') } = {}) {
  let updates = 0;
  const update: AuthStore['update'] = async (profile, change) => {
    updates += 1;
    const fails = updates <= times;
    if (!fails || afterwards) {
      const stored = await store.update(profile, change);
      if (!fails) return stored;
    }
    throw error;
  };
  return { store: { ...store, update }, updates: () => updates };
}

test('the new login is stored first, and the old one revoked when it is there', async () => {
  const { world, old, fresh, store, stateOf } = await startWithLogins();
  let storedAtRevocation: OAuthCredentials | undefined;
  world.emulator.oauth.revokeReply(async () => {
    storedAtRevocation = await store.read('default');
    return {};
  });
  expect(await saveLogin(fresh, contextOf(world, store))).toEqual(fresh);
  expect(storedAtRevocation).toEqual(fresh);
  expect(world.sent.map(({ path, params }) => [path, params.token])).toEqual([[REVOKE, old.refreshToken]]);
  expect([stateOf(old), stateOf(fresh)]).toEqual(['revoked', 'fresh']);
});

test('where nothing was stored nothing is revoked', async () => {
  const { world, fresh } = await startWithLogins();
  const store = memoryAuthStore();
  await saveLogin(fresh, contextOf(world, store));
  expect(await store.read('default')).toEqual(fresh);
  expect(world.paths()).toEqual([]);
});

test.each<[string, Partial<OAuthCredentials>]>([
  ['of another issuer', { issuer: 'https://other.test' }],
  ['of another client', { clientId: 'app_other' }],
])('a login %s is replaced and not revoked', async (_name, more) => {
  const { world, old, fresh, store, stateOf } = await startWithLogins(more);
  await saveLogin(fresh, contextOf(world, store));
  expect(await store.read('default')).toEqual(fresh);
  expect(world.paths()).toEqual([]);
  expect(stateOf(old)).toBe('fresh');
});

test('saving the same login again does not revoke it', async () => {
  const { world, old, store, stateOf } = await startWithLogins();
  await saveLogin({ ...old, email: 'new@example.com' }, contextOf(world, store));
  expect(world.paths()).toEqual([]);
  expect(stateOf(old)).toBe('fresh');
});

test('what is revoked is what was stored when it was replaced, not what was there at the start', async () => {
  const { world, old, fresh, store } = await startWithLogins();
  const context = contextOf(world, store);
  await assertSavable(context);
  const renewed = { ...old, refreshToken: world.emulator.tokens.rotate(old.refreshToken ?? '').refreshToken ?? '' };
  await store.update('default', async () => renewed);
  await saveLogin(fresh, context);
  expect(world.sent.map(({ params }) => params.token)).toEqual([renewed.refreshToken]);
});

test('nor what was there at a try that failed', async () => {
  const { world, old, fresh, store } = await startWithLogins();
  const renewed = { ...old, refreshToken: world.emulator.tokens.rotate(old.refreshToken ?? '').refreshToken ?? '' };
  let updates = 0;
  const update: AuthStore['update'] = async (profile, change) => {
    updates += 1;
    if (updates > 1) return store.update(profile, change);
    await change(await store.read(profile));
    await store.update(profile, async () => renewed);
    throw new AuthStoreError({ code: 'lock_lost', message: 'Somebody took over.' });
  };
  await saveLogin(fresh, contextOf(world, { ...store, update }));
  expect(world.sent.map(({ params }) => params.token)).toEqual([renewed.refreshToken]);
});

test('a revocation that fails is no error', async () => {
  const { world, fresh, store } = await startWithLogins();
  world.emulator.oauth.revokeReply({ status: 500 });
  expect(await saveLogin(fresh, contextOf(world, store))).toEqual(fresh);
  expect(await store.read('default')).toEqual(fresh);
});

test('a store that fails twice is tried again', async () => {
  const { world, old, fresh, store } = await startWithLogins();
  const flaky = failing(store, 2);
  await saveLogin(fresh, contextOf(world, flaky.store));
  expect(await store.read('default')).toEqual(fresh);
  expect(world.pauses).toEqual([250, 1_000]);
  expect(world.logged).toMatchObject([
    { message: expect.stringContaining('tried again') },
    { message: expect.stringContaining('tried again') },
    { message: 'A login was revoked.' },
  ]);
  expect(world.sent.map(({ params }) => params.token)).toEqual([old.refreshToken]);
});

test('a store that never works is an error; the new login is revoked, the old one stays', async () => {
  const { world, old, fresh, store, stateOf } = await startWithLogins();
  const error = new AuthStoreError({ code: 'unwritable', message: 'The disk is full.' });
  const broken = failing(store, Number.POSITIVE_INFINITY, { error });
  const failure = await rejection(saveLogin(fresh, contextOf(world, broken.store)));
  expect(failure).toMatchObject({ code: 'store_unwritable', message: expect.stringContaining('The disk is full.') });
  expect(broken.updates()).toBe(4);
  expect(world.pauses).toEqual([250, 1_000, 4_000]);
  expect(await store.read('default')).toEqual(old);
  expect([stateOf(old), stateOf(fresh)]).toEqual(['fresh', 'revoked']);
  expect(world.leaked(failure, world.logged)).toEqual([]);
});

test('what a driver says about the record it could not write is not repeated', async () => {
  const { world, fresh, store } = await startWithLogins();
  const error = Object.assign(new Error(`SET ${JSON.stringify(fresh)}`), { args: [fresh.refreshToken] });
  const broken = failing(store, Number.POSITIVE_INFINITY, { error });
  const failure = await rejection(saveLogin(fresh, contextOf(world, broken.store)));
  expect(failure).toMatchObject({ code: 'store_unwritable' });
  expect(world.leaked(failure, world.logged)).toEqual([]);
});

test('a login that was stored although the store failed is not revoked, and the old one is', async () => {
  const { world, old, fresh, store, stateOf } = await startWithLogins();
  const flaky = failing(store, Number.POSITIVE_INFINITY, { afterwards: true });
  expect(await saveLogin(fresh, contextOf(world, flaky.store))).toEqual(fresh);
  expect([stateOf(old), stateOf(fresh)]).toEqual(['revoked', 'fresh']);
});

test('nor is one of which nobody knows, because the store cannot be read either', async () => {
  const { world, fresh, store, stateOf } = await startWithLogins();
  const flaky = failing(store, Number.POSITIVE_INFINITY, { afterwards: true }).store;
  const cut = async () => {
    throw new AuthStoreError({ code: 'unreadable', message: 'The connection is gone.' });
  };
  const failure = await rejection(saveLogin(fresh, contextOf(world, { ...flaky, read: cut })));
  expect(failure).toMatchObject({ code: 'store_unwritable' });
  expect(world.paths()).toEqual([]);
  expect(stateOf(fresh)).toBe('fresh');
  expect(await store.read('default')).toEqual(fresh);
});

test('so is one that a later try finds stored', async () => {
  const { world, old, fresh, store, stateOf } = await startWithLogins();
  const flaky = failing(store, 1, { afterwards: true });
  expect(await saveLogin(fresh, contextOf(world, flaky.store))).toEqual(fresh);
  expect([stateOf(old), stateOf(fresh)]).toEqual(['revoked', 'fresh']);
});

test('a store is asked whether it takes a login without changing anything', async () => {
  const { world, old, store, stateOf } = await startWithLogins();
  await assertSavable(contextOf(world, store));
  expect(await store.read('default')).toEqual(old);
  expect(world.paths()).toEqual([]);
  expect(stateOf(old)).toBe('fresh');
});

test.each<[AuthStoreError['code'], string]>([
  ['unwritable', 'store_unwritable'],
  ['lock_timeout', 'store_unwritable'],
  ['unsafe_file', 'store_unreadable'],
])('a store that says %s takes none', async (code, expected) => {
  const { world, store } = await startWithLogins();
  const error = new AuthStoreError({ code, message: 'Why.' });
  const broken = failing(store, Number.POSITIVE_INFINITY, { error });
  const failure = await rejection(assertSavable(contextOf(world, broken.store)));
  expect(failure).toMatchObject({ code: expected, message: expect.stringContaining('Why.'), cause: error });
  expect(broken.updates()).toBe(1);
});

test('a damaged record that its store sets aside is no reason to refuse a login, and is warned about', async () => {
  const { world, store } = await startWithLogins();
  const error = new AuthStoreError({ code: 'corrupt', message: 'It was set aside.' });
  const damaged = failing(store, 1, { error });
  await assertSavable(contextOf(world, damaged.store));
  expect(world.logged).toEqual([{ message: 'It was set aside.', details: { profile: 'default' } }]);
  const forever = failing(store, Number.POSITIVE_INFINITY, { error });
  expect(await rejection(assertSavable(contextOf(world, forever.store)))).toMatchObject({ code: 'store_unreadable' });
  expect(forever.updates()).toBe(2);
});
