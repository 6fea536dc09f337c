import { setImmediate as nextTurn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { AUTH_CLAIM } from '../../src/shared/constants';
import { tokenFailures } from '../../src/testing/issuer/token-failures';
import {
  answerOf,
  claimsOf,
  exchangeParams,
  newCode,
  oauthError,
  refresh,
  refreshError,
  refreshParams,
  startIssuer,
  tokensOf,
  type World,
} from './issuer-server';

const REUSED_TEXT =
  'Your refresh token has already been used to generate a new access token. Please try signing in again.';

/** A login whose next refresh gets this reply. */
async function scripted(...replies: Parameters<World['issuer']['tokenReply']>) {
  const world = await startIssuer();
  world.issuer.tokenReply(...replies);
  const { refreshToken = '' } = world.registry.login({ accountId: 'acct-1' });
  const state = () => world.registry.refreshTokenState(refreshToken);
  return { ...world, refreshToken, state, ask: () => refresh(world, refreshToken) };
}

describe('rule 12: a success that is a little different', () => {
  test.each(['access_token', 'refresh_token', 'id_token', 'expires_in'] as const)('without %s', async (name) => {
    const { ask, state } = await scripted(tokenFailures.without(name));
    const body = await tokensOf(await ask());
    const all = ['access_token', 'expires_in', 'id_token', 'refresh_token', 'scope', 'token_type'];
    expect(Object.keys(body).sort()).toEqual(all.filter((key) => key !== name));
    expect(state()).toBe('spent');
  });

  test.each<[string, Parameters<World['issuer']['tokenReply']>[0], Record<string, unknown>]>([
    ['an opaque id token', tokenFailures.opaqueIdToken(), { id_token: 'opaque-id-token' }],
    ['expires_in as a string', tokenFailures.expiresInAsString(), { expires_in: '864000' }],
    ['a field nobody knows', { fields: { surprise: [1] } }, { surprise: [1] }],
  ])('%s', async (_name, reply, expected) => {
    const { ask, registry } = await scripted(reply);
    const body = await tokensOf(await ask());
    expect(body).toMatchObject(expected);
    expect(registry.checkAccessToken(body.access_token).ok).toBe(true);
  });

  test('tokens that name organizations and no account', async () => {
    const { ask } = await scripted(tokenFailures.organizationsOnly());
    const body = await tokensOf(await ask());
    for (const token of [body.access_token, body.id_token]) {
      const auth = claimsOf(token)[AUTH_CLAIM];
      expect(auth).not.toHaveProperty('chatgpt_account_id');
      expect(auth).toHaveProperty('organizations');
    }
  });

  test('a payload with letters beyond ASCII, and with - and _', async () => {
    const email = 'ÿûï~¾¿>?@exämple.org';
    const { ask } = await scripted({ login: { email } });
    const { id_token } = await tokensOf(await ask());
    expect(id_token?.split('.')[1]).toMatch(/(?=.*-)(?=.*_)/);
    expect(claimsOf(id_token).email).toBe(email);
  });

  test('the same for a code', async () => {
    const world = await startIssuer();
    world.issuer.tokenReply(tokenFailures.without('refresh_token'));
    const tokens = await tokensOf(await world.form('/oauth/token', exchangeParams(await newCode(world))));
    expect(tokens).not.toHaveProperty('refresh_token');
  });
});

describe('rule 18: the same refusals in other clothes', () => {
  test.each(['refresh_token_reused', 'refresh_token_expired', 'refresh_token_invalidated', 'token_expired'] as const)(
    '%s',
    async (code) => {
      const { ask, state } = await scripted(
        tokenFailures.refused(code, { status: 400 }),
        tokenFailures.refused(code, { shape: 'string' }),
        tokenFailures.refused(code, { status: 400, shape: 'string' }),
      );
      expect(await answerOf(await ask())).toEqual(refreshError(code, expect.any(String), 400));
      expect(await answerOf(await ask())).toEqual(oauthError(401, code));
      expect(await answerOf(await ask())).toEqual(oauthError(400, code));
      expect(state()).toBe('fresh');
    },
  );

  test('by default as in rule 16, and as RFC 6749 has it', async () => {
    const { ask } = await scripted(tokenFailures.refused(), tokenFailures.invalidGrant());
    expect(await answerOf(await ask())).toEqual(refreshError('refresh_token_reused', REUSED_TEXT));
    expect(await answerOf(await ask())).toEqual(oauthError(400, 'invalid_grant'));
  });
});

describe('rule 19: an answer that is none', () => {
  test.each<[string, Parameters<World['issuer']['tokenReply']>[0], number, string, RegExp]>([
    ['a page of an edge server', tokenFailures.edgePage(), 403, 'text/html; charset=utf-8', /^<html>/],
    ['500 in words', tokenFailures.serverError(), 500, 'text/plain; charset=utf-8', /^Internal Server Error$/],
    ['502 as a page', tokenFailures.badGateway(), 502, 'text/html; charset=utf-8', /^<html>/],
    ['whatever a script says', { status: 418, body: { a: 1 } }, 418, 'application/json', /^\{"a":1\}$/],
  ])('%s', async (_name, reply, status, type, text) => {
    const { ask, state } = await scripted(reply);
    const response = await ask();
    expect([response.status, response.headers.get('content-type')]).toEqual([status, type]);
    expect(await response.text()).toMatch(text);
    expect(state()).toBe('fresh');
  });

  test('403 by country', async () => {
    const { ask } = await scripted(tokenFailures.regionBlocked());
    expect(await answerOf(await ask())).toEqual({
      status: 403,
      body: {
        error: {
          code: 'unsupported_country_region_territory',
          message: 'Country, region, or territory not supported',
          param: null,
          type: 'request_forbidden',
        },
      },
    });
  });

  test('429 with a time to wait', async () => {
    const { ask } = await scripted(tokenFailures.rateLimited(), tokenFailures.rateLimited({ retryAfter: 9 }));
    const [first, second] = [await ask(), await ask()];
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, '2']);
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '9']);
  });

  test.each([false, true])('a reset before the headers (the token is spent: %s)', async (carriedOut) => {
    const { ask, state } = await scripted(tokenFailures.reset({ carriedOut }));
    await expect(ask()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(state()).toBe(carriedOut ? 'spent' : 'fresh');
    expect((await ask()).status).toBe(carriedOut ? 401 : 200);
  });

  test('a break in the middle of the body', async () => {
    const { ask, state } = await scripted(tokenFailures.resetMidBody());
    const response = await ask();
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('terminated');
    expect(state()).toBe('spent');
  });

  test('silence until the client leaves', async () => {
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const world = await scripted(() => {
      arrive();
      return tokenFailures.stall();
    });
    const client = new AbortController();
    const asked = world.json('/oauth/token', refreshParams(world.refreshToken), { signal: client.signal });
    await arrived;
    client.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    expect((await world.ask()).status).toBe(200);
    expect(world.violations).toEqual([]);
  });

  test('half of the JSON, as if that were all', async () => {
    const { ask, state } = await scripted(tokenFailures.truncated());
    const response = await ask();
    const text = await response.text();
    expect([response.status, text.startsWith('{"id_token":"')]).toEqual([200, true]);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(state()).toBe('spent');
  });

  test('an empty object', async () => {
    const { ask, state } = await scripted(tokenFailures.empty());
    expect(await answerOf(await ask())).toEqual({ status: 200, body: {} });
    expect(state()).toBe('spent');
  });

  test('tokens of another account, once', async () => {
    const { ask, registry, json } = await scripted(tokenFailures.otherAccount('acct-2'));
    const body = await tokensOf(await ask());
    for (const token of [body.access_token, body.id_token]) {
      expect(claimsOf(token)[AUTH_CLAIM]).toMatchObject({ chatgpt_account_id: 'acct-2' });
    }
    expect(registry.checkAccessToken(body.access_token)).toMatchObject({ accountId: 'acct-2' });
    const { access_token } = await tokensOf(await json('/oauth/token', refreshParams(body.refresh_token)));
    expect(registry.checkAccessToken(access_token)).toMatchObject({ accountId: 'acct-1' });
  });
});

describe('the queue', () => {
  test('each request takes one reply, then the issuer answers by itself', async () => {
    const { ask } = await scripted({ status: 500 }, { status: 502 });
    expect([(await ask()).status, (await ask()).status, (await ask()).status]).toEqual([500, 502, 200]);
  });

  test('a request that cannot be read takes one, and is refused all the same', async () => {
    const world = await scripted({ status: 500 });
    const unread = await world.json('/oauth/token', { grant_type: 'refresh_token' });
    expect([unread.status, (await world.ask()).status]).toEqual([400, 200]);
  });

  test('a reply may be a function of the request, which does not print its secrets', async () => {
    const printed: string[] = [];
    const { ask, refreshToken } = await scripted(async (request) => {
      printed.push(inspect(request, { depth: 5 }), JSON.stringify(request));
      return () => ({
        status: 400,
        body: { grant: request.params.grant_type ?? '', secret: request.params.refresh_token ?? '' },
      });
    });
    expect(await answerOf(await ask())).toEqual({
      status: 400,
      body: { grant: 'refresh_token', secret: refreshToken },
    });
    expect(printed.join()).not.toContain(refreshToken);
  });

  test('a refusal of the issuer is not edited', async () => {
    const { ask, registry, refreshToken } = await scripted({ fields: { access_token: 'forged' } });
    registry.spend(refreshToken);
    expect(await answerOf(await ask())).toEqual(refreshError('refresh_token_reused', REUSED_TEXT));
  });
});

test('rule 15: on request a refresh token is spent only by an answer that arrived', async () => {
  const world = await startIssuer({ spendRefreshTokens: 'when-answered' });
  const { refreshToken = '' } = world.registry.login();
  world.issuer.tokenReply(tokenFailures.reset({ carriedOut: true }), tokenFailures.resetMidBody());
  await expect(refresh(world, refreshToken)).rejects.toThrow('fetch failed');
  await expect((await refresh(world, refreshToken)).text()).rejects.toThrow('terminated');
  expect((await refresh(world, refreshToken)).status).toBe(200);
  expect(await answerOf(await refresh(world, refreshToken))).toEqual(refreshError('refresh_token_reused', REUSED_TEXT));
});

test('rule 15: a client that left before the answer keeps its token, on request', async () => {
  const world = await startIssuer({ spendRefreshTokens: 'when-answered' });
  const { refreshToken = '' } = world.registry.login();
  const client = new AbortController();
  let answered = () => {};
  const answer = new Promise<void>((resolve) => {
    answered = resolve;
  });
  world.issuer.tokenReply(async () => {
    client.abort();
    while (world.ended() === 0) await nextTurn();
    setImmediate(answered);
    return {};
  });
  const asked = world.json('/oauth/token', refreshParams(refreshToken), { signal: client.signal });
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  await answer;
  expect(world.registry.refreshCounts.get(refreshToken)).toBe(1);
  expect(world.registry.refreshTokenState(refreshToken)).toBe('fresh');
});
