import { DEFAULT_CLIENT_ID, DEFAULT_ISSUER, DEFAULT_PROFILE } from '../shared/constants';
import type { OAuthCredentials, RefreshFailure } from '../shared/credentials';
import { asNumber, asString } from '../shared/json';
import { createRuntime, type Runtime } from '../shared/runtime';
import type { AuthStore } from '../stores/auth-store';
import { CodexAuthError } from './errors';
import { failuresOf } from './known-failure';
import { isAlive, type Login, toLogin } from './login';
import { notLoggedIn, notRenewable } from './login-failure';
import { loginHint } from './login-hint';
import { refreshError, storeFailure } from './refresh-failure';
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
  /** The login cannot be written: it belongs to another program, or to the environment. */
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
  /** Used for a login that does not say which client it was made by. Default: the public client of the Codex CLI. */
  clientId?: string;
}

/**
 * Describes the stored login. Sends nothing, writes nothing and renews nothing; so the issuer or the backend may know
 * better, and of a personal access token in the environment it is not known whose it is. Does not reject: a store that
 * fails is the state `unreadable`.
 */
export async function authStatus(options: AuthStatusOptions, internals: LoginInternals = {}): Promise<AuthStatus> {
  const { authStore, profile = DEFAULT_PROFILE } = options;
  const { runtime = createRuntime() } = internals;
  const description = await describe(authStore, profile);
  const readonly = description?.readonly ?? authStore.readonly ?? false;
  const place = { ...(description && { location: description.location }), readonly };
  const none = { profile, expired: false, renewable: false, ...place };
  if (description?.asksNetwork) return { state: 'logged_in', ...none };
  let credentials: OAuthCredentials | undefined;
  try {
    credentials = await authStore.read(profile);
  } catch (error) {
    const { code, message } = storeFailure(error, 'read');
    return { state: code === 'invalid_credential' ? 'invalid' : 'unreadable', ...none, problem: message };
  }
  if (credentials === undefined) {
    return { state: 'not_logged_in', ...none, problem: notLoggedIn(profile, description?.renewal).message };
  }
  try {
    const issuer = options.issuer ?? asString(credentials.issuer) ?? DEFAULT_ISSUER;
    const { clientId = DEFAULT_CLIENT_ID } = options;
    const login = await toLogin(credentials, { profile, issuer });
    const settings = { store: authStore, readonly, profile, issuer, clientId, runtime };
    return { profile, ...(await facts(login)), ...(await health(login, settings)), ...place };
  } catch (error) {
    const problem = CodexAuthError.isInstance(error)
      ? error.message
      : `What is stored for profile "${profile}" is no login. ${loginHint(profile)}`;
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

interface Settings {
  store: AuthStore;
  readonly: boolean;
  profile: string;
  issuer: string;
  clientId: string;
  runtime: Runtime;
}

async function health(login: Login, settings: Settings): Promise<Health> {
  const { readonly, profile, runtime } = settings;
  const { credentials } = login;
  const now = runtime.now();
  const expired = !isAlive(login, now);
  const failure = await failureOf(credentials, settings);
  const mayRenew = !readonly && Boolean(credentials.refreshToken);
  const renewable = mayRenew && failure?.permanent !== true;
  const lastRefresh = lastRefreshOf(credentials, failure);
  const common = { expired, renewable, ...(lastRefresh && { lastRefresh }) };
  const state = expired && !renewable ? 'relogin_required' : 'logged_in';
  if (failure && mayRenew) return { state, ...common, problem: refreshError({ failure }, profile, now).message };
  if (state === 'logged_in') return { state, ...common };
  return { state, ...common, problem: (await notRenewable(settings, 'has expired')).message };
}

/** Only a failure of the refresh token that is stored still says anything. */
async function failureOf(credentials: OAuthCredentials, settings: Settings): Promise<RefreshFailure | undefined> {
  const [known] = await failuresOf(credentials, settings, {});
  return asString(known?.failure.code) ? known?.failure : undefined;
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
