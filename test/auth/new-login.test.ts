import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { redeemCode } from '../../src/auth/new-login';
import { DEFAULT_CLIENT_ID } from '../../src/shared/constants';
import { createRuntime } from '../../src/shared/runtime';
import type { CodexEmulatorOptions } from '../../src/testing/emulator';
import { tokenFailures } from '../../src/testing/issuer/token-failures';
import { jwt } from './harness';
import { claimsOf, type LoginWorld, newCode, REDIRECT, rejection, startWorld, VERIFIER } from './login-world';

const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

/** A world, and a code that is good for one exchange in it. */
async function startWithCode(options: CodexEmulatorOptions = {}) {
  const world = await startWorld(options);
  return { ...world, code: await newCode(world, CHALLENGE) };
}

function redeem(
  { issuer, runtime, code }: LoginWorld & { code: string },
  more: Partial<Parameters<typeof redeemCode>[0]> = {},
) {
  const grant = { issuer, clientId: DEFAULT_CLIENT_ID, code, redirectUri: REDIRECT, codeVerifier: VERIFIER };
  return redeemCode({ ...grant, ...more }, runtime);
}

test('a code becomes credentials that say whose they are and who made them', async () => {
  const world = await startWithCode({ oauth: { login: { accountId: 'acct-1', email: 'müller+ß@例え.jp' } } });
  const { accessToken, refreshToken, idToken, expiresAt, lastRefreshAt, ...rest } = await redeem(world);
  expect(rest).toEqual({
    accountId: 'acct-1',
    userId: 'user-emulated',
    email: 'müller+ß@例え.jp',
    planType: 'plus',
    issuer: world.issuer,
    clientId: DEFAULT_CLIENT_ID,
  });
  expect(world.emulator.tokens.checkAccessToken(accessToken)).toMatchObject({ ok: true, accountId: 'acct-1' });
  expect(world.emulator.tokens.refreshTokenState(refreshToken ?? '')).toBe('fresh');
  expect(world.emulator.tokens.isIdToken(idToken ?? '')).toBe(true);
  expect(expiresAt).toBeGreaterThan(world.now() + 9 * 86_400_000);
  expect(lastRefreshAt).toBe(world.now());
});

test('the exchange is one form that holds no secret but the code and its verifier', async () => {
  const world = await startWithCode();
  await redeem(world, { issuer: `${world.issuer}/` });
  expect(world.sent).toMatchObject([
    {
      path: '/oauth/token',
      params: {
        grant_type: 'authorization_code',
        client_id: DEFAULT_CLIENT_ID,
        code: world.code,
        redirect_uri: REDIRECT,
        code_verifier: VERIFIER,
      },
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    },
  ]);
  expect(Object.keys(world.sent[0]?.params ?? {})).toHaveLength(5);
  expect(world.emulator.oauth.apiKeyExchanges).toBe(0);
});

test('credentials print without their tokens', async () => {
  const world = await startWithCode();
  const credentials = await redeem(world);
  const text = inspect(credentials, { depth: 9 });
  expect([...world.secrets].filter((secret) => text.includes(secret))).toEqual([]);
});

test('without an id token the access token says who it is', async () => {
  const world = await startWithCode({ oauth: { login: { accountId: 'acct-1' } } });
  world.emulator.tokenReply(tokenFailures.without('id_token'));
  const credentials = await redeem(world);
  expect(credentials).toMatchObject({ accountId: 'acct-1', userId: 'user-emulated' });
  expect(credentials).not.toHaveProperty('idToken');
});

test('where both say it, the id token is believed', async () => {
  const world = await startWithCode({ oauth: { login: { accountId: 'acct-1', planType: 'pro' } } });
  world.emulator.tokenReply({ fields: { id_token: jwt({ accountId: 'acct-id', email: 'id@example.com' }) } });
  const person = { accountId: 'acct-id', email: 'id@example.com', planType: 'pro', userId: 'user-emulated' };
  expect(await redeem(world)).toMatchObject(person);
});

test('an opaque id token is kept, and says nothing', async () => {
  const world = await startWithCode({ oauth: { login: { accountId: 'acct-1' } } });
  world.emulator.tokenReply(tokenFailures.opaqueIdToken());
  expect(await redeem(world)).toMatchObject({ accountId: 'acct-1', idToken: 'opaque-id-token' });
});

test('organizations are no account: such a login succeeds, without one', async () => {
  const world = await startWithCode();
  const authClaims = { chatgpt_account_id: undefined, organizations: [{ id: 'org-1', is_default: true }] };
  world.emulator.tokenReply({ authClaims });
  const { accessToken, refreshToken, idToken, ...rest } = await redeem(world);
  expect(rest).not.toHaveProperty('accountId');
  expect(JSON.stringify(rest)).not.toContain('org-1');
  expect([accessToken, refreshToken, idToken]).not.toContain(undefined);
});

test.each<[string, Record<string, string | number> | undefined, number | undefined]>([
  ['a number', { expires_in: 600 }, 600_000],
  ['a string', { expires_in: '600' }, 600_000],
  ['no number', { expires_in: 'soon' }, undefined],
  ['missing', undefined, undefined],
])('of an opaque access token the issuer tells the lifetime: %s', async (_name, fields, expected) => {
  const world = await startWithCode();
  const opaque = { access_token: 'opaque-access-token', ...fields };
  world.emulator.tokenReply({ fields: opaque, omit: ['expires_in'] });
  const { expiresAt, lastRefreshAt = 0 } = await redeem(world);
  expect(expiresAt).toBe(expected === undefined ? undefined : lastRefreshAt + expected);
});

test.each([tokenFailures.without('expires_in'), tokenFailures.expiresInAsString()])(
  'the lifetime of a JWT is its own, case %#',
  async (reply) => {
    const world = await startWithCode({ oauth: { login: { expiresInMs: 120_000 } } });
    world.emulator.tokenReply(reply);
    const { accessToken, expiresAt } = await redeem(world);
    expect(expiresAt).toBe(Number(claimsOf(accessToken).exp) * 1000);
    expect(expiresAt).toBeLessThan(world.now() + 864_000_000);
  },
);

const FAILED = { code: 'login_failed', message: expect.stringContaining('Start it again') };
test.each<[string, Parameters<LoginWorld['emulator']['tokenReply']>[0], object]>([
  ['no refresh token', tokenFailures.without('refresh_token'), FAILED],
  ['no access token', tokenFailures.without('access_token'), FAILED],
  ['a platform key', { fields: { access_token: 'sk-CANARY-123456789' } }, FAILED],
  ['an empty answer', tokenFailures.empty(), FAILED],
  ['half an answer', tokenFailures.truncated(), FAILED],
  [
    'invalid_grant',
    tokenFailures.invalidGrant(),
    { code: 'login_failed', message: expect.stringContaining('works once') },
  ],
  ['a page with 500', { status: 500, body: '<html>rt_CANARY1234567890</html>' }, FAILED],
  ['a page with 502', tokenFailures.badGateway(), FAILED],
  ['429', tokenFailures.rateLimited(), FAILED],
  ['the wrong country', tokenFailures.regionBlocked(), { code: 'region_blocked' }],
  ['a redirect', { status: 307, headers: { location: '/oauth/authorize' } }, FAILED],
  ['a broken connection', tokenFailures.reset(), FAILED],
  ['a connection that breaks in the middle', tokenFailures.resetMidBody(), FAILED],
])('%s ends the login with an error that tells no secret, and is not repeated', async (_name, reply, expected) => {
  const world = await startWithCode();
  world.emulator.tokenReply(reply);
  const error = await rejection(redeem(world));
  expect(error).toMatchObject(expected);
  expect(world.leaked(error, world.logged)).toEqual([]);
  expect(String(error)).not.toMatch(/canary/i);
  expect(world.paths()).toEqual(['/oauth/token']);
});

test('another redirect is refused with the issuer code', async () => {
  const world = await startWithCode();
  const error = await rejection(redeem(world, { redirectUri: 'http://127.0.0.1:1455/auth/callback' }));
  expect(error).toMatchObject({ ...FAILED, message: expect.stringContaining('token_exchange_user_error') });
});

test('a code works once; who uses it again is told so', async () => {
  const world = await startWithCode();
  await redeem(world);
  const error = await rejection(redeem(world));
  expect(error).toMatchObject({ code: 'login_failed', message: expect.stringContaining('A code works once') });
  expect(world.leaked(error)).toEqual([]);
});

test('a body that echoes what was sent does not reach the message', async () => {
  const world = await startWithCode();
  world.emulator.tokenReply(({ params }) => ({
    status: 400,
    body: { error: params.code ?? '', error_description: `${params.code} ${params.code_verifier}` },
  }));
  const error = await rejection(redeem(world));
  expect(error).toMatchObject(FAILED);
  expect(world.leaked(error)).toEqual([]);
});

test('a fetch that quotes what it was to send is not quoted', async () => {
  const world = await startWithCode();
  const fetch = async () => {
    throw new TypeError(`cannot send code=${world.code}&code_verifier=${VERIFIER}`);
  };
  const error = await rejection(redeem({ ...world, runtime: { ...world.runtime, fetch } }));
  expect(error).toMatchObject(FAILED);
  expect(world.leaked(error)).toEqual([]);
});

test('an issuer that does not answer is given 30 s', async () => {
  const world = await startWithCode();
  world.emulator.tokenReply(() => {
    world.expire();
    return tokenFailures.stall();
  });
  const error = await rejection(redeem(world));
  expect(error).toMatchObject({ ...FAILED, message: expect.stringContaining('30 s') });
  expect(world.limits.map(({ ms }) => ms)).toEqual([30_000]);
});

test('an abort ends the exchange with its own reason', async () => {
  const world = await startWithCode();
  const controller = new AbortController();
  const reason = new Error('enough');
  world.emulator.tokenReply(() => {
    controller.abort(reason);
    return tokenFailures.stall();
  });
  expect(await rejection(redeem(world, { signal: controller.signal }))).toBe(reason);
  expect(await rejection(redeem(world, { signal: controller.signal }))).toBe(reason);
  expect(world.paths()).toEqual(['/oauth/token']);
});

test('a code does not follow a redirect, and is sent to no server without TLS', async () => {
  const paths: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url);
    response.writeHead(308, { location: '/elsewhere' }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const grant = { clientId: 'app_1', code: 'code-1', redirectUri: REDIRECT, codeVerifier: VERIFIER };
  expect(await rejection(redeemCode({ ...grant, issuer }, createRuntime()))).toMatchObject(FAILED);
  expect(paths).toEqual(['/oauth/token']);
  const plain = redeemCode({ ...grant, issuer: 'http://issuer.test' }, createRuntime());
  expect(await rejection(plain)).toMatchObject({ code: 'invalid_setting' });
});
