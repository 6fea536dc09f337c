import { AuthStoreError } from '../shared/auth-store-error';
import { DEFAULT_CLIENT_ID, DEFAULT_ISSUER, DEFAULT_PROFILE } from '../shared/constants';
import type { OAuthCredentials } from '../shared/credentials';
import { type Logger, safeLogger, silentLogger } from '../shared/logger';
import { maskWhenPrinted } from '../shared/masked';
import { createRuntime, type FetchFunction, type Runtime } from '../shared/runtime';
import type { AuthStore } from '../stores/auth-store';
import { storeFailure } from './refresh-failure';
import { revokeLogin } from './revocation';

export interface SaveContext {
  authStore: AuthStore;
  profile: string;
  issuer: string;
  clientId: string;
  runtime: Runtime;
  logger: Logger;
}

/** What every login and logout may be told. */
export interface LoginTarget {
  authStore: AuthStore;
  /** Which login of the store. Default `default`. */
  profile?: string;
  /** Default `https://auth.openai.com`. */
  issuer?: string;
  /** Default: the public client of the Codex CLI. */
  clientId?: string;
  /** Used for every request. Default: the global `fetch`. */
  fetch?: FetchFunction;
  /** Silent by default. */
  logger?: Logger;
}

/** What only our own tests, and our own programs, may set. */
export interface LoginInternals {
  runtime?: Runtime;
}

/** The options with every default. */
export function toSaveContext(options: LoginTarget, internals: LoginInternals): SaveContext {
  const { authStore, fetch } = options;
  return {
    authStore,
    profile: options.profile ?? DEFAULT_PROFILE,
    issuer: options.issuer ?? DEFAULT_ISSUER,
    clientId: options.clientId ?? DEFAULT_CLIENT_ID,
    runtime: internals.runtime ?? createRuntime(fetch && { fetch }),
    logger: safeLogger(options.logger ?? silentLogger),
  };
}

const SAVE_PAUSES_MS = [250, 1_000, 4_000];

/**
 * Proves, before anybody is sent to a browser, that the store will take a login: an update that changes nothing. A damaged
 * record is set aside by its store then, which is warned about and no reason to refuse a new login.
 *
 * @throws {@link CodexAuthError} `store_unwritable` or `store_unreadable`
 */
export async function assertSavable({ authStore, profile, logger }: SaveContext): Promise<void> {
  const probe = () => authStore.update(profile, async (current) => current);
  try {
    await probe().catch((error: unknown) => {
      if (!AuthStoreError.isInstance(error) || error.code !== 'corrupt') throw error;
      logger.warn(error.message, { profile });
      return probe();
    });
  } catch (error) {
    throw storeFailure(error, 'login');
  }
}

/**
 * Stores new credentials in place of the old ones, and only then revokes the refresh token that they supersede, best
 * effort: a login that is given up half-way leaves the old one as it was. New tokens that cannot be stored are revoked, so
 * that no login is left behind which nobody can end.
 *
 * @throws {@link CodexAuthError} `store_unwritable` or `store_unreadable` when the store does not take them after some tries.
 */
export async function saveLogin(credentials: OAuthCredentials, context: SaveContext): Promise<OAuthCredentials> {
  const { authStore, profile } = context;
  let superseded: OAuthCredentials | undefined;
  const save = () =>
    authStore.update(profile, async (current) => {
      // An earlier try may have stored it after all, although the store said that it failed.
      if (current?.refreshToken !== credentials.refreshToken) superseded = current;
      return credentials;
    });
  let saved: OAuthCredentials | undefined;
  try {
    saved = await withPauses(save, context);
  } catch (error) {
    saved = await storedAfterAll(credentials, context, error);
  }
  if (superseded) await revokeLogin(superseded, context);
  return maskWhenPrinted({ ...(saved ?? credentials) }); // a store of another kind gives back a plain object
}

/** The new tokens exist nowhere else, so a store that hiccups is given time. */
async function withPauses<T>(save: () => Promise<T>, { profile, runtime, logger }: SaveContext): Promise<T> {
  for (const pause of SAVE_PAUSES_MS) {
    try {
      return await save();
    } catch (error) {
      const reason = storeFailure(error, 'login').message;
      logger.warn('The new login could not be stored yet; it is tried again.', { profile, reason });
      await runtime.sleep(pause, undefined, { keepAlive: true });
    }
  }
  return save().catch((error: unknown) => {
    throw storeFailure(error, 'login');
  });
}

/**
 * A store that lost its connection may have written before it failed, and such a login must not be revoked. Unreadable is
 * not the same as absent.
 */
async function storedAfterAll(
  credentials: OAuthCredentials,
  context: SaveContext,
  failure: unknown,
): Promise<OAuthCredentials> {
  const { authStore, profile, logger } = context;
  let stored: OAuthCredentials | undefined;
  try {
    stored = await authStore.read(profile);
  } catch {
    logger.warn('It is not known whether the new login was stored; it was not revoked.', { profile });
    throw failure;
  }
  if (stored?.accessToken === credentials.accessToken) return stored;
  await revokeLogin(credentials, context);
  throw failure;
}
