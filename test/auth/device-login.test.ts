import { describe, expect, test } from 'vitest';
import { type DeviceCode, type DeviceLoginOptions, loginWithDeviceCode } from '../../src/auth/device-login';
import { AuthStoreError } from '../../src/shared/auth-store-error';
import { DEFAULT_CLIENT_ID } from '../../src/shared/constants';
import type { AuthStore } from '../../src/stores/auth-store';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { tokenFailures } from '../../src/testing/issuer/token-failures';
import { type LoginWorld, rejection, startWorld } from './login-world';

const USER_CODE = '/api/accounts/deviceauth/usercode';
const POLL = '/api/accounts/deviceauth/token';
const TOKEN = '/oauth/token';
const REVOKE = '/oauth/revoke';
const MINUTE = 60_000;

function login(world: LoginWorld, more: Partial<DeviceLoginOptions> = {}) {
  const { issuer, logger, runtime } = world;
  const options = { authStore: memoryAuthStore(), issuer, logger, onCode: () => {} };
  return loginWithDeviceCode({ ...options, ...more }, { runtime });
}

const pending = () => startWorld({ oauth: { device: 'pending' } });

describe('a login', () => {
  test('shows the code, polls at the interval of the issuer, and stores what it brings', async () => {
    const world = await pending();
    const store = memoryAuthStore();
    const codes: DeviceCode[] = [];
    world.atPause((count) => {
      if (count === 3) world.emulator.oauth.approveDevice(codes[0]?.userCode ?? '', { accountId: 'acct-7' });
    });
    const credentials = await login(world, { authStore: store, onCode: (code) => void codes.push(code) });
    expect(codes).toEqual([
      {
        userCode: expect.stringMatching(/^[A-Z]{4}-\d{5}$/),
        verificationUri: `${world.issuer}/codex/device`,
        expiresAt: expect.any(Number),
        warning: expect.stringMatching(/only if you started this login.*Never share/),
      },
    ]);
    expect(credentials).toMatchObject({ accountId: 'acct-7', issuer: world.issuer, clientId: DEFAULT_CLIENT_ID });
    expect(await store.read('default')).toEqual(credentials);
    expect(world.emulator.tokens.checkAccessToken(credentials.accessToken)).toMatchObject({ accountId: 'acct-7' });
    expect(world.paths()).toEqual([USER_CODE, POLL, POLL, POLL, TOKEN]);
    expect(world.pauses).toEqual([5_000, 5_000, 5_000]);
    expect(world.emulator.violations).toEqual([]);
    expect(world.emulator.oauth.apiKeyExchanges).toBe(0);
  });

  test('sends what the flow asks for and nothing besides', async () => {
    const world = await startWorld();
    await login(world);
    const [start, poll, exchange] = world.sent.map(({ params }) => params);
    expect(start).toEqual({ client_id: DEFAULT_CLIENT_ID });
    expect(Object.keys(poll ?? {})).toEqual(['device_auth_id', 'user_code']);
    expect(exchange).toMatchObject({
      redirect_uri: `${world.issuer}/deviceauth/callback`,
      client_id: DEFAULT_CLIENT_ID,
    });
    expect(world.sent[0]?.headers).toMatchObject({ 'content-type': 'application/json', originator: 'ai-sdk-codex' });
    expect(world.sent[2]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  test('says until when the code is good', async () => {
    const world = await startWorld();
    const left: number[] = [];
    const onCode = ({ expiresAt }: DeviceCode) => void left.push((expiresAt - world.now()) / 1000);
    await login(world, { onCode });
    await login(world, { onCode, timeoutMs: 2 * MINUTE });
    await login(world, { onCode, timeoutMs: 60 * MINUTE });
    expect(left).toEqual([900, 120, 900]);
  });

  test('goes on while the code is being shown', async () => {
    const world = await startWorld();
    await expect(login(world, { onCode: () => new Promise(() => {}) })).resolves.toHaveProperty('accessToken');
  });

  test('uses the fetch it was given for every request', async () => {
    const world = await startWorld();
    const { issuer, runtime } = world;
    const store = memoryAuthStore(world.emulator.login());
    // The real pause is the shortest there is.
    world.emulator.oauth.userCodeReply({ fields: { interval: 0 } });
    await loginWithDeviceCode({ authStore: store, issuer, fetch: runtime.fetch, onCode: () => {} });
    expect(world.paths()).toEqual([USER_CODE, POLL, TOKEN, REVOKE]);
  });

  test('goes to the profile, issuer and client it was told', async () => {
    const world = await startWorld({ clientId: 'app_mine' });
    const store = memoryAuthStore();
    const options = { authStore: store, profile: 'work', clientId: 'app_mine', issuer: `${world.issuer}/` };
    expect(await login(world, options)).toMatchObject({ issuer: world.issuer, clientId: 'app_mine' });
    expect(await store.profiles()).toEqual(['work']);
  });

  test('replaces the old login first and revokes it afterwards', async () => {
    const world = await startWorld();
    const old = world.emulator.login();
    const store = memoryAuthStore(old);
    let storedAtRevocation: string | undefined;
    world.emulator.oauth.revokeReply(async () => {
      storedAtRevocation = (await store.read('default'))?.accessToken;
      return {};
    });
    const credentials = await login(world, { authStore: store });
    expect(storedAtRevocation).toBe(credentials.accessToken);
    expect(world.sent.at(-1)).toMatchObject({ path: REVOKE, params: { token: old.refreshToken } });
    expect(world.emulator.tokens.refreshTokenState(old.refreshToken ?? '')).toBe('revoked');
    expect(world.emulator.tokens.refreshTokenState(credentials.refreshToken ?? '')).toBe('fresh');
  });
});

/** A reply that does something on its way. */
const replying =
  <Reply>(act: () => void, reply: Reply) =>
  () => {
    act();
    return reply;
  };

describe('the end of a login that is given up', () => {
  const controller = () => {
    const it = new AbortController();
    return { signal: it.signal, reason: new Error('enough'), abort: (reason: Error) => it.abort(reason) };
  };

  test.each<[string, (world: LoginWorld, abort: () => void) => void, string[]]>([
    ['before it begins', (_world, abort) => abort(), []],
    [
      'while the code is asked for',
      ({ emulator }, abort) => emulator.oauth.userCodeReply(replying(abort, { connection: 'stall' })),
      [USER_CODE],
    ],
    ['while it waits', (world, abort) => world.atPause((count) => count === 2 && abort()), [USER_CODE, POLL]],
    [
      'while it polls',
      ({ emulator }, abort) => emulator.oauth.deviceTokenReply(replying(abort, { connection: 'stall' })),
      [USER_CODE, POLL],
    ],
    [
      'while the code is exchanged',
      ({ emulator }, abort) => {
        emulator.oauth.settings.device = 'approve';
        emulator.tokenReply(replying(abort, tokenFailures.stall()));
      },
      [USER_CODE, POLL, TOKEN],
    ],
  ])('%s is the reason of the signal, and the old login stays', async (_name, arrange, paths) => {
    const world = await pending();
    const old = world.emulator.login();
    const store = memoryAuthStore(old);
    const { signal, reason, abort } = controller();
    arrange(world, () => abort(reason));
    expect(await rejection(login(world, { authStore: store, signal }))).toBe(reason);
    expect(world.paths()).toEqual(paths);
    expect(await store.read('default')).toEqual(old);
    expect(world.emulator.tokens.refreshTokenState(old.refreshToken ?? '')).toBe('fresh');
  });

  test.each([true, false])('is what onCode failed with, at once or later: %s', async (atOnce) => {
    const world = await pending();
    const reason = new Error('no terminal');
    const fail = () => {
      throw reason;
    };
    const later = new Promise<void>((_resolve, reject) => world.atPause((count) => count === 3 && reject(reason)));
    later.catch(() => {});
    expect(await rejection(login(world, { onCode: atOnce ? fail : () => later }))).toBe(reason);
    expect(world.paths()).not.toContain(TOKEN);
  });

  test('a failure of onCode that comes after the login changes nothing', async () => {
    const world = await startWorld();
    let fail = () => {};
    const onCode = () =>
      new Promise<void>((_resolve, reject) => {
        fail = () => reject(new Error('too late'));
      });
    expect(await login(world, { onCode })).toHaveProperty('accessToken');
    fail();
  });
});

describe('before anything is sent', () => {
  test('the store is asked whether it can be written', async () => {
    const world = await startWorld();
    const error = new AuthStoreError({ code: 'unwritable', message: 'The disk is read-only.' });
    const authStore: AuthStore = { ...memoryAuthStore(), update: () => Promise.reject(error) };
    expect(await rejection(login(world, { authStore }))).toMatchObject({
      code: 'store_unwritable',
      message: expect.stringContaining('The disk is read-only.'),
      cause: error,
    });
    expect(world.paths()).toEqual([]);
  });

  test('an issuer without TLS is refused', async () => {
    const world = await startWorld();
    const error = await rejection(login(world, { issuer: 'http://issuer.test' }));
    expect(error).toMatchObject({ code: 'invalid_setting' });
    expect(world.paths()).toEqual([]);
  });
});

test('no error and no log record tells a code', async () => {
  const world = await startWorld();
  world.emulator.oauth.deviceTokenReply(
    ({ params }) => ({ status: 500, body: { error: params.user_code ?? '', message: params.device_auth_id ?? '' } }),
    ({ params }) => ({ status: 400, body: { error: { code: params.user_code ?? '' } } }),
  );
  const error = await rejection(login(world));
  expect(error).toMatchObject({ code: 'login_failed' });
  expect(world.logged).not.toEqual([]);
  expect(world.secrets.size).toBeGreaterThanOrEqual(2);
  expect(world.leaked(error, world.logged)).toEqual([]);
});

test('neither does a whole login', async () => {
  const world = await startWorld();
  await login(world, { authStore: memoryAuthStore(world.emulator.login()) });
  expect(world.logged).not.toEqual([]);
  expect(world.leaked(world.logged)).toEqual([]);
});
