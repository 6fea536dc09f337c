import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { AUTH_CLAIM, DEFAULT_CLIENT_ID, PROFILE_CLAIM } from '../shared/constants';
import type { OAuthCredentials } from '../shared/credentials';

/** Whom a login is for. */
export interface LoginOptions {
  /** Default: a fresh UUID. */
  accountId?: string;
  /** Default `plus`. */
  planType?: string;
  /** Until the access token expires. Default 10 days. */
  expiresInMs?: number;
  email?: string;
  userId?: string;
  fedramp?: boolean;
}

export type TokenCheck =
  | { ok: true; accountId: string; userId: string; planType: string; fedramp: boolean }
  /** `missing` is also a token that nobody here minted. */
  | { ok: false; reason: 'missing' | 'expired' | 'revoked' | 'invalidated' };

export type RefreshRefusal = 'refresh_token_reused' | 'refresh_token_expired' | 'refresh_token_invalidated' | 'token_expired';

export type RefreshOutcome = { ok: true; tokens: IssuedTokenSet } | { ok: false; code: RefreshRefusal };

export interface IssuedTokenSet {
  accessToken: string;
  refreshToken: string;
  idToken: string;
  expiresInSeconds: number;
}

interface Person {
  accountId: string;
  userId: string;
  email: string;
  planType: string;
  fedramp: boolean;
  clientId: string;
}

/** All tokens that come from one login. */
interface Family {
  person: Person;
  lifetimeMs: number;
  revoked: boolean;
}

interface RefreshRecord {
  family: Family;
  state: 'live' | 'used' | 'expired';
}

interface Payload {
  exp: number;
  jti: string;
}

const ACCESS_LIFETIME_MS = 10 * 24 * 60 * 60_000;
const ID_LIFETIME_MS = 60 * 60_000;

/** Mints tokens and knows what became of each: the memory that issuer and backend share. */
export class TokenRegistry {
  /** How often each refresh token was presented. */
  declare readonly refreshCounts: ReadonlyMap<string, number>;
  declare private readonly secrets: {
    key: Buffer;
    refresh: Map<string, RefreshRecord>;
    access: Map<string, Family>;
    invalidated: Set<string>;
  };

  constructor(private readonly options: { now: () => number; issuer: () => string; clientId?: string }) {
    // Not enumerable: printing an emulator must not print tokens.
    Object.defineProperties(this, {
      refreshCounts: { value: new Map<string, number>(), enumerable: false },
      secrets: {
        value: { key: randomBytes(32), refresh: new Map(), access: new Map(), invalidated: new Set() },
        enumerable: false,
      },
    });
  }

  /** A login in a family of its own. */
  login(options: LoginOptions = {}): OAuthCredentials {
    const { expiresInMs = ACCESS_LIFETIME_MS, fedramp = false } = options;
    const clientId = this.options.clientId ?? DEFAULT_CLIENT_ID;
    const person: Person = {
      accountId: options.accountId ?? randomUUID(),
      userId: options.userId ?? `user-${randomUUID()}`,
      email: options.email ?? 'someone@example.com',
      planType: options.planType ?? 'plus',
      fedramp,
      clientId,
    };
    const family: Family = { person, lifetimeMs: ACCESS_LIFETIME_MS, revoked: false };
    const { accessToken, refreshToken, idToken } = this.issue(family, expiresInMs);
    return {
      accessToken,
      refreshToken,
      idToken,
      expiresAt: this.options.now() + expiresInMs,
      accountId: person.accountId,
      userId: person.userId,
      email: person.email,
      planType: person.planType,
      issuer: this.options.issuer(),
      clientId,
      ...(fedramp && { fedramp }),
    };
  }

  /** Spends a refresh token and gives the next pair. */
  refresh(refreshToken: string, options: { accountId?: string } = {}): RefreshOutcome {
    const counts = this.refreshCounts as Map<string, number>;
    counts.set(refreshToken, (counts.get(refreshToken) ?? 0) + 1);
    const record = this.secrets.refresh.get(refreshToken);
    if (!record) return { ok: false, code: 'token_expired' };
    if (record.family.revoked) return { ok: false, code: 'refresh_token_invalidated' };
    if (record.state === 'used') return { ok: false, code: 'refresh_token_reused' };
    if (record.state === 'expired') return { ok: false, code: 'refresh_token_expired' };
    record.state = 'used';
    const { accountId } = options;
    const { family } = record;
    const next = accountId === undefined ? family : { ...family, person: { ...family.person, accountId } };
    return { ok: true, tokens: this.issue(next, family.lifetimeMs) };
  }

  /** Takes back that a refresh token was spent: its answer never left, as when a server dies before it commits. */
  unspend(refreshToken: string): void {
    const record = this.secrets.refresh.get(refreshToken);
    if (record?.state === 'used') record.state = 'live';
  }

  expireRefreshToken(refreshToken: string): void {
    const record = this.secrets.refresh.get(refreshToken);
    if (record) record.state = 'expired';
  }

  checkAccessToken(token: string | undefined): TokenCheck {
    const payload = token === undefined ? undefined : this.verify(token);
    const family = payload && this.secrets.access.get(payload.jti);
    if (!payload || !family) return { ok: false, reason: 'missing' };
    if (this.secrets.invalidated.has(payload.jti)) return { ok: false, reason: 'invalidated' };
    if (family.revoked) return { ok: false, reason: 'revoked' };
    if (payload.exp * 1000 <= this.options.now()) return { ok: false, reason: 'expired' };
    const { accountId, userId, planType, fedramp } = family.person;
    return { ok: true, accountId, userId, planType, fedramp };
  }

  /** The backend forgets this access token: later checks say `invalidated`. */
  invalidateAccessToken(token: string): void {
    const payload = this.verify(token);
    if (payload) this.secrets.invalidated.add(payload.jti);
  }

  /** Revokes every token of the family that `token`, of whichever kind, belongs to. */
  revokeFamily(token: string): void {
    const payload = this.verify(token);
    const family = this.secrets.refresh.get(token)?.family ?? (payload && this.secrets.access.get(payload.jti));
    if (family) family.revoked = true;
  }

  /** Tokens for a login that went through the issuer's pages. */
  issueFor(options: LoginOptions): IssuedTokenSet {
    const { accessToken, refreshToken = '', idToken = '' } = this.login(options);
    const lifetime = options.expiresInMs ?? ACCESS_LIFETIME_MS;
    return { accessToken, refreshToken, idToken, expiresInSeconds: Math.floor(lifetime / 1000) };
  }

  private issue(family: Family, lifetimeMs: number): IssuedTokenSet {
    const refreshToken = `rt_${randomBytes(32).toString('base64url')}`;
    this.secrets.refresh.set(refreshToken, { family, state: 'live' });
    const jti = randomUUID();
    this.secrets.access.set(jti, family);
    return {
      accessToken: this.sign(accessClaims(family.person), jti, lifetimeMs),
      refreshToken,
      idToken: this.sign(idClaims(family.person), randomUUID(), ID_LIFETIME_MS),
      expiresInSeconds: Math.floor(lifetimeMs / 1000),
    };
  }

  private sign(claims: object, jti: string, lifetimeMs: number): string {
    const now = this.options.now();
    const times = { iat: Math.floor(now / 1000), exp: Math.floor((now + lifetimeMs) / 1000) };
    const payload = { iss: this.options.issuer(), jti, ...times, ...claims };
    const unsigned = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`;
    return `${unsigned}.${this.signature(unsigned)}`;
  }

  private verify(token: string): Payload | undefined {
    const parts = token.split('.');
    if (parts.length !== 3) return undefined;
    const [header = '', payload = '', signature = ''] = parts;
    const expected = Buffer.from(this.signature(`${header}.${payload}`));
    const given = Buffer.from(signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  }

  private signature(text: string): string {
    return createHmac('sha256', this.secrets.key).update(text).digest('base64url');
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function authClaim({ accountId, planType, userId, fedramp }: Person): object {
  return {
    chatgpt_account_id: accountId,
    chatgpt_plan_type: planType,
    chatgpt_user_id: userId,
    user_id: userId,
    chatgpt_account_is_fedramp: fedramp,
  };
}

function accessClaims(person: Person): object {
  return {
    aud: ['https://api.openai.com/v1'],
    client_id: person.clientId,
    sub: person.userId,
    scp: ['openid', 'profile', 'email', 'offline_access'],
    [AUTH_CLAIM]: authClaim(person),
    [PROFILE_CLAIM]: { email: person.email, email_verified: true },
  };
}

function idClaims(person: Person): object {
  return {
    aud: [person.clientId],
    sub: person.userId,
    email: person.email,
    email_verified: true,
    [AUTH_CLAIM]: { ...authClaim(person), organizations: [], completed_platform_onboarding: true, is_org_owner: false },
  };
}
