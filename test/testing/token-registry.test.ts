import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { DEFAULT_CLIENT_ID } from '../../src/shared/constants';
import { TokenRegistry } from '../../src/testing/token-registry';
import { claimsOf, DAY, MINUTE, NOW } from './issuer-server';

const ISSUER = 'http://127.0.0.1:1';

function createRegistry(more: { clientId?: string } = {}) {
  let now = NOW;
  const registry = new TokenRegistry({ now: () => now, issuer: () => ISSUER, ...more });
  return {
    registry,
    advance: (ms: number) => {
      now += ms;
    },
  };
}

const MISSING = { ok: false, reason: 'missing' };

describe('a login', () => {
  test('is what a client would have stored', () => {
    const { registry } = createRegistry();
    expect(registry.login({ accountId: 'acct-1', planType: 'pro', userId: 'user-1', email: 'a@b.c' })).toEqual({
      accessToken: expect.any(String),
      refreshToken: expect.stringMatching(/^rt_/),
      idToken: expect.any(String),
      expiresAt: NOW + 10 * DAY,
      accountId: 'acct-1',
      userId: 'user-1',
      email: 'a@b.c',
      planType: 'pro',
      issuer: ISSUER,
      clientId: DEFAULT_CLIENT_ID,
    });
    expect(registry.login({ fedramp: true }).fedramp).toBe(true);
    expect(createRegistry({ clientId: 'app_mine' }).registry.login().clientId).toBe('app_mine');
  });

  test('by default is of the same account every time, with other tokens', () => {
    const { registry } = createRegistry();
    const [one, two] = [registry.login(), registry.login()];
    expect(one.accountId).toBe(two.accountId);
    expect(new Set([one.accessToken, two.accessToken, one.refreshToken, two.refreshToken]).size).toBe(4);
  });

  test('keeps its tokens to itself when printed, not in JSON', () => {
    const { registry } = createRegistry();
    const login = registry.login();
    for (const secret of [login.accessToken, login.refreshToken, login.idToken]) {
      expect(inspect(login)).not.toContain(secret);
      expect(JSON.stringify(login)).toContain(secret);
    }
  });
});

describe('the check of an access token', () => {
  test('tells whose it is', () => {
    const { registry } = createRegistry();
    const { accessToken } = registry.login({ accountId: 'acct-1', userId: 'user-1', planType: 'team', fedramp: true });
    expect(registry.checkAccessToken(accessToken)).toEqual({
      ok: true,
      accountId: 'acct-1',
      userId: 'user-1',
      email: 'user@example.com',
      planType: 'team',
      fedramp: true,
    });
  });

  test('knows no token that it did not make', () => {
    const { registry } = createRegistry();
    const { accessToken, idToken, refreshToken } = registry.login();
    const foreign = createRegistry().registry.login().accessToken;
    for (const token of [undefined, '', 'garbage', 'a.b.c', idToken, refreshToken, foreign, `${accessToken}x`]) {
      expect(registry.checkAccessToken(token)).toEqual(MISSING);
    }
  });

  test.each(['HS256', 'none'])('sees that the claims were changed and signed anew (%s)', (alg) => {
    const { registry } = createRegistry();
    const { accessToken } = registry.login();
    const [, , mac = ''] = accessToken.split('.');
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${encode({ alg })}.${encode({ ...claimsOf(accessToken), exp: NOW })}`;
    const own = createHmac('sha256', 'guess').update(signed).digest('base64url');
    for (const signature of [mac, own, '']) {
      expect(registry.checkAccessToken(`${signed}.${signature}`)).toEqual(MISSING);
    }
  });

  test('follows the clock (rule 26)', () => {
    const { registry, advance } = createRegistry();
    const usual = registry.login();
    const short = registry.login({ expiresInMs: MINUTE });
    const late = registry.login({ expiresInMs: -1000 });
    const check = ({ accessToken }: { accessToken: string }) => registry.checkAccessToken(accessToken);
    const expired = { ok: false, reason: 'expired' };
    expect([check(usual).ok, check(short).ok, check(late)]).toEqual([true, true, expired]);
    advance(MINUTE - 1);
    expect(check(short).ok).toBe(true);
    advance(1);
    expect(check(short)).toEqual(expired);
    advance(10 * DAY - MINUTE - 1);
    expect(check(usual).ok).toBe(true);
    advance(1);
    expect(check(usual)).toEqual(expired);
  });

  test('a lifetime of odd milliseconds is rounded up to a second, never down', () => {
    const { registry, advance } = createRegistry();
    const { accessToken } = registry.login({ expiresInMs: 1500 });
    advance(1999);
    expect(registry.checkAccessToken(accessToken).ok).toBe(true);
    advance(1);
    expect(registry.checkAccessToken(accessToken).ok).toBe(false);
  });

  test.each([-1, -999, -1000])('a token minted %i ms after its end has expired, whatever the clock shows', (late) => {
    const { registry, advance } = createRegistry();
    advance(500);
    expect(registry.checkAccessToken(registry.login({ expiresInMs: late }).accessToken)).toEqual({
      ok: false,
      reason: 'expired',
    });
  });

  test('one token can be invalidated', () => {
    const { registry } = createRegistry();
    const [one, two] = [registry.login(), registry.login()];
    registry.invalidateAccessToken(one.accessToken);
    registry.invalidateAccessToken('garbage');
    expect(registry.checkAccessToken(one.accessToken)).toEqual({ ok: false, reason: 'invalidated' });
    expect(registry.refreshTokenState(one.refreshToken ?? '')).toBe('fresh');
    expect(registry.checkAccessToken(two.accessToken).ok).toBe(true);
  });

  test.each(['accessToken', 'refreshToken'] as const)('a family can be revoked by its %s', (kind) => {
    const { registry } = createRegistry();
    const [one, two] = [registry.login(), registry.login()];
    const refreshed = registry.refresh(one.refreshToken ?? '');
    if (!refreshed.ok) throw new Error(refreshed.reason);
    registry.revokeFamily(one[kind] ?? '');
    registry.revokeFamily('garbage');
    for (const token of [one.accessToken, refreshed.tokens.accessToken]) {
      expect(registry.checkAccessToken(token)).toEqual({ ok: false, reason: 'revoked' });
    }
    expect(registry.refresh(refreshed.tokens.refreshToken ?? '')).toEqual({ ok: false, reason: 'revoked' });
    expect(registry.checkAccessToken(two.accessToken).ok).toBe(true);
  });
});

describe('a refresh', () => {
  test('gives a new pair and spends the old token', () => {
    const { registry } = createRegistry();
    const { refreshToken = '' } = registry.login({ accountId: 'acct-1' });
    const first = registry.refresh(refreshToken);
    if (!first.ok) throw new Error(first.reason);
    expect(registry.checkAccessToken(first.tokens.accessToken)).toMatchObject({ accountId: 'acct-1' });
    expect(registry.refresh(refreshToken)).toEqual({ ok: false, reason: 'spent' });
    expect(registry.refresh(first.tokens.refreshToken ?? '').ok).toBe(true);
    expect(inspect(first)).not.toContain(first.tokens.accessToken);
  });

  test('can leave the old token good until it is spent', () => {
    const { registry } = createRegistry();
    const { refreshToken = '' } = registry.login();
    expect(registry.refresh(refreshToken, { keepOld: true }).ok).toBe(true);
    expect(registry.refreshTokenState(refreshToken)).toBe('fresh');
    registry.spend(refreshToken);
    expect(registry.refreshTokenState(refreshToken)).toBe('spent');
  });

  test('after the lifetime of the refresh token is refused; each one lives anew', () => {
    const { registry, advance } = createRegistry();
    const { refreshToken = '' } = registry.login({ refreshExpiresInMs: DAY });
    advance(DAY - 1);
    const first = registry.refresh(refreshToken);
    if (!first.ok) throw new Error(first.reason);
    advance(DAY - 1);
    expect(registry.refreshTokenState(first.tokens.refreshToken ?? '')).toBe('fresh');
    advance(1);
    expect(registry.refresh(first.tokens.refreshToken ?? '')).toEqual({ ok: false, reason: 'expired' });
  });

  test('is counted whatever comes of it, and the counts do not print', () => {
    const { registry } = createRegistry();
    const { refreshToken = '' } = registry.login();
    registry.refresh(refreshToken);
    registry.refresh(refreshToken);
    registry.refresh('garbage');
    expect(registry.refreshCounts).toEqual(
      new Map([
        [refreshToken, 2],
        ['garbage', 1],
      ]),
    );
    expect(inspect(registry, { depth: 10 }) + JSON.stringify(registry)).not.toContain(refreshToken);
  });

  test('of a token from elsewhere cannot be carried out', () => {
    const { registry } = createRegistry();
    expect(registry.refresh('garbage')).toEqual({ ok: false, reason: 'unknown' });
    expect(() => registry.rotate('garbage')).toThrow('The refresh token is unknown.');
  });
});
