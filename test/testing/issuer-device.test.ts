import { expect, test } from 'vitest';
import { DEFAULT_CLIENT_ID } from '../../src/shared/constants';
import { challengeOf } from '../../src/testing/issuer/authorization-codes';
import type { IssuerReply } from '../../src/testing/issuer/scripted-reply';
import type { IssuerSettings } from '../../src/testing/issuer/settings';
import { answerOf, exchangeParams, MINUTE, oauthError, type Params, startIssuer, tokensOf } from './issuer-server';

const USER_CODE = '/api/accounts/deviceauth/usercode';
const DEVICE_TOKEN = '/api/accounts/deviceauth/token';
const CLIENT = { client_id: DEFAULT_CLIENT_ID };
const PENDING = { status: 403, body: { error: { code: 'deviceauth_authorization_pending' } } };
const UNKNOWN = { status: 404, body: { error: { code: 'deviceauth_authorization_unknown' } } };
const refused = (code: string) => ({ status: 400, body: { error: { code } } });

interface DeviceCodes {
  device_auth_id: string;
  user_code: string;
}

/** A device login, and a function that polls for it. */
async function startDevice(settings: Partial<IssuerSettings> = {}) {
  const world = await startIssuer(settings);
  const { device_auth_id, user_code } = (await (await world.json(USER_CODE, CLIENT)).json()) as DeviceCodes;
  const pair = { device_auth_id, user_code };
  return {
    ...world,
    pair,
    poll: async (more: Params = {}) => answerOf(await world.json(DEVICE_TOKEN, { ...pair, ...more })),
  };
}

test('rule 21: a device login starts with its codes, and the interval as a string', async () => {
  const world = await startIssuer();
  expect(await answerOf(await world.json(USER_CODE, CLIENT))).toEqual({
    status: 200,
    body: {
      device_auth_id: expect.stringMatching(/^deviceauth_\w{32}$/),
      user_code: expect.stringMatching(/^[A-Z]{4}-\d{5}$/),
      interval: '5',
    },
  });
});

test('rule 21: 400 without a client in JSON, 401 for another client', async () => {
  const world = await startIssuer();
  const missing = oauthError(400, 'invalid_request', 'client_id is sent as JSON.');
  expect(await answerOf(await world.json(USER_CODE, {}))).toEqual(missing);
  expect(await answerOf(await world.form(USER_CODE, CLIENT))).toEqual(missing);
  const other = await world.json(USER_CODE, { client_id: 'app_other' });
  expect(await answerOf(other)).toEqual(oauthError(401, 'invalid_client'));
  expect((await world.json(USER_CODE, CLIENT)).status).toBe(200);
});

test('rule 21: 404 where device logins are switched off', async () => {
  const world = await startIssuer({ deviceLogin: false });
  expect(await answerOf(await world.json(USER_CODE, CLIENT))).toEqual({ status: 404, body: { detail: 'Not Found' } });
  world.issuer.settings.deviceLogin = true;
  expect((await world.json(USER_CODE, CLIENT)).status).toBe(200);
});

const CODES = { device_auth_id: expect.any(String), user_code: expect.any(String) };
test.each<[string, IssuerReply, { status: number; body: unknown }]>([
  ['the interval as a number', { fields: { interval: 5 } }, { status: 200, body: { ...CODES, interval: 5 } }],
  ['no interval', { omit: ['interval'] }, { status: 200, body: CODES }],
  ['429', { status: 429, body: { error: 'slow' } }, { status: 429, body: { error: 'slow' } }],
  ['500', { status: 500, body: {} }, { status: 500, body: {} }],
])('rule 21: on request %s', async (_name, reply, expected) => {
  const world = await startIssuer();
  world.issuer.userCodeReply(reply);
  expect(await answerOf(await world.json(USER_CODE, CLIENT))).toEqual(expected);
  expect(await answerOf(await world.json(USER_CODE, CLIENT))).toEqual({
    status: 200,
    body: { ...CODES, interval: '5' },
  });
});

test('rule 22: 404 for a pair that does not belong together', async () => {
  const { poll, pair } = await startDevice();
  expect(await poll({ user_code: 'ABCD-00000' })).toEqual(UNKNOWN);
  expect(await poll({ device_auth_id: `${pair.device_auth_id}0` })).toEqual(UNKNOWN);
  expect((await poll()).status).toBe(200);
});

test('rule 22: 400 for half a pair, or a form', async () => {
  const { poll, form, pair } = await startDevice();
  const missing = oauthError(400, 'invalid_request', 'device_auth_id and user_code are sent as JSON.');
  expect(await poll({ user_code: undefined })).toEqual(missing);
  expect(await poll({ device_auth_id: undefined })).toEqual(missing);
  expect(await answerOf(await form(DEVICE_TOKEN, pair))).toEqual(missing);
});

test('rule 22: pending until somebody decides, then a code once', async () => {
  const { poll, issuer, pair, advance, violations } = await startDevice({ device: 'pending' });
  expect(await poll()).toEqual(PENDING);
  advance(5000);
  expect(await poll()).toEqual(PENDING);
  issuer.approveDevice(pair.user_code);
  advance(5000);
  const { status, body } = await poll();
  const { code_challenge, code_verifier } = body as Record<string, string>;
  expect([status, body]).toEqual([
    200,
    {
      authorization_code: expect.stringMatching(/^ac_/),
      code_challenge: expect.any(String),
      code_verifier: expect.stringMatching(/^[\w-]{43,128}$/),
    },
  ]);
  expect(code_challenge).toBe(challengeOf(code_verifier ?? ''));
  advance(5000);
  expect(await poll()).toEqual(UNKNOWN);
  expect(violations).toEqual([]);
});

test('rule 22: on request 404 in plain text stands for pending', async () => {
  const { json, issuer, pair, poll, advance } = await startDevice();
  issuer.deviceTokenReply({ status: 404, body: 'Not Found' });
  const response = await json(DEVICE_TOKEN, pair);
  expect([response.status, await response.text()]).toEqual([404, 'Not Found']);
  advance(5000);
  expect((await poll()).status).toBe(200);
});

test('rule 22: polling faster than told is noted', async () => {
  const { poll, advance, violations } = await startDevice({ device: 'pending' });
  await poll();
  advance(4000);
  expect(await poll()).toEqual(PENDING);
  expect(violations).toEqual([
    {
      rule: 'auth-22',
      code: 'device_polled_too_fast',
      path: DEVICE_TOKEN,
      message: 'A device polled sooner than 5 s after its last poll.',
    },
  ]);
  advance(5000);
  await poll();
  expect(violations).toHaveLength(1);
});

test('rule 22: the interval counts from the last poll', async () => {
  const { poll, advance, violations } = await startDevice({ device: 'pending' });
  await poll();
  advance(5000);
  await poll();
  expect(violations).toEqual([]);
  advance(4000);
  await poll();
  expect(violations).toHaveLength(1);
});

test('rule 22: on request polling too fast is refused as well', async () => {
  const { poll, advance } = await startDevice({ device: 'pending', slowDown: true, deviceIntervalSeconds: 2 });
  expect(await poll()).toEqual(PENDING);
  advance(1000);
  expect(await poll()).toEqual(refused('slow_down'));
  advance(2000);
  expect(await poll()).toEqual(PENDING);
});

test('rule 22: 400 after fifteen minutes', async () => {
  const inTime = await startDevice();
  inTime.advance(15 * MINUTE - 1);
  expect((await inTime.poll()).status).toBe(200);
  const late = await startDevice();
  late.advance(15 * MINUTE);
  expect(await late.poll()).toEqual(refused('expired_token'));
});

test('rule 22: 400 for a device that was denied', async () => {
  const { poll, issuer, pair } = await startDevice();
  issuer.denyDevice(pair.user_code);
  expect(await poll()).toEqual(refused('access_denied'));
  expect(() => issuer.denyDevice('ABCD-00000')).toThrow('No device login has this user code.');
  const all = await startDevice({ device: 'deny' });
  expect(await all.poll()).toEqual(refused('access_denied'));
});

/** The code and verifier of a device that was let in. */
async function deviceCode(settings: Partial<IssuerSettings> = {}) {
  const device = await startDevice(settings);
  const { authorization_code, code_verifier } = (await device.poll()).body as Record<string, string>;
  const redirect_uri = `${device.origin}/deviceauth/callback`;
  const exchange = (more: Params = {}) =>
    device.form('/oauth/token', exchangeParams(authorization_code, { redirect_uri, code_verifier, ...more }));
  return { ...device, exchange };
}

test.each<[string, Params, string]>([
  [
    'another redirect',
    { redirect_uri: 'http://localhost:1455/auth/callback' },
    'The redirect_uri is not the one of the device login.',
  ],
  ['no redirect', { redirect_uri: undefined }, 'The redirect_uri is not the one of the device login.'],
  ['another verifier', { code_verifier: 'w'.repeat(86) }, 'code_verifier does not match the code_challenge.'],
])('rule 23: 400 for %s', async (_name, change, description) => {
  const { exchange } = await deviceCode();
  expect(await answerOf(await exchange(change))).toEqual(oauthError(400, 'invalid_grant', description));
  expect((await exchange()).status).toBe(200);
});

test('a device login gives tokens of whoever let it in, with a refresh token', async () => {
  const { exchange, registry } = await deviceCode({ login: { accountId: 'acct-9' } });
  const tokens = await tokensOf(await exchange());
  expect(registry.checkAccessToken(tokens.access_token)).toMatchObject({ ok: true, accountId: 'acct-9' });
  expect(registry.refreshTokenState(tokens.refresh_token ?? '')).toBe('fresh');
  const named = await startDevice({ device: 'pending', login: { accountId: 'acct-9' } });
  named.issuer.approveDevice(named.pair.user_code, { accountId: 'acct-3' });
  const { authorization_code, code_verifier } = (await named.poll()).body as Record<string, string>;
  const redirect_uri = `${named.origin}/deviceauth/callback`;
  const params = exchangeParams(authorization_code, { redirect_uri, code_verifier });
  const { access_token } = await tokensOf(await named.form('/oauth/token', params));
  expect(named.registry.checkAccessToken(access_token)).toMatchObject({ accountId: 'acct-3' });
});

test('the page for people is a page', async () => {
  const { ask } = await startIssuer();
  const page = await ask('/codex/device');
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
});
