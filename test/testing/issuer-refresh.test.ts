import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  answerOf,
  claimsOf,
  exchangeParams,
  MINUTE,
  NOW,
  newCode,
  oauthError,
  refresh,
  refreshError,
  refreshParams,
  startIssuer,
  tokensOf,
} from './issuer-server';

const TOKEN = '/oauth/token';
const REUSED = refreshError(
  'refresh_token_reused',
  'Your refresh token has already been used to generate a new access token. Please try signing in again.',
);
const INVALIDATED = refreshError(
  'refresh_token_invalidated',
  'Your refresh token has been revoked. Please try signing in again.',
);
const TWICE = {
  rule: 'auth-20',
  code: 'refresh_token_presented_twice',
  path: TOKEN,
  message: expect.stringContaining('presented again'),
};

test.each(['form', 'json'] as const)('rule 14: a refresh is taken as %s, whatever else it brings', async (encoding) => {
  const world = await startIssuer();
  const params = refreshParams(world.registry.login().refreshToken, { refresh_reason: 'scheduled', scope: 'openid' });
  const response = await world[encoding](TOKEN, params);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(Object.keys(await tokensOf(response)).sort()).toEqual([
    'access_token',
    'expires_in',
    'id_token',
    'refresh_token',
    'scope',
    'token_type',
  ]);
});

test('rule 14: 400 without client, 401 with another one, and the token stays good', async () => {
  const world = await startIssuer();
  const { refreshToken } = world.registry.login();
  expect(await answerOf(await world.json(TOKEN, refreshParams(refreshToken, { client_id: undefined })))).toEqual(
    oauthError(400, 'invalid_request', 'client_id is missing.'),
  );
  expect(await answerOf(await world.json(TOKEN, refreshParams(refreshToken, { client_id: 'app_other' })))).toEqual(
    oauthError(401, 'invalid_client'),
  );
  expect(world.registry.refreshCounts.size).toBe(0);
  expect((await refresh(world, refreshToken)).status).toBe(200);
});

test('rule 14: 400 without refresh token', async () => {
  const world = await startIssuer();
  expect(await answerOf(await refresh(world, undefined))).toEqual(
    oauthError(400, 'invalid_request', 'refresh_token is missing.'),
  );
});

test('rule 15: every refresh gives a new pair of the same login', async () => {
  const world = await startIssuer();
  const login = world.registry.login({ accountId: 'acct-1', expiresInMs: MINUTE });
  world.advance(2 * MINUTE);
  const tokens = await tokensOf(await refresh(world, login.refreshToken));
  const [before, after] = [claimsOf(login.accessToken), claimsOf(tokens.access_token)];
  expect(after.jti).not.toBe(before.jti);
  expect(after.iat).toBe((NOW + 2 * MINUTE) / 1000);
  expect(tokens.refresh_token).not.toBe(login.refreshToken);
  expect(world.registry.checkAccessToken(login.accessToken)).toEqual({ ok: false, reason: 'expired' });
  expect(world.registry.checkAccessToken(tokens.access_token)).toMatchObject({ ok: true, accountId: 'acct-1' });
  expect((await refresh(world, tokens.refresh_token)).status).toBe(200);
  expect(world.violations).toEqual([]);
});

test('rule 16: 401 for a refresh token that was used, and the rest of the family lives on', async () => {
  const world = await startIssuer();
  const { refreshToken } = world.registry.login();
  const tokens = await tokensOf(await refresh(world, refreshToken));
  expect(await answerOf(await refresh(world, refreshToken))).toEqual(REUSED);
  expect(await answerOf(await refresh(world, refreshToken))).toEqual(REUSED);
  expect(world.registry.checkAccessToken(tokens.access_token).ok).toBe(true);
  expect((await refresh(world, tokens.refresh_token)).status).toBe(200);
});

test('rule 16: of many at once, one wins', async () => {
  const world = await startIssuer();
  const { refreshToken } = world.registry.login();
  const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(world, refreshToken)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(401)]);
  expect(world.registry.refreshCounts.get(refreshToken ?? '')).toBe(8);
});

test('rule 16: on request the whole family is revoked', async () => {
  const world = await startIssuer({ revokeOnReuse: true });
  const { refreshToken } = world.registry.login();
  const tokens = await tokensOf(await refresh(world, refreshToken));
  expect(await answerOf(await refresh(world, refreshToken))).toEqual(REUSED);
  expect(world.registry.checkAccessToken(tokens.access_token)).toEqual({ ok: false, reason: 'revoked' });
  expect(await answerOf(await refresh(world, tokens.refresh_token))).toEqual(INVALIDATED);
});

test('rule 16: on request only a reuse revokes the family', async () => {
  const world = await startIssuer({ revokeOnReuse: true });
  const { accessToken, refreshToken } = world.registry.login({ refreshExpiresInMs: MINUTE });
  world.advance(MINUTE);
  expect((await refresh(world, refreshToken)).status).toBe(401);
  expect(world.registry.checkAccessToken(accessToken).ok).toBe(true);
});

describe('rule 17: 401', () => {
  test('for one that has expired', async () => {
    const world = await startIssuer();
    const [inTime, late] = [0, 1].map(() => world.registry.login({ refreshExpiresInMs: MINUTE }).refreshToken);
    world.advance(MINUTE - 1);
    expect((await refresh(world, inTime)).status).toBe(200);
    world.advance(1);
    expect(await answerOf(await refresh(world, late))).toEqual(
      refreshError('refresh_token_expired', 'Your refresh token has expired. Please try signing in again.'),
    );
  });

  test('for one that was revoked', async () => {
    const world = await startIssuer();
    const { accessToken, refreshToken } = world.registry.login();
    world.registry.revokeFamily(accessToken);
    expect(await answerOf(await refresh(world, refreshToken))).toEqual(INVALIDATED);
  });

  test.each(['', 'garbage', 'rt_looks_right_and_is_not'])('for garbage: %j', async (token) => {
    const world = await startIssuer();
    expect(await answerOf(await refresh(world, token))).toEqual(
      refreshError('token_expired', 'Could not validate your token. Please try signing in again.'),
    );
  });
});

describe('rule 20: presenting a refresh token again is noted', () => {
  test('after a success, and after a refusal', async () => {
    const world = await startIssuer();
    const { refreshToken = '' } = world.registry.login();
    await refresh(world, refreshToken);
    expect(world.violations).toEqual([]);
    await refresh(world, refreshToken);
    expect(world.violations).toEqual([TWICE]);
    await refresh(world, refreshToken);
    expect(world.violations).toEqual([TWICE, TWICE]);
    expect(world.registry.refreshCounts).toEqual(new Map([[refreshToken, 3]]));
    expect(JSON.stringify(world.violations)).not.toContain(refreshToken);
  });

  test('after an answer that was made up', async () => {
    const world = await startIssuer();
    const { refreshToken = '' } = world.registry.login();
    world.issuer.tokenReply({ status: 500 });
    expect((await refresh(world, refreshToken)).status).toBe(500);
    expect((await refresh(world, refreshToken)).status).toBe(200);
    expect(world.violations).toEqual([TWICE]);
    expect(world.registry.refreshCounts.get(refreshToken)).toBe(2);
  });

  test('but not after an answer that was lost, nor after one that names a time to try again', async () => {
    const world = await startIssuer();
    const { refreshToken = '' } = world.registry.login();
    world.issuer.tokenReply({ connection: 'reset' }, { status: 503, headers: { 'Retry-After': '1' } });
    await expect(refresh(world, refreshToken)).rejects.toThrow('fetch failed');
    expect((await refresh(world, refreshToken)).status).toBe(503);
    expect((await refresh(world, refreshToken)).status).toBe(200);
    expect(world.violations).toEqual([]);
    await refresh(world, refreshToken);
    expect(world.violations).toEqual([TWICE]);
  });

  test('but not by a client that left before it was answered', async () => {
    const world = await startIssuer();
    const { refreshToken = '' } = world.registry.login();
    const client = new AbortController();
    world.issuer.tokenReply(async () => {
      client.abort();
      while (world.ended() === 0) await nextTurn();
      return {};
    });
    const asked = world.json(TOKEN, refreshParams(refreshToken), { signal: client.signal });
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    while (world.registry.refreshTokenState(refreshToken) === 'fresh') await nextTurn();
    expect(await answerOf(await refresh(world, refreshToken))).toEqual(REUSED);
    expect(world.violations).toEqual([]);
    await refresh(world, refreshToken);
    expect(world.violations).toEqual([TWICE]);
  });

  test('codes are another matter', async () => {
    const world = await startIssuer();
    const params = exchangeParams(await newCode(world));
    await world.form(TOKEN, params);
    await world.form(TOKEN, params);
    expect(world.violations).toEqual([]);
  });
});
