import { DEFAULT_ISSUER, DEFAULT_PROFILE } from '../shared/constants';
import type { OAuthCredentials, RefreshFailure } from '../shared/credentials';
import { asNumber, asString } from '../shared/json';
import { createRuntime, type Runtime } from '../shared/runtime';
import type { AuthStore } from '../stores/auth-store';
import { CodexAuthError } from './errors';
import { fingerprintOf } from './fingerprint';
import { isAlive, type Login, toLogin } from './login';
import { loginHint } from './login-hint';
import { notRenewable, refreshError, storeFailure } from './refresh-failure';
import type { LoginInternals } from './save-login';
import { decodeTokenClaims } from './token-claims';

/**
 * - `logged_in`: the access token works, as far as its date tells, or can be renewed.
 * - `relogin_required`: it has expired and can no longer be renewed.
 * - `not_logged_in`: nothing is stored for the profile.
 * - `unreadable`: the store could not be read.
 * - `invalid`: what is stored is no login for this backend or issuer.
 */
export type AuthState = 'logged_in' | 'relogin_required' | 'not_logged_in' | 'unreadable' | 'invalid';

/** What is known of a stored login. Plain data without a token, safe to print and to send. */
export interface AuthStatus {
  state: AuthState;
  profile: string;
  accountId?: string;
  userId?: string;
  email?: string;
  planType?: string;
  issuer?: string;
  /** Epoch milliseconds at which the access token ends; unknown for an opaque one. */
  expiresAt?: number;
  /** The access token is over. It is renewed at its next use where `renewable` says so. */
  expired: boolean;
  /** A new access token can be had without a login. */
  renewable: boolean;
  /** Epoch milliseconds of the last login or refresh that succeeded. */
  lastRefreshAt?: number;
  /** How the newest of them went. `code` is the issuer's word for a failure, or ours. */
  lastRefresh?: { ok: boolean; at: number; code?: string };
  /** A refresh is under way, or ended with its process. Epoch milliseconds. */
  refreshing?: { startedAt: number };
  /** A refresh brought tokens of another account, which are kept and not used. */
  otherAccount?: { accountId?: string; email?: string };
  /** Where the login is kept, as a person would say it. */
  location?: string;
  /** The store cannot be written: the login belongs to another program. */
  readonly: boolean;
  /** What is wrong, and what to do next. */
  problem?: string;
}

export interface AuthStatusOptions {
  authStore: AuthStore;
  /** Which login of the store. Default `default`. */
  profile?: string;
  /** Logins of another issuer are `invalid` then. Default: the issuer of the login. */
  issuer?: string;
}

/**
 * Describes the stored login. Sends nothing, writes nothing and renews nothing; so the issuer or the backend may know
 * better. Does not reject: a store that fails is the state `unreadable`.
 */
export async function authStatus(options: AuthStatusOptions, internals: LoginInternals = {}): Promise<AuthStatus> {
  const { authStore, profile = DEFAULT_PROFILE } = options;
  const { runtime = createRuntime() } = internals;
  const readonly = authStore.readonly === true;
  const description = await describe(authStore, profile);
  const place = { ...(description && { location: description.location }), readonly };
  const none = { profile, expired: false, renewable: false, ...place };
  let credentials: OAuthCredentials | undefined;
  try {
    credentials = await authStore.read(profile);
  } catch (error) {
    return { state: 'unreadable', ...none, problem: storeFailure(error, 'read').message };
  }
  try {
    const expected = { profile, issuer: options.issuer ?? credentials?.issuer ?? DEFAULT_ISSUER };
    const login = await toLogin(credentials, expected);
    return { profile, ...(await facts(login)), ...(await health(login, authStore, profile, runtime)), ...place };
  } catch (error) {
    if (CodexAuthError.isInstance(error)) {
      const state = error.code === 'not_logged_in' ? 'not_logged_in' : 'invalid';
      return { state, ...none, problem: error.message };
    }
    const problem = `What is stored for profile "${profile}" is no login. ${loginHint(profile)}`;
    return { state: 'invalid', ...none, problem };
  }
}

async function describe(authStore: AuthStore, profile: string) {
  try {
    return await authStore.describe?.(profile);
  } catch {
    return undefined;
  }
}

/** Who it is. What the record does not say, its tokens do. */
async function facts({ credentials, expiresAt }: Login): Promise<Partial<AuthStatus>> {
  const { aside } = credentials;
  const lastRefreshAt = asNumber(credentials.lastRefreshAt);
  const startedAt = asNumber(credentials.refreshing?.startedAt);
  const other = aside && (await personOf(aside));
  return {
    ...(await personOf(credentials)),
    ...texts({ issuer: credentials.issuer }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(lastRefreshAt !== undefined && { lastRefreshAt }),
    ...(startedAt !== undefined && { refreshing: { startedAt } }),
    ...(other && { otherAccount: texts({ accountId: other.accountId, email: other.email }) }),
  };
}

async function personOf(credentials: OAuthCredentials) {
  const access = await decodeTokenClaims(credentials.accessToken);
  const id = await decodeTokenClaims(credentials.idToken);
  const { accountId, userId, email, planType } = { ...access, ...id, ...texts({ ...credentials }) };
  return texts({ accountId, userId, email, planType });
}

type Health = Pick<AuthStatus, 'state' | 'expired' | 'renewable' | 'lastRefresh' | 'problem'>;

async function health(login: Login, store: AuthStore, profile: string, runtime: Runtime): Promise<Health> {
  const { credentials } = login;
  const now = runtime.now();
  const expired = !isAlive(login, now);
  const failure = await failureOf(credentials, runtime);
  const mayRenew = store.readonly !== true && Boolean(credentials.refreshToken);
  const renewable = mayRenew && failure?.permanent !== true;
  const lastRefresh = lastRefreshOf(credentials, failure);
  const common = { expired, renewable, ...(lastRefresh && { lastRefresh }) };
  const state = expired && !renewable ? 'relogin_required' : 'logged_in';
  if (failure && mayRenew) return { state, ...common, problem: refreshError({ failure }, profile, now).message };
  if (state === 'logged_in') return { state, ...common };
  return { state, ...common, problem: (await notRenewable({ store, profile }, true)).message };
}

/** Only a failure of the refresh token that is stored still says anything. */
async function failureOf(
  { refreshToken, refreshFailure }: OAuthCredentials,
  runtime: Runtime,
): Promise<RefreshFailure | undefined> {
  if (!refreshToken || !asString(refreshFailure?.code)) return undefined;
  return refreshFailure?.fingerprint === (await fingerprintOf(refreshToken, runtime)) ? refreshFailure : undefined;
}

function lastRefreshOf({ lastRefreshAt }: OAuthCredentials, failure: RefreshFailure | undefined) {
  if (failure) return { ok: false, at: failure.at, code: failure.code.replace(/[^\w.-]/g, '').slice(0, 60) };
  return asNumber(lastRefreshAt) === undefined ? undefined : { ok: true, at: lastRefreshAt as number };
}

/** Those fields that are texts. */
function texts<Name extends string>(fields: Partial<Record<Name, unknown>>): { [Key in Name]?: string } {
  const entries = Object.entries(fields).filter(([, value]) => asString(value));
  return Object.fromEntries(entries) as { [Key in Name]?: string };
}
