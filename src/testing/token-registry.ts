import { randomBytes } from 'node:crypto';
import { DEFAULT_CLIENT_ID } from '../shared/constants';
import type { OAuthCredentials } from '../shared/credentials';
import { asNumber, asString, type JSONObject } from '../shared/json';
import { maskWhenPrinted } from '../shared/masked';
import { type Identity, identityOf, type LoginOptions } from './issuer/identity';
import { signJwt, verifyJwt } from './issuer/jwt';
import { accessTokenClaims, idTokenClaims } from './issuer/token-claims';
import { printsMaskedKeys } from './masked-map';

export type { LoginOptions } from './issuer/identity';

/** What is known of a bearer. `missing` stands for none at all, and for one that was not made here. */
export type TokenCheck =
  | ({ ok: true } & Identity)
  | { ok: false; reason: 'missing' | 'expired' | 'revoked' | 'invalidated' };

/** Tokens as they leave the issuer. */
export interface IssuedTokens {
  accessToken: string;
  idToken: string;
  /** Only for logins that asked for `offline_access`. */
  refreshToken?: string;
  /** Lifetime of the access token. */
  expiresInMs: number;
  scope: string;
}

/** `spent`: a refresh has used it already. */
export type RefreshTokenState = 'fresh' | 'unknown' | 'expired' | 'spent' | 'revoked';

/** How one refresh differs from the usual. */
export interface RefreshOptions {
  /** What is different about the one the new tokens speak for. */
  login?: LoginOptions | undefined;
  /** Merged over the namespaced claim of the new tokens. */
  authClaims?: JSONObject | undefined;
  /** Leaves the old refresh token good until {@link TokenRegistry.spend}. Default false. */
  keepOld?: boolean | undefined;
}

/** How a login differs from the usual. */
export type IssueOptions = { scope?: string | undefined; authClaims?: JSONObject | undefined };

export type RefreshOutcome =
  | { ok: true; tokens: IssuedTokens }
  | { ok: false; reason: Exclude<RefreshTokenState, 'fresh'> };

interface Family {
  identity: Identity;
  scope: string;
  refreshExpiresInMs: number;
  revoked: boolean;
}

const DAY_MS = 86_400_000;
const ACCESS_TOKEN_MS = 10 * DAY_MS;
const ID_TOKEN_MS = DAY_MS / 24;

/** All that the Codex CLI asks for. */
export const DEFAULT_SCOPE = 'openid profile email offline_access api.connectors.read api.connectors.invoke';

/**
 * Mints the tokens of the emulator and knows what became of each. Refresh tokens are single use; the tokens that descend
 * from one login are a family, and are revoked together. Prints nothing of what it holds.
 */
export class TokenRegistry {
  readonly clientId: string;
  readonly #now: () => number;
  readonly #issuer: () => string;
  readonly #key = randomBytes(32);
  readonly #access = new Map<string, { family: Family; identity: Identity; invalidated: boolean }>();
  readonly #personal = new Map<string, { family: Family; identity: Identity }>();
  readonly #refresh = new Map<string, { family: Family; spent: boolean; expiresAt: number }>();
  readonly #refreshCounts = printsMaskedKeys(new Map<string, number>());

  /** `now` in epoch milliseconds. `clientId` defaults to the public client of the Codex CLI. */
  constructor(options: { now: () => number; issuer: () => string; clientId?: string }) {
    this.#now = options.now;
    this.#issuer = options.issuer;
    this.clientId = options.clientId ?? DEFAULT_CLIENT_ID;
  }

  /** Origin of the issuer. */
  get issuer(): string {
    return this.#issuer();
  }

  /** How often each refresh token was presented, the refused and the unknown ones too. Prints without the tokens. */
  get refreshCounts(): ReadonlyMap<string, number> {
    return this.#refreshCounts;
  }

  /** A new login with its own family, as a client would have stored it. */
  login(options: LoginOptions = {}): OAuthCredentials {
    const { accessToken, refreshToken, idToken, expiresInMs } = this.issue(options);
    const { fedramp, ...identity } = identityOf(options);
    return maskWhenPrinted({
      accessToken,
      ...(refreshToken !== undefined && { refreshToken }),
      idToken,
      expiresAt: this.#now() + expiresInMs,
      ...identity,
      issuer: this.issuer,
      clientId: this.clientId,
      ...(fedramp && { fedramp }),
    });
  }

  /** The tokens of a new login. */
  issue(options: LoginOptions = {}, { scope = DEFAULT_SCOPE, authClaims }: IssueOptions = {}): IssuedTokens {
    const refreshExpiresInMs = options.refreshExpiresInMs ?? Number.POSITIVE_INFINITY;
    const family = { identity: identityOf(options), scope, refreshExpiresInMs, revoked: false };
    return this.#mint(family, { expiresInMs: options.expiresInMs, authClaims });
  }

  /** Counts `refreshToken` as presented, and exchanges it for new tokens, which spends it. */
  refresh(refreshToken: string, options: RefreshOptions = {}): RefreshOutcome {
    this.countPresentation(refreshToken);
    const state = this.refreshTokenState(refreshToken);
    return state === 'fresh' ? { ok: true, tokens: this.rotate(refreshToken, options) } : { ok: false, reason: state };
  }

  /** @throws when the refresh token was not made here. What became of it since is not looked at. */
  rotate(refreshToken: string, { login = {}, authClaims, keepOld = false }: RefreshOptions = {}): IssuedTokens {
    const record = this.#refresh.get(refreshToken);
    if (!record) throw new Error('The refresh token is unknown.');
    record.spent = !keepOld;
    const identity = identityOf(login, record.family.identity);
    return this.#mint(record.family, { identity, expiresInMs: login.expiresInMs, authClaims });
  }

  /** Counts a presentation, whatever comes of it. */
  countPresentation(refreshToken: string): void {
    this.#refreshCounts.set(refreshToken, (this.#refreshCounts.get(refreshToken) ?? 0) + 1);
  }

  refreshTokenState(refreshToken: string): RefreshTokenState {
    const record = this.#refresh.get(refreshToken);
    if (!record) return 'unknown';
    if (record.family.revoked) return 'revoked';
    if (record.spent) return 'spent';
    return record.expiresAt <= this.#now() ? 'expired' : 'fresh';
  }

  /** Marks a refresh token as used. */
  spend(refreshToken: string): void {
    const record = this.#refresh.get(refreshToken);
    if (record) record.spent = true;
  }

  /** A personal access token (`at-...`): accepted as a bearer, never expires, and is known to `whoami`. */
  personalAccessToken(options: LoginOptions = {}): string {
    const identity = identityOf(options);
    const family = { identity, scope: '', refreshExpiresInMs: 0, revoked: false };
    const token = `at-${randomBytes(24).toString('base64url')}`;
    this.#personal.set(token, { family, identity });
    return token;
  }

  /** Whom a personal access token speaks for; undefined for any other token. */
  whoami(token: string | undefined): Identity | undefined {
    const record = this.#personal.get(token ?? '');
    return record && !record.family.revoked ? record.identity : undefined;
  }

  /** Whether the token is an id token that was made here. */
  isIdToken(token: string): boolean {
    const jti = asString(verifyJwt(token, this.#key)?.jti);
    return jti !== undefined && !this.#access.has(jti);
  }

  /** Judges a bearer by its signature, by what became of it, and by its `exp` against the clock. */
  checkAccessToken(token: string | undefined): TokenCheck {
    if (token === undefined) return { ok: false, reason: 'missing' };
    const payload = verifyJwt(token, this.#key);
    const record = this.#accessRecord(token);
    if (!record) return { ok: false, reason: 'missing' };
    if (record.invalidated) return { ok: false, reason: 'invalidated' };
    if (record.family.revoked) return { ok: false, reason: 'revoked' };
    const expiresAt = (asNumber(payload?.exp) ?? Number.POSITIVE_INFINITY) * 1000;
    if (expiresAt <= this.#now()) return { ok: false, reason: 'expired' };
    return { ok: true, ...record.identity };
  }

  /** Later checks of this one access token give `invalidated`. Unknown tokens are ignored. */
  invalidateAccessToken(token: string): void {
    const record = this.#accessRecord(token);
    if (record) record.invalidated = true;
  }

  /** Revokes the whole family of an access or refresh token. Unknown tokens are ignored. */
  revokeFamily(token: string): void {
    const family = this.#refresh.get(token)?.family ?? this.#accessRecord(token)?.family;
    if (family) family.revoked = true;
  }

  #accessRecord(token: string): { family: Family; identity: Identity; invalidated?: boolean } | undefined {
    return this.#personal.get(token) ?? this.#access.get(asString(verifyJwt(token, this.#key)?.jti) ?? '');
  }

  #mint(
    family: Family,
    options: {
      identity?: Identity | undefined;
      expiresInMs?: number | undefined;
      authClaims?: JSONObject | undefined;
    },
  ): IssuedTokens {
    const { identity = family.identity, expiresInMs = ACCESS_TOKEN_MS, authClaims } = options;
    const { issuer, clientId } = this;
    const { scope } = family;
    const now = this.#now();
    const input = { identity, issuer, clientId, scope, now, authClaims };
    const access = accessTokenClaims({ ...input, expiresInMs });
    this.#access.set(access.jti, { family, identity, invalidated: false });
    return maskWhenPrinted({
      accessToken: signJwt(access, this.#key),
      idToken: signJwt(idTokenClaims({ ...input, expiresInMs: ID_TOKEN_MS }), this.#key),
      ...(scope.split(' ').includes('offline_access') && { refreshToken: this.#mintRefreshToken(family) }),
      expiresInMs,
      scope,
    });
  }

  #mintRefreshToken(family: Family): string {
    const token = `rt_${randomBytes(32).toString('base64url')}`;
    this.#refresh.set(token, { family, spent: false, expiresAt: this.#now() + family.refreshExpiresInMs });
    return token;
  }
}
