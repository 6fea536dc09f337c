import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { DEFAULT_CLIENT_ID } from '../../src/shared/constants';
import { answerOf, authorize, newCode, oauthError, refresh, startIssuer } from './issuer-server';

const REVOKE = '/oauth/revoke';
const WHOAMI = '/api/accounts/v1/user-auth-credential/whoami';
const OK = { status: 200, body: {} };

function revocation(token: string | undefined, more: Record<string, unknown> = {}) {
  return { token, token_type_hint: 'refresh_token', client_id: DEFAULT_CLIENT_ID, ...more };
}

describe('rule 24', () => {
  test('a revoked refresh token is invalidated, and its access tokens are revoked', async () => {
    const world = await startIssuer();
    const [login, bystander] = [world.registry.login(), world.registry.login()];
    expect(await answerOf(await world.json(REVOKE, revocation(login.refreshToken)))).toEqual(OK);
    expect(world.registry.checkAccessToken(login.accessToken)).toEqual({ ok: false, reason: 'revoked' });
    expect(world.registry.refreshTokenState(login.refreshToken ?? '')).toBe('revoked');
    expect((await refresh(world, login.refreshToken)).status).toBe(401);
    expect(world.registry.checkAccessToken(bystander.accessToken).ok).toBe(true);
  });

  test('an access token needs no client', async () => {
    const world = await startIssuer();
    const { accessToken } = world.registry.login();
    const body = { token: accessToken, token_type_hint: 'access_token' };
    expect(await answerOf(await world.json(REVOKE, body))).toEqual(OK);
    expect(world.registry.checkAccessToken(accessToken)).toEqual({ ok: false, reason: 'revoked' });
  });

  test('an unknown token is answered like a known one', async () => {
    const world = await startIssuer();
    expect(await answerOf(await world.json(REVOKE, revocation('rt_unknown')))).toEqual(OK);
  });

  test('the hint alone makes it a refresh token, which needs its client', async () => {
    const world = await startIssuer();
    const body = { token: 'rt_unknown', token_type_hint: 'refresh_token' };
    expect(await answerOf(await world.json(REVOKE, body))).toEqual(
      oauthError(400, 'invalid_request', 'client_id is missing.'),
    );
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['no token', { token: undefined }, 'token is missing.'],
    ['an empty token', { token: '' }, 'token is missing.'],
    ['no hint', { token_type_hint: undefined }, 'token_type_hint must be refresh_token or access_token.'],
    ['another hint', { token_type_hint: 'id_token' }, 'token_type_hint must be refresh_token or access_token.'],
    ['no client', { client_id: undefined }, 'client_id is missing.'],
    [
      'no client, and a hint that hides why',
      { client_id: undefined, token_type_hint: 'access_token' },
      'client_id is missing.',
    ],
  ])('400 for %s', async (_name, change, description) => {
    const world = await startIssuer();
    const { accessToken, refreshToken } = world.registry.login();
    const refused = await world.json(REVOKE, revocation(refreshToken, change));
    expect(await answerOf(refused)).toEqual(oauthError(400, 'invalid_request', description));
    expect(world.registry.checkAccessToken(accessToken).ok).toBe(true);
  });

  test('400 for a form, 401 for another client', async () => {
    const world = await startIssuer();
    const { accessToken, refreshToken = '' } = world.registry.login();
    const form = { token: refreshToken, token_type_hint: 'refresh_token', client_id: DEFAULT_CLIENT_ID };
    expect(await answerOf(await world.form(REVOKE, form))).toEqual(
      oauthError(400, 'invalid_request', 'A revocation is sent as JSON.'),
    );
    expect(await answerOf(await world.json(REVOKE, revocation(refreshToken, { client_id: 'app_other' })))).toEqual(
      oauthError(401, 'invalid_client'),
    );
    expect(world.registry.checkAccessToken(accessToken).ok).toBe(true);
  });

  test('on request it fails, or stays silent until the client leaves', async () => {
    const world = await startIssuer();
    const { accessToken, refreshToken } = world.registry.login();
    const client = new AbortController();
    world.issuer.revokeReply({ status: 500, body: 'oops' }, () => {
      client.abort();
      return { connection: 'stall' };
    });
    const failed = await world.json(REVOKE, revocation(refreshToken));
    expect([failed.status, await failed.text()]).toEqual([500, 'oops']);
    const { signal } = client;
    await expect(world.json(REVOKE, revocation(refreshToken), { signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(world.registry.checkAccessToken(accessToken).ok).toBe(true);
    expect(await answerOf(await world.json(REVOKE, revocation(refreshToken)))).toEqual(OK);
    expect(world.registry.checkAccessToken(accessToken).ok).toBe(false);
  });
});

describe('rule 27', () => {
  test('a personal access token says whose it is, and is good as a bearer', async () => {
    const world = await startIssuer();
    const options = { accountId: 'acct-1', userId: 'user-1', email: 'a@b.c', planType: 'team', fedramp: true };
    const token = world.registry.personalAccessToken(options);
    expect(token).toMatch(/^at-/);
    expect(await answerOf(await world.ask(WHOAMI, { headers: { authorization: `Bearer ${token}` } }))).toEqual({
      status: 200,
      body: {
        email: 'a@b.c',
        chatgpt_user_id: 'user-1',
        chatgpt_account_id: 'acct-1',
        chatgpt_plan_type: 'team',
        chatgpt_account_is_fedramp: true,
      },
    });
    expect(world.registry.checkAccessToken(token)).toMatchObject({ ok: true, accountId: 'acct-1' });
  });

  test('401 for everything else', async () => {
    const world = await startIssuer();
    const good = world.registry.personalAccessToken();
    const revoked = world.registry.personalAccessToken();
    world.registry.revokeFamily(revoked);
    const { accessToken } = world.registry.login();
    const unauthorized = { status: 401, body: { detail: 'Unauthorized' } };
    for (const value of [
      undefined,
      `Basic ${good}`,
      'Bearer at-unknown',
      `Bearer ${accessToken}`,
      `Bearer ${revoked}`,
    ]) {
      const headers = { ...(value !== undefined && { authorization: value }) };
      expect(await answerOf(await world.ask(WHOAMI, { headers }))).toEqual(unauthorized);
    }
    expect((await world.ask(WHOAMI, { headers: { authorization: `Bearer ${good}` } })).status).toBe(200);
  });
});

describe('paths', () => {
  test.each([
    ['/oauth/authorize', 'GET'],
    ['/oauth/token', 'POST'],
    ['/oauth/revoke', 'POST'],
    ['/api/accounts/deviceauth/usercode', 'POST'],
    ['/api/accounts/deviceauth/token', 'POST'],
    ['/codex/device', 'GET'],
    [WHOAMI, 'GET'],
  ])('%s is for %s', async (path, method) => {
    const { ask } = await startIssuer();
    const refused = await ask(path, { method: method === 'GET' ? 'POST' : 'GET' });
    expect(refused.headers.get('allow')).toBe(method);
    expect(await answerOf(refused)).toEqual({ status: 405, body: { detail: 'Method Not Allowed' } });
  });

  test.each(['/', '/oauth', '/oauth/token/', '/deviceauth', '/deviceauth/callback'])(
    '%s is not the issuer',
    async (path) => {
      const { ask } = await startIssuer();
      expect((await ask(path)).status).toBe(418);
    },
  );
});

test('nothing that is handed out prints a secret', async () => {
  const world = await startIssuer({ authorize: 'pending' });
  const login = world.registry.login();
  await authorize(world);
  await refresh(world, login.refreshToken);
  await refresh(world, login.refreshToken);
  world.issuer.settings.authorize = 'approve';
  const secrets = [login.accessToken, login.refreshToken, login.idToken, await newCode(world)];
  const { issuer, registry, violations } = world;
  const shown = inspect({ issuer, registry, violations, login }, { depth: 10, showHidden: false });
  const printed = shown + JSON.stringify({ issuer, registry, violations });
  for (const secret of secrets) expect(printed).not.toContain(secret);
});
