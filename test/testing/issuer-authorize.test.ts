import { describe, expect, test } from 'vitest';
import {
  answerOf,
  authorize,
  CHALLENGE,
  callbackOf,
  exchangeParams,
  oauthError,
  type Params,
  REDIRECT,
  SCOPE,
  STATE,
  startIssuer,
  tokensOf,
} from './issuer-server';

const client = 'client_id is missing or unknown.';
const redirect = 'redirect_uri is missing or not registered.';
const method = 'code_challenge_method must be S256.';
const challenge = 'code_challenge is missing or malformed.';

test.each<[string, Params, string]>([
  ['no response_type', { response_type: undefined }, 'response_type must be code.'],
  ['the implicit flow', { response_type: 'token' }, 'response_type must be code.'],
  ['no client', { client_id: undefined }, client],
  ['another client', { client_id: 'app_other' }, client],
  ['no redirect', { redirect_uri: undefined }, redirect],
  ['another host', { redirect_uri: 'http://evil.test:1455/auth/callback' }, redirect],
  ['another port', { redirect_uri: 'http://localhost:1456/auth/callback' }, redirect],
  ['another path', { redirect_uri: 'http://localhost:1455/callback' }, redirect],
  ['no challenge', { code_challenge: undefined }, challenge],
  ['a challenge that is no SHA-256', { code_challenge: CHALLENGE.slice(1) }, challenge],
  ['no challenge method', { code_challenge_method: undefined }, method],
  ['a plain challenge', { code_challenge_method: 'plain' }, method],
  ['no state', { state: undefined }, 'state is missing.'],
  ['an empty state', { state: '' }, 'state is missing.'],
])('rule 1: 400 on the spot for %s', async (_name, change, description) => {
  const world = await startIssuer();
  const refused = await authorize(world, change);
  expect(refused.headers.get('location')).toBeNull();
  expect(await answerOf(refused)).toEqual(oauthError(400, 'invalid_request', description));
  expect((await authorize(world)).status).toBe(302);
});

test('rule 1: every registered redirect is taken, and nothing depends on the order of parameters', async () => {
  const world = await startIssuer();
  const callbacks = ['localhost', '127.0.0.1'].flatMap((host) =>
    [1455, 1457].map((port) => `http://${host}:${port}/auth/callback`),
  );
  for (const uri of [...callbacks, `${world.origin}/deviceauth/callback`]) {
    const response = await authorize(world, { redirect_uri: uri });
    expect([response.status, response.headers.get('location')?.split('?')[0]]).toEqual([302, uri]);
  }
});

test.each([undefined, 'profile email offline_access', 'openidx offline_access'])(
  'rule 2: 400 for the scope %j, which lacks openid',
  async (scope) => {
    const world = await startIssuer();
    const refused = await authorize(world, { scope });
    expect(await answerOf(refused)).toEqual(oauthError(400, 'invalid_scope', 'The scope must contain openid.'));
    expect((await authorize(world, { scope: 'openid' })).status).toBe(302);
  },
);

test.each([
  ['openid profile', false],
  ['openid offline_access', true],
])('rule 2: the scope %j gives a refresh token: %s', async (scope, expected) => {
  const world = await startIssuer();
  const { code } = callbackOf((await authorize(world, { scope })).headers.get('location'));
  const tokens = await tokensOf(await world.form('/oauth/token', exchangeParams(code)));
  expect(tokens.scope).toBe(scope);
  expect('refresh_token' in tokens).toBe(expected);
});

test('rule 3: a denial goes back with the state and the reason', async () => {
  const world = await startIssuer({ authorize: 'deny' });
  const response = await authorize(world);
  expect(response.status).toBe(302);
  expect(response.headers.get('location')?.split('?')[0]).toBe(REDIRECT);
  expect(callbackOf(response.headers.get('location'))).toEqual({
    error: 'access_denied',
    error_description: 'The user denied the request.',
    state: STATE,
  });
  world.issuer.settings.denial = 'missing_codex_entitlement';
  const again = callbackOf((await authorize(world)).headers.get('location'));
  expect(again.error_description).toBe('missing_codex_entitlement');
});

test('rule 4: an approval goes back with a code, the scope and the state', async () => {
  const world = await startIssuer();
  const response = await authorize(world, { state: 'a b&c' });
  expect(response.status).toBe(302);
  expect(response.headers.get('location')?.split('?')[0]).toBe(REDIRECT);
  expect(callbackOf(response.headers.get('location'))).toEqual({
    code: expect.stringMatching(/^ac_/),
    scope: SCOPE,
    state: 'a b&c',
  });
});

describe('left pending', () => {
  test('a page is shown, and the test decides for whom the login is', async () => {
    const world = await startIssuer({ authorize: 'pending' });
    const page = await authorize(world);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const { code, state } = callbackOf(world.issuer.pending[0]?.approve({ accountId: 'acct-7' }) ?? null);
    expect(state).toBe(STATE);
    expect(world.issuer.pending).toEqual([]);
    const tokens = await tokensOf(await world.form('/oauth/token', exchangeParams(code)));
    expect(world.registry.checkAccessToken(tokens.access_token)).toMatchObject({ ok: true, accountId: 'acct-7' });
  });

  test('the test may also deny', async () => {
    const world = await startIssuer({ authorize: 'pending' });
    await authorize(world);
    expect(callbackOf(world.issuer.pending[0]?.deny('no') ?? null)).toEqual({
      error: 'access_denied',
      error_description: 'no',
      state: STATE,
    });
  });
});
