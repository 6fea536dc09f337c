import { describe, expect, test } from 'vitest';
import { type DeviceCode, loginWithDeviceCode } from '../../src/auth/device-login';
import { memoryAuthStore } from '../../src/stores/memory-store';
import type { CodexEmulatorOptions } from '../../src/testing/emulator';
import { challengeOf } from '../../src/testing/issuer/authorization-codes';
import type { IssuerReply } from '../../src/testing/issuer/scripted-reply';
import { type LoginWorld, rejection, startWorld } from './login-world';

const USER_CODE = '/api/accounts/deviceauth/usercode';
const POLL = '/api/accounts/deviceauth/token';
const PENDING = 'deviceauth_authorization_pending';
const MINUTE = 60_000;

const start = (oauth: CodexEmulatorOptions['oauth'] = {}) => startWorld({ oauth });

function login({ issuer, runtime, logger }: LoginWorld, more: { timeoutMs?: number } = {}, shown: DeviceCode[] = []) {
  const onCode = (code: DeviceCode) => void shown.push(code);
  return loginWithDeviceCode({ authStore: memoryAuthStore(), issuer, logger, onCode, ...more }, { runtime });
}

const count = (world: LoginWorld, path: string) => world.paths().filter((sent) => sent === path).length;
const coded = (status: number, code: string): IssuerReply => ({ status, body: { error: { code } } });

describe('the code', () => {
  test.each<[string, IssuerReply, number]>([
    ['a string', { fields: { interval: '7' } }, 7_000],
    ['a number', { fields: { interval: 7 } }, 7_000],
    ['missing', { omit: ['interval'] }, 5_000],
    ['null', { fields: { interval: null } }, 5_000],
    ['empty', { fields: { interval: '' } }, 5_000],
    ['no number', { fields: { interval: 'soon' } }, 5_000],
    ['none at all', { fields: { interval: 0 } }, 1_000],
    ['negative', { fields: { interval: -5 } }, 1_000],
    ['an hour', { fields: { interval: '3600' } }, 60_000],
  ])('comes with an interval that is %s', async (_name, reply, expected) => {
    const world = await start();
    world.emulator.oauth.userCodeReply(reply);
    await login(world);
    expect(world.pauses).toEqual([expected]);
  });

  test('may be called usercode', async () => {
    const world = await start();
    world.emulator.oauth.userCodeReply({ body: { device_auth_id: 'da_1', usercode: 'WXYZ-12345', interval: '5' } });
    world.emulator.oauth.deviceTokenReply(coded(400, 'access_denied'));
    const shown: DeviceCode[] = [];
    await rejection(login(world, {}, shown));
    expect(shown).toMatchObject([{ userCode: 'WXYZ-12345' }]);
    expect(world.sent[1]?.params).toEqual({ device_auth_id: 'da_1', user_code: 'WXYZ-12345' });
  });

  test('is shown without what could change a terminal, and sent back as it came', async () => {
    const world = await start();
    const raw = 'AB\u001b[31mCD\r\n-\u202e12345\u0007';
    world.emulator.oauth.userCodeReply({
      body: { device_auth_id: 'da_1', user_code: raw, verification_uri: 'https://evil.test' },
    });
    world.emulator.oauth.deviceTokenReply(coded(400, 'access_denied'));
    const shown: DeviceCode[] = [];
    await rejection(login(world, {}, shown));
    expect(shown).toMatchObject([{ userCode: 'AB[31mCD-12345', verificationUri: `${world.issuer}/codex/device` }]);
    expect(world.sent[1]?.params.user_code).toBe(raw);
  });

  test.each<[string, IssuerReply]>([
    ['no code', { omit: ['user_code'] }],
    ['no id', { omit: ['device_auth_id'] }],
    ['an empty code', { fields: { user_code: '' } }],
    ['a code of control characters', { fields: { user_code: '\u0000\u001b' } }],
    ['a code as long as a page', { fields: { user_code: 'A'.repeat(65) } }],
    ['a page', { body: '<html>' }],
  ])('is missing when the issuer sends %s', async (_name, reply) => {
    const world = await start();
    world.emulator.oauth.userCodeReply(reply);
    expect(await rejection(login(world))).toMatchObject({ code: 'login_failed' });
    expect(world.paths()).toEqual([USER_CODE]);
  });

  test('is not offered where device authorization is switched off, and the error names the switch', async () => {
    const world = await start({ deviceLogin: false });
    const error = await rejection(login(world));
    expect(error).toMatchObject({ code: 'device_login_disabled' });
    expect(String(error)).toMatch(/device authorization in ChatGPT's Security settings.*admin.*browser.*pasting/);
    expect(world.paths()).toEqual([USER_CODE]);
  });

  test('is asked for again after a failure that may pass', async () => {
    const world = await start();
    const limited = { status: 429, headers: { 'retry-after': '3' }, body: {} };
    world.emulator.oauth.userCodeReply({ status: 503 }, limited, { connection: 'reset' });
    await login(world);
    expect(count(world, USER_CODE)).toBe(4);
    expect(world.pauses).toEqual([1_000, 3_000, 4_000, 5_000]);
  });

  test.each<[string, IssuerReply, object]>([
    ['503', { status: 503 }, { code: 'login_failed', message: expect.stringContaining('503') }],
    ['a broken connection', { connection: 'reset' }, { code: 'login_failed' }],
  ])('is given up after some tries: %s', async (_name, reply, expected) => {
    const world = await start();
    world.emulator.oauth.userCodeReply(reply, reply, reply, reply);
    expect(await rejection(login(world))).toMatchObject(expected);
    expect(count(world, USER_CODE)).toBe(4);
    expect(count(world, POLL)).toBe(0);
  });

  test.each<[string, IssuerReply, object]>([
    [
      'a long wait',
      { status: 429, headers: { 'retry-after': '600' } },
      { code: 'login_failed', message: expect.stringContaining('600 s') },
    ],
    ['400', { status: 400, body: {} }, { code: 'login_failed' }],
    ['an unknown client', coded(401, 'invalid_client'), { code: 'login_failed' }],
    ['a redirect', { status: 302, headers: { location: '/oauth/authorize' } }, { code: 'login_failed' }],
    ['the wrong country', coded(403, 'unsupported_country_region_territory'), { code: 'region_blocked' }],
  ])('is not asked for again: %s', async (_name, reply, expected) => {
    const world = await start();
    world.emulator.oauth.userCodeReply(reply);
    expect(await rejection(login(world))).toMatchObject(expected);
    expect(world.paths()).toEqual([USER_CODE]);
    expect(world.pauses).toEqual([]);
  });

  test('is not waited for longer than the time limit', async () => {
    const world = await start();
    world.emulator.oauth.userCodeReply({ status: 429, headers: { 'retry-after': '10' } });
    expect(await rejection(login(world, { timeoutMs: 9_000 }))).toMatchObject({ code: 'login_failed' });
    expect(world.pauses).toEqual([]);
  });
});

describe('a poll goes on', () => {
  test.each<[string, IssuerReply]>([
    ['403 with its code', coded(403, PENDING)],
    ['403 with a page', { status: 403, headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['403 with nothing', { status: 403 }],
    ['404 in plain text', { status: 404, body: 'Not Found' }],
    ['404 with another code', coded(404, 'deviceauth_authorization_unknown')],
    ['400 with its code', coded(400, PENDING)],
    ['400 with the code of RFC 8628', { status: 400, body: { error: 'authorization_pending' } }],
    ['428 with its code', coded(428, PENDING)],
  ])('while the issuer says %s', async (_name, reply) => {
    const world = await start();
    world.emulator.oauth.deviceTokenReply(reply, reply);
    await login(world);
    expect(count(world, POLL)).toBe(3);
    expect(world.pauses).toEqual([5_000, 5_000, 5_000]);
  });

  test('and leaves 5 s more each time it is told to slow down', async () => {
    const world = await start();
    const slowDown = { status: 400, body: { error: 'slow_down' } };
    world.emulator.oauth.deviceTokenReply(slowDown, coded(429, 'slow_down'), coded(403, PENDING));
    await login(world);
    expect(world.pauses).toEqual([5_000, 10_000, 15_000, 15_000]);
    expect(world.emulator.violations).toEqual([]);
  });

  test('after failures that may pass, with longer and longer pauses', async () => {
    const world = await start();
    const reset: IssuerReply = { connection: 'reset' };
    world.emulator.oauth.deviceTokenReply(reset, { status: 500 }, { status: 502, body: '<html>' }, reset, reset);
    world.emulator.oauth.deviceTokenReply(coded(403, PENDING), { status: 429, body: {} });
    await login(world);
    expect(world.pauses).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 5_000, 10_000]);
  });

  test('and waits as long as a Retry-After asks', async () => {
    const world = await start();
    world.emulator.oauth.deviceTokenReply({ status: 429, headers: { 'retry-after': '90' } });
    await login(world);
    expect(world.pauses).toEqual([5_000, 90_000]);
  });

  test('after one that got no answer within 30 s', async () => {
    const world = await start();
    world.emulator.oauth.deviceTokenReply(() => {
      world.expire();
      return { connection: 'stall' };
    });
    await login(world);
    expect(count(world, POLL)).toBe(2);
    expect(world.limits.map(({ ms }) => ms)).toEqual([30_000, 30_000, 30_000, 30_000]);
  });
});

describe('a poll ends the login', () => {
  test.each<[string, IssuerReply, string]>([
    ['denied', coded(400, 'access_denied'), 'access_denied'],
    ['denied with 403', { status: 403, body: { error: 'access_denied' } }, 'access_denied'],
    ['declined', coded(403, 'deviceauth_authorization_declined'), 'access_denied'],
    ['expired', coded(400, 'expired_token'), 'login_timeout'],
    ['expired with 403', { status: 403, body: { error: 'expired_token' } }, 'login_timeout'],
    ['gone', { status: 410, body: {} }, 'login_timeout'],
    ['the wrong country', coded(403, 'unsupported_country_region_territory'), 'region_blocked'],
    ['400', { status: 400, body: {} }, 'login_failed'],
    ['an unknown client', coded(401, 'invalid_client'), 'login_failed'],
    ['a redirect', { status: 307, headers: { location: '/codex/device' } }, 'login_failed'],
    ['no code', { omit: ['authorization_code'] }, 'login_failed'],
    ['no verifier', { omit: ['code_verifier'] }, 'login_failed'],
    ['half an answer', { truncate: true }, 'login_failed'],
    ['a verifier of another challenge', { fields: { code_challenge: challengeOf('another') } }, 'login_failed'],
  ])('%s', async (_name, reply, code) => {
    const world = await start();
    world.emulator.oauth.deviceTokenReply(reply);
    const error = await rejection(login(world));
    expect(error).toMatchObject({ code });
    expect(world.paths()).toEqual([USER_CODE, POLL]);
    expect(world.leaked(error, world.logged)).toEqual([]);
  });

  test('when the person says no', async () => {
    const world = await start({ device: 'pending' });
    const shown: DeviceCode[] = [];
    world.atPause((pauses) => pauses === 2 && world.emulator.oauth.denyDevice(shown[0]?.userCode ?? ''));
    expect(await rejection(login(world, {}, shown))).toMatchObject({ code: 'access_denied' });
    expect(count(world, POLL)).toBe(2);
  });

  test('not for want of a challenge', async () => {
    const world = await start();
    world.emulator.oauth.deviceTokenReply({ omit: ['code_challenge'] });
    expect(await login(world)).toHaveProperty('accessToken');
  });
});

describe('the time limit', () => {
  test('is 15 minutes', async () => {
    const world = await start({ device: 'pending', deviceIntervalSeconds: 60 });
    const error = await rejection(login(world));
    expect(error).toMatchObject({ code: 'login_timeout' });
    expect(String(error)).toContain("device authorization in ChatGPT's Security settings");
    expect(world.pauses.reduce((sum, ms) => sum + ms, 0)).toBe(15 * MINUTE);
    expect(count(world, POLL)).toBe(14);
    expect(world.emulator.violations).toEqual([]);
  });

  test('can be shorter', async () => {
    const world = await start({ device: 'pending' });
    expect(await rejection(login(world, { timeoutMs: 12_000 }))).toMatchObject({ code: 'login_timeout' });
    expect(count(world, POLL)).toBe(2);
    expect(world.pauses).toEqual([5_000, 5_000, 2_000]);
  });

  test.each([0, -1, Number.NaN])('of %d is over at once', async (timeoutMs) => {
    const world = await start();
    expect(await rejection(login(world, { timeoutMs }))).toMatchObject({ code: 'login_timeout' });
    expect(world.paths()).toEqual([]);
  });

  test('holds although the clock is set back, and the issuer no longer knows the code', async () => {
    const world = await start({ deviceIntervalSeconds: 60 });
    world.emulator.oauth.deviceTokenReply(...Array<IssuerReply>(30).fill({ status: 404, body: 'Not Found' }));
    let back = 0;
    world.atPause(() => {
      back += 2 * MINUTE;
    });
    const runtime = { ...world.runtime, now: () => world.now() - back };
    expect(await rejection(login({ ...world, runtime }))).toMatchObject({ code: 'login_timeout' });
    expect(count(world, POLL)).toBe(14);
  });

  test('also bounds one request', async () => {
    const world = await start();
    await login(world, { timeoutMs: 20_000 });
    expect(world.limits.map(({ ms }) => ms)).toEqual([20_000, 15_000, 30_000]);
  });
});
