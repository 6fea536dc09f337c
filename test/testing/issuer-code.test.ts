import { expect, test } from 'vitest';
import { AUTH_CLAIM, DEFAULT_CLIENT_ID, PROFILE_CLAIM } from '../../src/shared/constants';
import { challengeOf } from '../../src/testing/issuer/authorization-codes';
import {
  answerOf,
  authorize,
  callbackOf,
  claimsOf,
  exchangeParams,
  MINUTE,
  NOW,
  newCode,
  oauthError,
  type Params,
  refresh,
  refreshParams,
  SCOPE,
  startIssuer,
  tokensOf,
  VERIFIER,
} from './issuer-server';

const TOKEN = '/oauth/token';
const BODY = new URLSearchParams(exchangeParams('ac_x') as Record<string, string>).toString();

test.each([
  ['text', { headers: { 'content-type': 'text/plain' }, body: BODY }],
  ['a form that does not say so', { headers: { 'content-type': 'application/octet-stream' }, body: BODY }],
  ['JSON that is none', { headers: { 'content-type': 'application/json' }, body: '{"grant_type":' }],
  ['a list', { headers: { 'content-type': 'application/json' }, body: '[]' }],
])('rule 5: 400 for %s', async (_name, init) => {
  const world = await startIssuer();
  expect(await answerOf(await world.ask(TOKEN, { method: 'POST', ...init }))).toEqual(
    oauthError(400, 'invalid_request'),
  );
  expect((await world.form(TOKEN, exchangeParams(await newCode(world)))).status).toBe(200);
});

test('rule 5: a charset does not matter', async () => {
  const world = await startIssuer();
  const params = new URLSearchParams(exchangeParams(await newCode(world)) as Record<string, string>);
  const headers = { 'content-type': 'Application/X-WWW-Form-Urlencoded; charset=utf-8' };
  expect((await world.ask(TOKEN, { method: 'POST', headers, body: params.toString() })).status).toBe(200);
});

test('rule 6: 400 for a code in JSON, which stays good', async () => {
  const world = await startIssuer();
  const params = exchangeParams(await newCode(world));
  expect(await answerOf(await world.json(TOKEN, params))).toEqual(
    oauthError(400, 'invalid_request', 'An authorization code is exchanged by a form.'),
  );
  expect((await world.form(TOKEN, params)).status).toBe(200);
});

test.each([undefined, 'app_other'])('rule 7: 401 for the client %s', async (client) => {
  const world = await startIssuer();
  const code = await newCode(world);
  const refused = await world.form(TOKEN, exchangeParams(code, { client_id: client }));
  expect(await answerOf(refused)).toEqual(oauthError(401, 'invalid_client'));
  expect((await world.form(TOKEN, exchangeParams(code))).status).toBe(200);
});

test.each([undefined, 'password'])('400 for the grant %s', async (grant) => {
  const world = await startIssuer();
  const refused = await world.form(TOKEN, exchangeParams('ac_x', { grant_type: grant }));
  expect(await answerOf(refused)).toEqual(oauthError(400, 'unsupported_grant_type'));
});

test.each([undefined, 'ac_unknown'])('rule 8: 400 for the code %s', async (code) => {
  const world = await startIssuer();
  expect(await answerOf(await world.form(TOKEN, exchangeParams(code)))).toEqual(
    oauthError(400, 'invalid_grant', 'The authorization code is unknown.'),
  );
});

test('rule 8: 400 for a code after ten minutes', async () => {
  const world = await startIssuer();
  const [late, inTime] = [await newCode(world), await newCode(world)];
  world.advance(10 * MINUTE - 1);
  expect((await world.form(TOKEN, exchangeParams(inTime))).status).toBe(200);
  world.advance(1);
  expect(await answerOf(await world.form(TOKEN, exchangeParams(late)))).toEqual(
    oauthError(400, 'invalid_grant', 'The authorization code has expired.'),
  );
});

test.each([SCOPE, 'openid'])('rule 8: a code that comes again loses what it gave (scope %j)', async (scope) => {
  const world = await startIssuer();
  const params = exchangeParams(await newCode(world, { scope }));
  const tokens = await tokensOf(await world.form(TOKEN, params));
  expect(world.registry.checkAccessToken(tokens.access_token).ok).toBe(true);
  expect(await answerOf(await world.form(TOKEN, params))).toEqual(
    oauthError(400, 'invalid_grant', 'The authorization code was used before.'),
  );
  expect(world.registry.checkAccessToken(tokens.access_token)).toEqual({ ok: false, reason: 'revoked' });
  if (scope === SCOPE) expect((await refresh(world, tokens.refresh_token)).status).toBe(401);
});

test.each([undefined, 'http://127.0.0.1:1455/auth/callback', 'http://localhost:1457/auth/callback'])(
  'rule 9: 400 for the redirect %s, which is not that of the authorization',
  async (redirect) => {
    const world = await startIssuer();
    const code = await newCode(world);
    expect(await answerOf(await world.form(TOKEN, exchangeParams(code, { redirect_uri: redirect })))).toEqual({
      status: 400,
      body: {
        error: {
          code: 'token_exchange_user_error',
          type: 'invalid_request_error',
          message: 'The redirect_uri is not the one of the authorization request.',
        },
      },
    });
    expect((await world.form(TOKEN, exchangeParams(code))).status).toBe(200);
  },
);

const LENGTH = 'code_verifier must have 43 to 128 characters.';
test.each<[string, string | undefined, string]>([
  ['another', 'w'.repeat(86), 'code_verifier does not match the code_challenge.'],
  ['none', undefined, LENGTH],
  ['one of 42 characters', 'v'.repeat(42), LENGTH],
  ['one of 129 characters', 'v'.repeat(129), LENGTH],
])('rule 10: 400 for the verifier: %s', async (_name, verifier, description) => {
  const world = await startIssuer();
  // The challenge fits each of them, except where that is the point.
  const fits = description === LENGTH ? challengeOf(verifier ?? '') : undefined;
  const code = await newCode(world, fits === undefined ? {} : { code_challenge: fits });
  expect(await answerOf(await world.form(TOKEN, exchangeParams(code, { code_verifier: verifier })))).toEqual(
    oauthError(400, 'invalid_grant', description),
  );
});

test.each([43, 128])('rule 10: a verifier of %i characters is taken', async (length) => {
  const world = await startIssuer();
  const verifier = 'v'.repeat(length);
  const code = await newCode(world, { code_challenge: challengeOf(verifier) });
  expect((await world.form(TOKEN, exchangeParams(code, { code_verifier: verifier }))).status).toBe(200);
});

test('rule 11: the answer to a good exchange', async () => {
  const world = await startIssuer({ login: { accountId: 'acct-1', email: 'jürgen+µ@exämple.org', planType: 'pro' } });
  const response = await world.form(TOKEN, exchangeParams(await newCode(world)));
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('content-type')).toBe('application/json');
  const tokens = await tokensOf(response);
  expect(tokens).toEqual({
    id_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    refresh_token: expect.stringMatching(/^rt_[\w-]{40,}$/),
    expires_in: 864_000,
    token_type: 'Bearer',
    scope: SCOPE,
  });
  const auth = {
    chatgpt_account_id: 'acct-1',
    chatgpt_plan_type: 'pro',
    chatgpt_user_id: 'user-emulated',
    chatgpt_account_is_fedramp: false,
    organizations: [expect.objectContaining({ id: expect.stringMatching(/^org-/) })],
  };
  const common = { iss: world.origin, client_id: DEFAULT_CLIENT_ID, iat: NOW / 1000, jti: expect.any(String) };
  expect(claimsOf(tokens.access_token)).toMatchObject({
    ...common,
    aud: ['https://api.openai.com/v1'],
    exp: NOW / 1000 + 864_000,
    [AUTH_CLAIM]: auth,
    [PROFILE_CLAIM]: { email: 'jürgen+µ@exämple.org' },
  });
  expect(claimsOf(tokens.id_token)).toMatchObject({
    ...common,
    aud: [DEFAULT_CLIENT_ID],
    exp: NOW / 1000 + 3600,
    email: 'jürgen+µ@exämple.org',
    [AUTH_CLAIM]: auth,
  });
});

const keyParams = (idToken: string | undefined, more: Params = {}): Params => ({
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  client_id: DEFAULT_CLIENT_ID,
  requested_token: 'openai-api-key',
  subject_token: idToken,
  subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
  ...more,
});

test('rule 13: an id token gives a platform key, and every call is counted', async () => {
  const world = await startIssuer();
  const { idToken } = world.registry.login();
  expect(world.issuer.apiKeyExchanges).toBe(0);
  expect(await answerOf(await world.form(TOKEN, keyParams(idToken)))).toEqual({
    status: 200,
    body: { access_token: expect.stringMatching(/^sk-/) },
  });
  world.issuer.settings.apiKeys = false;
  expect(await answerOf(await world.form(TOKEN, keyParams(idToken)))).toEqual(
    oauthError(400, 'invalid_request', 'The account cannot have a key.'),
  );
  expect(world.issuer.apiKeyExchanges).toBe(2);
});

test('rule 13: 400 for anything but an id token', async () => {
  const world = await startIssuer();
  const { idToken, accessToken } = world.registry.login();
  const noIdToken = oauthError(400, 'invalid_grant', 'subject_token is no id token of this issuer.');
  for (const token of [undefined, 'opaque', accessToken]) {
    expect(await answerOf(await world.form(TOKEN, keyParams(token)))).toEqual(noIdToken);
  }
  const other = oauthError(400, 'invalid_request', 'Only an id token is exchanged, for an openai-api-key.');
  for (const change of [{ requested_token: 'other' }, { subject_token_type: 'other' }]) {
    expect(await answerOf(await world.form(TOKEN, keyParams(idToken, change)))).toEqual(other);
  }
});

test('the body of a request may have 64 KiB', async () => {
  const world = await startIssuer();
  const { refreshToken } = world.registry.login();
  const refused = await world.json(TOKEN, { ...refreshParams(refreshToken), padding: 'x'.repeat(65_536) });
  expect(await answerOf(refused)).toEqual(oauthError(413, 'invalid_request'));
  expect((await world.json(TOKEN, { ...refreshParams(refreshToken), padding: 'x'.repeat(60_000) })).status).toBe(200);
});

test('a browser login from the beginning to the end', async () => {
  const world = await startIssuer();
  const { code } = callbackOf((await authorize(world)).headers.get('location'));
  const first = await tokensOf(await world.form(TOKEN, exchangeParams(code, { code_verifier: VERIFIER })));
  const second = await tokensOf(await refresh(world, first.refresh_token));
  expect(world.registry.checkAccessToken(second.access_token)).toMatchObject({ ok: true });
  expect(world.violations).toEqual([]);
});
