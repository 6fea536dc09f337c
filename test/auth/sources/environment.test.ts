import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { environmentAuthStore } from '../../../src/auth/node/sources/environment';
import { createRuntime, type Runtime } from '../../../src/shared/runtime';
import { jwt, rejection } from '../harness';
import { emulated, ownFolder } from './setup';

const WHOAMI = '/api/accounts/v1/user-auth-credential/whoami';

/** No network: whatever is asked is an error of the test. */
const offline: Runtime = createRuntime({
  fetch: async () => {
    throw new Error('nothing was to be asked');
  },
});

function storeOf(token: string | undefined, more: Record<string, string> = {}) {
  const env = { CODEX_ACCESS_TOKEN: token, ...more };
  return environmentAuthStore({ env, issuer: 'https://auth.test', runtime: offline });
}

describe('CODEX_ACCESS_TOKEN', () => {
  it.each([
    ['a JWT', jwt({ accountId: 'acct-1' })],
    ['an opaque token', 'opaque/token+CANARY='],
  ])('is used as it is: %s', async (_name, token) => {
    const store = storeOf(` ${token}\n`);
    expect(await store.read('default')).toEqual({ accessToken: token });
    expect(await store.profiles()).toEqual(['default']);
    expect(await store.read('work')).toBeUndefined();
  });

  it.each([undefined, '', ' \n'])('is not set: %j', async (token) => {
    expect(await storeOf(token).read('default')).toBeUndefined();
    expect(await storeOf(token).profiles()).toEqual([]);
  });

  it.each([
    ['a platform key', 'sk-proj-CANARY', /platform key/],
    ['two words', 'Bearer CANARY', /white space/],
    ['a control character', 'CANARY\u0007', /characters that no token has/],
    ['a letter that no token has', 'CANARYé', /characters that no token has/],
    ['a personal token cut in two', 'at-CANARY\n-1', /white space/],
  ])('is refused, not passed over: %s', async (_name, token, why) => {
    const error = await rejection(storeOf(token).read('default'));
    expect(error).toMatchObject({
      name: 'CodexAuthError',
      code: 'invalid_credential',
      message: expect.stringMatching(why),
    });
    expect((error as Error).message).toContain('CODEX_ACCESS_TOKEN');
    expect(inspect(error)).not.toContain('CANARY');
    // Set all the same: nothing else may take its place.
    expect(await storeOf(token).profiles()).toEqual(['default']);
  });

  it('is looked up in the environment of the process at every call', async () => {
    await ownFolder();
    const store = environmentAuthStore({ issuer: 'https://auth.test', runtime: offline });
    expect(await store.read('default')).toBeUndefined();
    vi.stubEnv('CODEX_ACCESS_TOKEN', 'one');
    expect(await store.read('default')).toEqual({ accessToken: 'one' });
    vi.stubEnv('CODEX_ACCESS_TOKEN', 'two');
    expect(await store.read('default')).toEqual({ accessToken: 'two' });
  });

  it('cannot be changed', async () => {
    const store = storeOf('opaque');
    const change = vi.fn(async () => undefined);
    expect(await rejection(store.update('default', change))).toMatchObject({
      name: 'AuthStoreError',
      code: 'unwritable',
      message: expect.stringMatching(/Unset it/),
    });
    expect(change).not.toHaveBeenCalled();
    expect(store.readonly).toBe(true);
    expect(await store.describe?.('default')).toEqual({
      location: 'the environment variable CODEX_ACCESS_TOKEN',
      renewal: expect.stringMatching(/Set the variable to a new token/),
      readonly: true,
    });
  });
});

describe('a personal access token', () => {
  it('is looked up once, by however many ask, and speaks for its account', async () => {
    const emulator = await emulated();
    const token = emulator.tokens.personalAccessToken({ accountId: 'acct-7', planType: 'team', fedramp: true });
    const env = { CODEX_ACCESS_TOKEN: `${token}\n` };
    const store = environmentAuthStore({ env, issuer: `${emulator.issuer}/`, runtime: createRuntime() });
    expect(await store.describe?.('default')).toMatchObject({ asksNetwork: true });
    const [login] = await Promise.all([store.read('default'), store.read('default'), store.read('default')]);
    expect(login).toEqual({
      accessToken: token,
      accountId: 'acct-7',
      userId: 'user-emulated',
      email: 'user@example.com',
      planType: 'team',
      fedramp: true,
    });
    expect(inspect(login)).not.toContain(token);
    await store.read('default');
    expect(await store.describe?.('default')).not.toHaveProperty('asksNetwork');
    expect(emulator.requests.map(({ method, path, status }) => [method, path, status])).toEqual([['GET', WHOAMI, 200]]);
    expect(emulator.requests[0]?.bearer).toBe(token);

    // Another value is another question.
    env.CODEX_ACCESS_TOKEN = emulator.tokens.personalAccessToken({ accountId: 'acct-8' });
    expect(await store.describe?.('default')).toMatchObject({ asksNetwork: true });
    expect(await store.describe?.('work')).not.toHaveProperty('asksNetwork');
    expect(await store.read('default')).toMatchObject({ accountId: 'acct-8' });
    expect(emulator.requests).toHaveLength(2);
  });

  it('that the issuer does not know is refused', async () => {
    const emulator = await emulated();
    const env = { CODEX_ACCESS_TOKEN: 'at-CANARY-1234567890' };
    const store = environmentAuthStore({ env, issuer: emulator.issuer, runtime: createRuntime() });
    const error = await rejection(store.read('default'));
    expect(error).toMatchObject({
      code: 'invalid_credential',
      message: expect.stringMatching(/401.*Set the variable/),
    });
    expect(inspect(error)).not.toContain('CANARY');
  });

  it.each<[string, () => Response, string]>([
    ['a failure of the server', () => new Response('at-CANARY', { status: 503 }), 'refresh_failed'],
    ['a throttle', () => new Response('', { status: 429 }), 'refresh_failed'],
    ['an answer that is no JSON', () => new Response('<p>CANARY'), 'refresh_failed'],
    ['an answer without an account', () => Response.json({ email: 'a@b.c' }), 'refresh_failed'],
    [
      'a redirect',
      () => new Response(null, { status: 302, headers: { location: 'https://evil.test' } }),
      'refresh_failed',
    ],
    [
      'a country that is not served',
      () => Response.json({ error: { code: 'unsupported_country_region_territory' } }, { status: 403 }),
      'region_blocked',
    ],
    [
      'a broken connection',
      () => {
        throw new Error('read ECONNRESET while sending at-CANARY-1234567890');
      },
      'refresh_failed',
    ],
  ])('is asked for again after %s', async (_name, answer, code) => {
    const answers = [answer, () => Response.json({ chatgpt_account_id: 'acct-1' })];
    const asked: { url: string; init: RequestInit | undefined }[] = [];
    const runtime = createRuntime({
      fetch: async (url, init) => {
        asked.push({ url: String(url), init });
        return (answers.shift() ?? answer)();
      },
    });
    const token = 'at-CANARY-1234567890';
    const store = environmentAuthStore({ env: { CODEX_ACCESS_TOKEN: token }, issuer: 'https://auth.test', runtime });
    const error = await rejection(store.read('default'));
    expect(error).toMatchObject({ name: 'CodexAuthError', code });
    expect(inspect(error)).not.toContain('CANARY');
    expect(await store.read('default')).toEqual({ accessToken: token, accountId: 'acct-1' });
    expect(asked.map(({ url }) => url)).toEqual(Array(2).fill(`https://auth.test${WHOAMI}`));
    expect(asked[0]?.init).toMatchObject({ method: 'GET', redirect: 'manual' });
  });
});

describe('CODEX_AUTHAPI_BASE_URL', () => {
  it('is who is asked instead', async () => {
    const paths: string[] = [];
    const server = createServer((request, response) => {
      paths.push(`${request.url} ${request.headers.authorization}`);
      response.end('{"chatgpt_account_id":"acct-9"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/authapi/`;
    const env = { CODEX_ACCESS_TOKEN: 'at-1', CODEX_AUTHAPI_BASE_URL: base };
    const store = environmentAuthStore({ env, issuer: 'https://auth.test', runtime: createRuntime() });
    expect(await store.read('default')).toEqual({ accessToken: 'at-1', accountId: 'acct-9' });
    expect(paths).toEqual(['/authapi/v1/user-auth-credential/whoami Bearer at-1']);
  });

  it.each([
    'http://auth.test',
    'ftp://127.0.0.1',
    'auth.test',
    'https://user:CANARY@auth.test',
    'https://auth.test/?q=CANARY',
  ])('must be a plain https URL, or one of this machine: %s', async (base) => {
    const error = await rejection(storeOf('at-1', { CODEX_AUTHAPI_BASE_URL: base }).read('default'));
    expect(error).toMatchObject({
      code: 'invalid_setting',
      message: expect.stringContaining('CODEX_AUTHAPI_BASE_URL'),
    });
    expect(inspect(error)).not.toContain('CANARY');
  });
});
