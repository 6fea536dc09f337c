import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { refreshLogin } from '../../src/auth/refresh-login';
import type { AuthStore } from '../../src/stores/auth-store';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { startWorld } from './login-world';

const MINUTE = 60_000;

async function setUp(expiresInMs: number) {
  const world = await startWorld();
  const { emulator, runtime } = world;
  const { lastRefreshAt: _fresh, ...login } = emulator.login({ expiresInMs });
  const authStore = memoryAuthStore(login);
  const refresh = (force?: boolean) =>
    refreshLogin({ authStore, issuer: emulator.issuer, ...(force !== undefined && { force }) }, { runtime });
  return { ...world, login, authStore, refresh };
}

test('a login that lasts is given as it is', async () => {
  const { refresh, login, sent } = await setUp(60 * MINUTE);
  expect((await refresh()).accessToken).toBe(login.accessToken);
  expect(sent).toEqual([]);
});

test('a login about to expire is renewed and stored', async () => {
  const { refresh, login, sent, authStore } = await setUp(MINUTE);
  const renewed = await refresh();
  expect(renewed.accessToken).not.toBe(login.accessToken);
  expect(await authStore.read('default')).toEqual(renewed);
  expect(sent.map(({ path }) => path)).toEqual(['/oauth/token']);
});

test('with force it is renewed before that, but not twice in a row', async () => {
  const { refresh, login, sent } = await setUp(60 * MINUTE);
  const renewed = await refresh(true);
  expect(renewed.accessToken).not.toBe(login.accessToken);
  expect((await refresh(true)).accessToken).toBe(renewed.accessToken);
  expect(sent).toHaveLength(1);
});

test('what it gives prints itself without its tokens, whatever the store gives back', async () => {
  const { emulator, runtime, login, authStore } = await setUp(MINUTE);
  const copying: AuthStore = {
    ...authStore,
    read: async (profile) => JSON.parse(JSON.stringify(await authStore.read(profile))),
    update: async (profile, change) => JSON.parse(JSON.stringify(await authStore.update(profile, change))),
  };
  const renewed = await refreshLogin({ authStore: copying, issuer: emulator.issuer }, { runtime });
  expect(renewed.accessToken).not.toBe(login.accessToken);
  expect(inspect(renewed)).not.toContain(renewed.accessToken);
  expect(inspect(renewed)).not.toContain(renewed.refreshToken);
});

test('nobody logged in is an error', async () => {
  const { emulator, runtime } = await startWorld();
  const refresh = refreshLogin({ authStore: memoryAuthStore(), issuer: emulator.issuer }, { runtime });
  await expect(refresh).rejects.toMatchObject({ code: 'not_logged_in' });
});
