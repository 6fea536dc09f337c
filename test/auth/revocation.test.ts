import { expect, test } from 'vitest';
import { revokeLogin } from '../../src/auth/revocation';
import { DEFAULT_CLIENT_ID } from '../../src/shared/constants';
import type { OAuthCredentials } from '../../src/shared/credentials';
import type { IssuerReply } from '../../src/testing/issuer/scripted-reply';
import { type LoginWorld, startWorld } from './login-world';

const REVOKE = '/oauth/revoke';

function revoke({ issuer, runtime, logger }: LoginWorld, credentials: OAuthCredentials, more = {}): Promise<boolean> {
  return revokeLogin(credentials, { issuer, clientId: DEFAULT_CLIENT_ID, profile: 'work', runtime, logger, ...more });
}

/** A world with a login whose tokens count as secrets. */
async function startWithLogin() {
  const world = await startWorld();
  const login = world.emulator.login();
  for (const token of [login.accessToken, login.refreshToken, login.idToken]) world.secrets.add(token ?? '');
  const state = () => world.emulator.tokens.refreshTokenState(login.refreshToken ?? '');
  return { world, login, state };
}

test('a login is revoked by its refresh token', async () => {
  const { world, login, state } = await startWithLogin();
  expect(await revoke(world, login)).toBe(true);
  expect(world.sent).toMatchObject([{ path: REVOKE, headers: { 'content-type': 'application/json' } }]);
  expect(world.sent[0]?.params).toEqual({
    token: login.refreshToken,
    token_type_hint: 'refresh_token',
    client_id: DEFAULT_CLIENT_ID,
  });
  expect(state()).toBe('revoked');
  expect(world.emulator.tokens.checkAccessToken(login.accessToken)).toEqual({ ok: false, reason: 'revoked' });
});

test('without one, by its access token, which names no client', async () => {
  const { world, login } = await startWithLogin();
  const { refreshToken: _none, ...rest } = login;
  expect(await revoke(world, rest)).toBe(true);
  expect(world.sent[0]?.params).toEqual({ token: login.accessToken, token_type_hint: 'access_token' });
  expect(world.emulator.tokens.checkAccessToken(login.accessToken)).toEqual({ ok: false, reason: 'revoked' });
});

test('what is kept aside is revoked as well', async () => {
  const { world, login, state } = await startWithLogin();
  const aside = world.emulator.login({ accountId: 'acct-2' });
  expect(await revoke(world, { ...login, aside })).toBe(true);
  expect(world.paths()).toEqual([REVOKE, REVOKE]);
  expect(state()).toBe('revoked');
  expect(world.emulator.tokens.refreshTokenState(aside.refreshToken ?? '')).toBe('revoked');
});

test.each<[string, (login: OAuthCredentials) => Partial<OAuthCredentials>]>([
  ['another issuer', () => ({ issuer: 'https://other.test' })],
  ['an issuer that begins alike', ({ issuer }) => ({ issuer: `${issuer}0` })],
  ['another client', () => ({ clientId: 'app_other' })],
])('nothing is sent for a login of %s', async (_name, change) => {
  const { world, login, state } = await startWithLogin();
  expect(await revoke(world, { ...login, ...change(login) })).toBe(false);
  expect(world.paths()).toEqual([]);
  expect(state()).toBe('fresh');
});

test.each(['issuer', 'clientId'] as const)('nothing is sent for a login that does not say its %s', async (name) => {
  const { world, login } = await startWithLogin();
  const { [name]: _unknown, ...rest } = login;
  expect(await revoke(world, rest)).toBe(false);
  expect(world.paths()).toEqual([]);
});

test('a slash at the end makes no other issuer', async () => {
  const { world, login } = await startWithLogin();
  expect(await revoke(world, { ...login, issuer: `${world.issuer}//` })).toBe(true);
  expect(await revoke(world, login, { issuer: `${world.issuer}/` })).toBe(true);
  expect(world.paths()).toEqual([REVOKE, REVOKE]);
});

test.each<[string, IssuerReply]>([
  ['500', { status: 500, body: 'rt_CANARY1234567890' }],
  ['400', { status: 400, body: { error: 'invalid_request' } }],
  ['a redirect', { status: 307, headers: { location: '/oauth/token' } }],
  ['a broken connection', { connection: 'reset' }],
])('a failure is no error: %s', async (_name, reply) => {
  const { world, login } = await startWithLogin();
  world.emulator.oauth.revokeReply(reply);
  expect(await revoke(world, login)).toBe(false);
  expect(world.paths()).toEqual([REVOKE]);
  expect(world.logged).toHaveLength(1);
  expect(world.leaked(world.logged)).toEqual([]);
  expect(JSON.stringify(world.logged)).not.toMatch(/canary/i);
});

test('an issuer that does not answer is given 10 s', async () => {
  const { world, login } = await startWithLogin();
  world.emulator.oauth.revokeReply(() => {
    world.expire();
    return { connection: 'stall' };
  });
  expect(await revoke(world, login)).toBe(false);
  expect(world.limits.map(({ ms }) => ms)).toEqual([10_000]);
});

test('neither a fetch that throws nor an issuer without TLS is an error', async () => {
  const { world, login } = await startWithLogin();
  const fetch = () => {
    throw new Error(`cannot send ${login.refreshToken}`);
  };
  expect(await revoke({ ...world, runtime: { ...world.runtime, fetch } }, login)).toBe(false);
  expect(await revoke(world, { ...login, issuer: 'http://a.test' }, { issuer: 'http://a.test' })).toBe(false);
  expect(world.paths()).toEqual([]);
  expect(world.leaked(world.logged)).toEqual([]);
});
