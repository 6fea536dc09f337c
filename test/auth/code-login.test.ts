import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createAuthorizationRequest, exchangeAuthorizationCode } from '../../src/auth/code-login';
import { createSession } from '../../src/auth/session';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { startWorld } from './login-world';

const redirectUri = 'http://localhost:1455/auth/callback';

async function begin() {
  const world = await startWorld();
  const { emulator, runtime } = world;
  const request = await createAuthorizationRequest({ issuer: emulator.issuer, redirectUri }, { runtime });
  return { ...world, request };
}

/** What the browser would be sent to. */
async function walk(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'manual' });
  return response.headers.get('location') ?? '';
}

test('a login by hand gives credentials that the backend takes', async () => {
  const { request, runtime, emulator } = await begin();
  const credentials = await exchangeAuthorizationCode({ request, response: await walk(request.url) }, { runtime });
  expect(credentials).toMatchObject({ issuer: emulator.issuer, clientId: request.clientId });
  const session = createSession({ store: memoryAuthStore(credentials), issuer: emulator.issuer, runtime });
  const models = await fetch(`${emulator.baseURL}/models?client_version=0.155.0`, { headers: await session.headers() });
  expect(models.status).toBe(200);
});

test('an answer to another login is refused, and its code is not sent', async () => {
  const { request, runtime, sent, emulator } = await begin();
  const other = await createAuthorizationRequest({ issuer: emulator.issuer, redirectUri }, { runtime });
  const exchange = exchangeAuthorizationCode({ request, response: await walk(other.url) }, { runtime });
  await expect(exchange).rejects.toMatchObject({ code: 'login_failed', message: /another login/ });
  expect(sent).toEqual([]);
});

test('an address without the state is refused, a code alone is not', async () => {
  const { request, runtime, sent } = await begin();
  const ended = new URL(await walk(request.url));
  const code = ended.searchParams.get('code') ?? '';
  ended.searchParams.delete('state');
  for (const response of [ended, ended.href, ended.search, `code=${code}`]) {
    const exchange = exchangeAuthorizationCode({ request, response }, { runtime });
    await expect(exchange).rejects.toMatchObject({ code: 'login_failed', message: /another login/ });
  }
  expect(sent).toEqual([]);
  expect(await exchangeAuthorizationCode({ request, response: code }, { runtime })).toHaveProperty('accessToken');
});

test('a denial is told as one', async () => {
  const { request, runtime, emulator } = await begin();
  emulator.oauth.settings.authorize = 'deny';
  const exchange = exchangeAuthorizationCode({ request, response: await walk(request.url) }, { runtime });
  await expect(exchange).rejects.toMatchObject({ code: 'access_denied' });
});

test('a login that has begun prints itself without its secrets', async () => {
  const { request } = await begin();
  const printed = inspect(request, { depth: 9 });
  for (const secret of [request.state, request.codeVerifier]) {
    expect(secret).toMatch(/^[\w-]{43,86}$/);
    expect(printed).not.toContain(secret);
  }
  expect(JSON.parse(JSON.stringify(request))).toEqual({ ...request });
});

test('an issuer that is not secure is refused before anything is made', async () => {
  const request = createAuthorizationRequest({ issuer: 'http://issuer.test', redirectUri });
  await expect(request).rejects.toMatchObject({ code: 'invalid_setting' });
});
