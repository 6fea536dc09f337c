import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { DEFAULT_CLIENT_ID } from '../../../src/shared/constants';
import type { AuthStore } from '../../../src/stores/auth-store';
import { memoryAuthStore } from '../../../src/stores/memory-store';
import { tokenFailures } from '../../../src/testing/issuer/token-failures';
import { rejection } from '../login-world';
import { freePort, startBrowserWorld, visit } from './browser-world';
import { openSocket } from './raw-request';

const closed = (port: number) => expect(openSocket(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });

describe('a login', () => {
  test('ends with stored credentials, and only then tells the browser', async () => {
    const world = await startBrowserWorld({ oauth: { login: { accountId: 'acct-1' } } });
    const order: string[] = [];
    const authStore: AuthStore = {
      ...world.store,
      update: async (...args) => {
        const saved = await world.store.update(...args);
        if (saved) order.push('stored');
        return saved;
      },
    };
    const { login, url, port } = await world.start({ authStore });
    const page = await visit(await world.authorize(url));
    order.push('shown');
    expect(page).toMatchObject({ status: 200, title: 'You are logged in.' });
    expect(page.body).toContain('You can close this window and go back to your app.');
    const credentials = await login;
    expect(credentials).toMatchObject({ accountId: 'acct-1', issuer: world.issuer, clientId: DEFAULT_CLIENT_ID });
    expect(order).toEqual(['stored', 'shown']);
    expect(await world.store.read('default')).toEqual(credentials);
    expect(world.emulator.tokens.checkAccessToken(credentials.accessToken)).toMatchObject({ ok: true });
    expect(world.paths()).toEqual(['/oauth/token']); // and no platform key was asked for
    expect(world.emulator.oauth.apiKeyExchanges).toBe(0);
    expect(world.opened).toEqual([url]);
    await closed(port);
  });

  test('shows what it asks for in the address alone, and its verifier to nobody but the token endpoint', async () => {
    const world = await startBrowserWorld();
    const { login, url, state, redirectUri } = await world.start();
    const page = await visit(await world.authorize(url));
    await login;
    const params = new URL(url).searchParams;
    expect(params.get('code_challenge_method')).toBe('S256');
    expect(state).toMatch(/^[\w-]{43}$/);
    expect(redirectUri).toMatch(/^http:\/\/localhost:\d+\/auth\/callback$/);
    expect(world.redirectUris).toEqual([redirectUri]); // the same, byte for byte
    const verifier = world.sent[0]?.params.code_verifier ?? '';
    expect(verifier).toMatch(/^[\w-]{86}$/);
    expect(url).not.toContain(verifier);
    expect(world.leaked(page, world.logged)).toEqual([]);
  });

  test('has a state and a verifier of its own each time', async () => {
    const world = await startBrowserWorld();
    const [one, two] = [await world.start(), await world.start()];
    expect(one.state).not.toBe(two.state);
    expect(new URL(one.url).searchParams.get('code_challenge')).not.toBe(
      new URL(two.url).searchParams.get('code_challenge'),
    );
    expect((await visit((await world.authorize(one.url)).replace(one.state, two.state))).status).toBe(400);
    expect((await visit((await world.authorize(one.url)).replace(`${one.port}`, `${two.port}`))).status).toBe(400);
    await visit(await world.authorize(two.url));
    await two.login;
  });

  test('takes what the caller sets', async () => {
    const world = await startBrowserWorld({ clientId: 'app_other', oauth: { login: { accountId: 'ws-2' } } });
    const { login, url, redirectUri } = await world.start({
      profile: 'work',
      clientId: 'app_other',
      originator: 'my-app',
      scope: 'openid offline_access',
      prompt: 'login',
      allowedWorkspaceId: 'ws-1, ws-2',
      redirectHost: '127.0.0.1',
    });
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({
      client_id: 'app_other',
      originator: 'my-app',
      scope: 'openid offline_access',
      prompt: 'login',
      allowed_workspace_id: 'ws-1,ws-2',
    });
    expect(redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/auth\/callback$/);
    await visit(await world.authorize(url));
    expect((await login).clientId).toBe('app_other');
    expect(await world.store.profiles?.()).toEqual(['work']);
    expect(world.redirectUris).toEqual([redirectUri]);
  });

  test('in another workspace than the one allowed is not stored, and is revoked', async () => {
    const world = await startBrowserWorld({ oauth: { login: { accountId: 'ws-9' } } });
    const { login, url } = await world.start({ allowedWorkspaceId: 'ws-1' });
    const page = await visit(await world.authorize(url));
    expect(page.title).toBe('The login did not succeed.');
    expect(await rejection(login)).toMatchObject({ code: 'account_mismatch' });
    expect(await world.store.read('default')).toBeUndefined();
    expect(world.paths()).toEqual(['/oauth/token', '/oauth/revoke']);
  });

  test.each(['', ' ', ' , '])(
    'may be in any workspace when the one allowed is empty: %j',
    async (allowedWorkspaceId) => {
      const world = await startBrowserWorld();
      const { login, url } = await world.start({ allowedWorkspaceId });
      expect(new URL(url).searchParams.has('allowed_workspace_id')).toBe(false);
      await visit(await world.authorize(url));
      expect((await login).accessToken).toBeTruthy();
      expect(world.paths()).toEqual(['/oauth/token']);
    },
  );

  test('prints itself without its tokens, whatever the store gives back', async () => {
    const world = await startBrowserWorld();
    const authStore: AuthStore = {
      ...world.store,
      update: async (profile, change) =>
        JSON.parse(JSON.stringify((await world.store.update(profile, change)) ?? null)),
    };
    const { login, url } = await world.start({ authStore });
    await visit(await world.authorize(url));
    const credentials = await login;
    expect(inspect(credentials)).toContain('[redacted]');
    for (const name of ['accessToken', 'refreshToken', 'idToken'] as const) {
      expect(inspect(credentials)).not.toContain(credentials[name]);
    }
    expect(await world.store.read('default')).toEqual(credentials);
  });

  test('replaces an older one, whose token is revoked only after that', async () => {
    const world = await startBrowserWorld();
    const old = world.emulator.login();
    await world.store.update('default', async () => old);
    const { login, url } = await world.start();
    expect(world.paths()).toEqual([]); // the official CLI would have revoked it by now
    await visit(await world.authorize(url));
    await login;
    expect(world.paths()).toEqual(['/oauth/token', '/oauth/revoke']);
    expect(world.emulator.tokens.refreshTokenState(old.refreshToken ?? '')).toBe('revoked');
  });

  test('survives guesses and strangers while it waits', async () => {
    const world = await startBrowserWorld();
    const { login, url, redirectUri, port } = await world.start();
    expect((await visit(`${redirectUri}?code=x&state=guess`)).status).toBe(400);
    expect((await visit(`${redirectUri}?error=access_denied&state=guess`)).status).toBe(400);
    expect((await visit(`http://localhost:${port}/favicon.ico`)).status).toBe(404);
    await visit(await world.authorize(url));
    expect((await login).accessToken).toBeTruthy();
    expect(world.sent).toHaveLength(1);
  });
});

describe('a login that fails leaves the old one, closes its port, and says so to the browser', () => {
  async function fail(prepare: (world: Awaited<ReturnType<typeof startBrowserWorld>>) => void) {
    const world = await startBrowserWorld();
    const old = world.emulator.login();
    await world.store.update('default', async () => old);
    prepare(world);
    const { login, url, port } = await world.start();
    const page = await visit(await world.authorize(url));
    const error = await rejection(login);
    expect((await world.store.read('default'))?.accessToken).toBe(old.accessToken);
    expect(world.paths()).not.toContain('/oauth/revoke');
    expect(world.leaked(error, page, world.logged)).toEqual([]);
    await closed(port);
    return { error, page, paths: world.paths() };
  }

  test('denied', async () => {
    const { error, page, paths } = await fail(({ emulator }) => {
      emulator.oauth.settings.authorize = 'deny';
      emulator.oauth.settings.denial = '<b>\u001b[31mnever</b>';
    });
    expect(page.title).toBe('The login was denied.');
    expect(page.body).not.toContain('never');
    expect(error).toMatchObject({ code: 'access_denied', message: expect.stringContaining('("<b> [31mnever</b>")') });
    expect(paths).toEqual([]);
  });

  test('a workspace without Codex', async () => {
    const { error, page } = await fail(({ emulator }) => {
      emulator.oauth.settings.authorize = 'deny';
      emulator.oauth.settings.denial = 'missing_codex_entitlement';
    });
    expect(page.title).toBe('Codex is not enabled for this workspace.');
    expect(error).toMatchObject({ code: 'access_denied', message: expect.stringContaining('Ask an admin') });
  });

  test.each([
    ['a code that does not count any more', tokenFailures.invalidGrant(), 'login_failed', 'The login did not succeed.'],
    ['no refresh token', tokenFailures.without('refresh_token'), 'login_failed', 'The login did not succeed.'],
    [
      'an issuer with a bug',
      { status: 500, body: '<script>alert(1)</script>' },
      'login_failed',
      'The login did not succeed.',
    ],
    ['the wrong country', tokenFailures.regionBlocked(), 'region_blocked', 'ChatGPT is not available from here.'],
  ])('%s', async (_name, reply, code, title) => {
    const { error, page, paths } = await fail(({ emulator }) => emulator.tokenReply(reply));
    expect(error).toMatchObject({ code });
    expect(page.title).toBe(title);
    expect(page.body).not.toContain('alert');
    expect(paths).toEqual(['/oauth/token']); // a code is sent once
  });
});

test('a store that does not take the login: no success is shown, and the new tokens are revoked', async () => {
  const world = await startBrowserWorld();
  const broken = memoryAuthStore();
  const update = broken.update;
  let isBroken = false;
  const store = {
    ...broken,
    update: ((...args) => (isBroken ? Promise.reject(new Error('disk full')) : update(...args))) as typeof update,
  };
  const { login, url } = await world.start({ authStore: store });
  isBroken = true;
  const page = await visit(await world.authorize(url));
  expect(page.title).toBe('The login could not be saved.');
  expect(await rejection(login)).toMatchObject({ code: 'store_unwritable' });
  expect(world.paths()).toEqual(['/oauth/token', '/oauth/revoke']);
});

test('a store that cannot be written is noticed before anybody is sent anywhere', async () => {
  const world = await startBrowserWorld();
  const port = await freePort();
  const authStore = { ...world.store, update: () => Promise.reject(new Error('read-only')) };
  const error = await rejection(world.start({ authStore, ports: [port] }));
  expect(error).toMatchObject({ code: 'store_unwritable' });
  expect(world.opened).toEqual([]);
  await closed(port);
});

test('an issuer without TLS is refused before anybody is sent there', async () => {
  const world = await startBrowserWorld();
  expect(await rejection(world.start({ issuer: 'http://issuer.test' }))).toMatchObject({ code: 'invalid_setting' });
  expect(world.opened).toEqual([]);
});

describe('the end of the wait', () => {
  test('an abort rejects with its own reason and closes the port', async () => {
    const world = await startBrowserWorld();
    const controller = new AbortController();
    const { login, port } = await world.start({ signal: controller.signal });
    const reason = { mine: true };
    controller.abort(reason);
    expect(await rejection(login)).toBe(reason);
    await closed(port);
    expect(world.sent).toEqual([]);
  });

  test('an abort before the start opens nothing', async () => {
    const world = await startBrowserWorld();
    const reason = new Error('no');
    expect(await rejection(world.start({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(world.opened).toEqual([]);
  });

  test('an abort during the exchange shows no success', async () => {
    const world = await startBrowserWorld();
    const controller = new AbortController();
    const reason = new Error('enough');
    const { login, url } = await world.start({ signal: controller.signal });
    world.emulator.tokenReply(() => {
      controller.abort(reason);
      return tokenFailures.stall();
    });
    const page = await visit(await world.authorize(url));
    expect(page.title).toBe('The login did not succeed.');
    expect(await rejection(login)).toBe(reason);
    expect(await world.store.read('default')).toBeUndefined();
  });

  test('five minutes are the limit, and not that of the process', async () => {
    const world = await startBrowserWorld();
    const { login, port } = await world.start();
    expect(world.limits.map(({ ms }) => ms)).toEqual([300_000]);
    expect(world.pauses).toEqual([]);
    world.expire();
    expect(await rejection(login)).toMatchObject({ code: 'login_timeout', message: expect.stringContaining('300 s') });
    await closed(port);
  });

  test.each([2 ** 31, Number.MAX_VALUE, Number.POSITIVE_INFINITY])(
    'a limit of %d is the longest there is',
    async (timeoutMs) => {
      const world = await startBrowserWorld();
      const { login, url } = await world.start({ timeoutMs });
      expect(world.limits.map(({ ms }) => ms)).toEqual([2_147_483_647]);
      await visit(await world.authorize(url));
      expect((await login).accessToken).toBeTruthy();
    },
  );

  test.each([0, -1, Number.NaN])('a limit of %d is a mistake of the caller', async (timeoutMs) => {
    const world = await startBrowserWorld();
    const error = await rejection(world.start({ timeoutMs }));
    expect(error).toMatchObject({ code: 'invalid_setting', message: expect.stringContaining('`timeoutMs`') });
    expect(world.opened).toEqual([]);
  });

  test('the limit is for the person: it does not end the exchange', async () => {
    const world = await startBrowserWorld();
    const { login, url } = await world.start({ timeoutMs: 1_000 });
    const [waiting] = world.limits;
    world.emulator.tokenReply(() => {
      waiting?.expire();
      return {};
    });
    await visit(await world.authorize(url));
    expect((await login).accessToken).toBeTruthy();
    expect(waiting?.ms).toBe(1_000);
  });

  test('an `onUrl` that throws ends the login, and no browser is opened', async () => {
    const world = await startBrowserWorld();
    const reason = new Error('no terminal');
    const { login, port } = await world.start({
      onUrl: () => {
        throw reason;
      },
    });
    expect(await rejection(login)).toBe(reason);
    expect(world.opened).toEqual([]);
    await closed(port);
  });

  test('a browser that cannot be opened is only logged, without the address', async () => {
    const world = await startBrowserWorld();
    const openBrowser = async (url: string) => {
      throw new Error(`spawn xdg-open ${url} ENOENT`);
    };
    const { login, url } = await world.start({ openBrowser });
    await visit(await world.authorize(url));
    expect((await login).accessToken).toBeTruthy();
    expect(world.logged).toContainEqual({
      message: 'The browser could not be opened. Open the address of the login yourself.',
      details: { reason: 'spawn xdg-open [address] ENOENT' },
    });
    expect(world.leaked(world.logged)).toEqual([]);
  });

  test('an opener that never comes back holds nothing up', async () => {
    const world = await startBrowserWorld();
    const { login, url } = await world.start({ openBrowser: () => new Promise(() => {}) });
    await visit(await world.authorize(url));
    expect((await login).accessToken).toBeTruthy();
  });
});
