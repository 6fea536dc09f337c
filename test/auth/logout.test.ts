import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type LogoutOptions, logout } from '../../src/auth/logout';
import { createSession } from '../../src/auth/session';
import { AuthStoreError } from '../../src/shared/auth-store-error';
import type { OAuthCredentials } from '../../src/shared/credentials';
import type { AuthStore } from '../../src/stores/auth-store';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { fileAuthStore } from '../../src/stores/node/file-store';
import { type LoginWorld, rejection, startWorld } from './login-world';

const REVOKE = '/oauth/revoke';
const TOKEN = '/oauth/token';

function logOut({ issuer, runtime, logger }: LoginWorld, authStore: AuthStore, more: Partial<LogoutOptions> = {}) {
  return logout({ authStore, issuer, logger, ...more }, { runtime });
}

test('a login is deleted and then revoked', async () => {
  const world = await startWorld();
  const login = world.emulator.login();
  const store = memoryAuthStore({ default: login, work: world.emulator.login() });
  let storedAtRevocation: OAuthCredentials | undefined = login;
  world.emulator.oauth.revokeReply(async () => {
    storedAtRevocation = await store.read('default');
    return {};
  });
  await expect(logOut(world, store)).resolves.toBeUndefined();
  expect(await store.profiles()).toEqual(['work']);
  expect(storedAtRevocation).toBeUndefined();
  expect(world.paths()).toEqual([REVOKE]);
  expect(world.emulator.tokens.refreshTokenState(login.refreshToken ?? '')).toBe('revoked');
});

test('only the profile that is named is logged out', async () => {
  const world = await startWorld();
  const [own, work] = [world.emulator.login(), world.emulator.login()];
  const store = memoryAuthStore({ default: own, work });
  await logOut(world, store, { profile: 'work' });
  expect(await store.profiles()).toEqual(['default']);
  expect(world.sent[0]?.params.token).toBe(work.refreshToken);
  expect(world.emulator.tokens.refreshTokenState(own.refreshToken ?? '')).toBe('fresh');
});

test('where nothing is stored nothing is sent, nor written', async () => {
  const world = await startWorld();
  const unwritable: AuthStore = {
    ...memoryAuthStore(),
    readonly: true,
    update: () => Promise.reject(new AuthStoreError({ code: 'unwritable', message: 'Read-only.' })),
  };
  await logOut(world, memoryAuthStore(world.emulator.login()), { profile: 'work' });
  await logOut(world, unwritable);
  expect(world.paths()).toEqual([]);
});

test.each<[string, Partial<OAuthCredentials>]>([
  ['of another issuer', { issuer: 'https://other.test' }],
  ['of another client', { clientId: 'app_other' }],
])('a login %s is deleted and not revoked', async (_name, more) => {
  const world = await startWorld();
  const login = world.emulator.login();
  const store = memoryAuthStore({ ...login, ...more });
  await logOut(world, store);
  expect(await store.read('default')).toBeUndefined();
  expect(world.paths()).toEqual([]);
  expect(world.emulator.tokens.refreshTokenState(login.refreshToken ?? '')).toBe('fresh');
});

test('a login that does not say who made it is deleted and not revoked', async () => {
  const world = await startWorld();
  const { issuer: _issuer, clientId: _clientId, ...imported } = world.emulator.login();
  const store = memoryAuthStore(imported);
  await logOut(world, store);
  expect(await store.read('default')).toBeUndefined();
  expect(world.paths()).toEqual([]);
});

test.each([{ status: 500 }, { connection: 'reset' as const }])(
  'a revocation that fails is no error: %j',
  async (reply) => {
    const world = await startWorld();
    const store = memoryAuthStore(world.emulator.login());
    world.emulator.oauth.revokeReply(reply);
    await logOut(world, store);
    expect(await store.read('default')).toBeUndefined();
    expect(world.paths()).toEqual([REVOKE]);
  },
);

test('a stalled issuer holds a logout up for 10 s at most', async () => {
  const world = await startWorld();
  const store = memoryAuthStore(world.emulator.login());
  world.emulator.oauth.revokeReply(() => {
    world.expire();
    return { connection: 'stall' };
  });
  await logOut(world, store);
  expect(world.limits.map(({ ms }) => ms)).toEqual([10_000]);
  expect(await store.read('default')).toBeUndefined();
});

test('a refresh that is under way does not bring the login back, and the newest pair is revoked', async () => {
  const world = await startWorld();
  const store = memoryAuthStore(world.emulator.login({ expiresInMs: -1_000 }));
  const { issuer, runtime } = world;
  let loggedOut: Promise<void> | undefined;
  world.emulator.tokenReply(() => {
    loggedOut = logOut(world, store);
    return {};
  });
  await createSession({ store, issuer, runtime }).headers();
  await loggedOut;
  expect(await store.read('default')).toBeUndefined();
  expect(world.paths()).toEqual([TOKEN, REVOKE]);
  const [refresh, revocation] = world.sent.map(({ params }) => params);
  expect(revocation?.token).not.toBe(refresh?.refresh_token);
  expect(world.emulator.tokens.refreshTokenState(revocation?.token ?? '')).toBe('revoked');
});

test('a session of another process finds nobody logged in, and refreshes nothing', async () => {
  const world = await startWorld();
  const store = memoryAuthStore(world.emulator.login());
  const { issuer, runtime } = world;
  const session = createSession({ store, issuer, runtime });
  await session.headers();
  await logOut(world, store);
  world.advance(31_000);
  expect(await rejection(session.headers())).toMatchObject({ code: 'not_logged_in' });
  expect(world.paths()).toEqual([REVOKE]);
});

test('of a store that cannot be written nothing is deleted nor revoked; the error says where to log out', async () => {
  const world = await startWorld();
  const login = world.emulator.login();
  const cause = new AuthStoreError({
    code: 'unwritable',
    message: 'It belongs to codex; log out with `codex logout`.',
  });
  const authStore: AuthStore = {
    ...memoryAuthStore(login),
    readonly: true,
    update: () => Promise.reject(cause),
    describe: async () => ({ location: '/home/a/.codex/auth.json' }),
  };
  const error = await rejection(logOut(world, authStore));
  expect(error).toMatchObject({ code: 'store_unwritable', cause });
  expect(String(error)).toMatch(
    /"default" \(\/home\/a\/\.codex\/auth\.json\) cannot be deleted.*log out with `codex logout`/,
  );
  expect(world.paths()).toEqual([]);
  expect(world.emulator.tokens.refreshTokenState(login.refreshToken ?? '')).toBe('fresh');
});

test('a damaged file is an error that names it; the file stays', async () => {
  const world = await startWorld();
  const folder = await mkdtemp(join(tmpdir(), 'logout-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'auth.json');
  await writeFile(path, '{"profiles', { mode: 0o600 });
  const error = await rejection(logOut(world, fileAuthStore({ path })));
  expect(error).toMatchObject({ code: 'store_unreadable', message: expect.stringContaining(path) });
  expect(await readFile(path, 'utf8')).toBe('{"profiles');
  expect(world.paths()).toEqual([]);
});

test('what a driver throws tells no token', async () => {
  const world = await startWorld();
  const login = world.emulator.login();
  world.secrets.add(login.accessToken).add(login.refreshToken ?? '');
  const command = { args: [JSON.stringify(login)] };
  const update = async () => {
    throw Object.assign(new Error(`SET ${JSON.stringify(login)} failed`), { command });
  };
  const error = await rejection(logOut(world, { ...memoryAuthStore(login), update }));
  expect(error).toMatchObject({ code: 'store_unwritable' });
  expect(world.leaked(error, world.logged)).toEqual([]);
});

test('an issuer that must not get a token is refused before anything is deleted', async () => {
  const world = await startWorld();
  const store = memoryAuthStore(world.emulator.login());
  const error = await rejection(logOut(world, store, { issuer: 'http://issuer.test' }));
  expect(error).toMatchObject({ code: 'invalid_setting' });
  expect(await store.profiles()).toEqual(['default']);
});
