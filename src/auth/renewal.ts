import type { OAuthCredentials } from '../shared/credentials';
import type { Logger } from '../shared/logger';
import { type Runtime, toHex } from '../shared/runtime';
import type { AuthStore } from '../stores/auth-store';
import { CodexAuthError, type CodexAuthErrorReason } from './errors';
import { isAlive, isDue, isJustRefreshed, type Login, toLogin, withNewTokens } from './login';
import { notRenewable, refusalError, storeFailure } from './refresh-failure';
import { refreshTokens } from './token-endpoint';
import type { IssuedTokens } from './token-response';

export interface RenewalContext {
  store: AuthStore;
  profile: string;
  issuer: string;
  clientId: string;
  runtime: Runtime;
  logger: Logger;
}

/** What one attempt leaves for the next. Refresh tokens are remembered by fingerprint only. */
interface Memory {
  /** Refused for good; not presented again. */
  dead?: { fingerprint: string; error: CodexAuthError };
  /** A pair that the store did not take yet, and whose predecessor is spent. */
  unsaved?: { spent: string; credentials: OAuthCredentials };
  /** Epoch milliseconds before which a token that still works is not renewed again. */
  retryAt: number;
}

const RETRY_MS = 30_000;
/** Failures that say nothing about the access token: it is used as long as it lasts. */
const PASSING: readonly CodexAuthErrorReason[] = [
  'refresh_failed',
  'region_blocked',
  'store_unreadable',
  'store_unwritable',
];

/** Gives the login to use now, from the store or from the issuer. `refused` is an access token that the backend rejected. */
export type Renewal = (refused?: string) => Promise<Login>;

export function createRenewal(context: RenewalContext): Renewal {
  const memory: Memory = { retryAt: 0 };
  const { runtime, store, profile } = context;

  return async (refused) => {
    const stored = await load(context);
    const now = runtime.now();
    const isRefused = stored.credentials.accessToken === refused;
    if (!isRefused && !isDue(stored, now)) return stored;
    // Refused straight after its refresh: the next token would fare no better.
    if (isRefused && isJustRefreshed(stored.credentials, now)) return stored;
    if (store.readonly || !stored.credentials.refreshToken) {
      if (isRefused || isAlive(stored, now)) return stored;
      throw notRenewable(profile, store.readonly === true);
    }
    if (!isRefused && isAlive(stored, now) && now < memory.retryAt) return stored;
    try {
      return await refreshOnce(context, memory, refused);
    } catch (error) {
      return makeDo(context, storeFailure(error, 'update'), refused);
    }
  };
}

async function load({ store, profile, issuer }: RenewalContext): Promise<Login> {
  const stored = await store.read(profile).catch((error: unknown) => {
    throw storeFailure(error, 'read');
  });
  return toLogin(stored, { profile, issuer });
}

/** The critical section: nobody who shares the store is in it at the same time. */
async function refreshOnce(context: RenewalContext, memory: Memory, refused: string | undefined): Promise<Login> {
  const { store, profile, runtime } = context;
  const saved = await store.update(profile, async (current) => {
    const latest = await toLogin(current, context);
    const isFresh = latest.credentials.accessToken !== refused && !isDue(latest, runtime.now());
    return isFresh ? current : exchange(latest, context, memory); // fresh: another process was faster
  });
  delete memory.unsaved;
  return toLogin(saved, context);
}

async function exchange(latest: Login, context: RenewalContext, memory: Memory): Promise<OAuthCredentials> {
  const { profile, runtime, logger } = context;
  const { refreshToken, clientId = context.clientId } = latest.credentials;
  if (!refreshToken) throw notRenewable(profile, false);
  const fingerprint = await fingerprintOf(refreshToken, runtime);
  if (memory.unsaved?.spent === fingerprint) return memory.unsaved.credentials;
  if (memory.dead?.fingerprint === fingerprint) throw memory.dead.error;

  const outcome = await refreshTokens({ issuer: context.issuer, clientId, refreshToken }, runtime);
  if (outcome.ok) {
    const credentials = await accept(latest, outcome.tokens);
    memory.unsaved = { spent: fingerprint, credentials };
    logger.debug('Refreshed the login.', { profile });
    return credentials;
  }
  const error = refusalError(outcome.refusal, profile);
  if (outcome.refusal.kind === 'permanent') memory.dead = { fingerprint, error };
  else memory.retryAt = runtime.now() + Math.max(RETRY_MS, outcome.refusal.retryAfterMs ?? 0);
  throw error;

  async function accept(login: Login, tokens: IssuedTokens): Promise<OAuthCredentials> {
    try {
      return await withNewTokens(login, tokens, runtime.now());
    } catch (mismatch) {
      if (CodexAuthError.isInstance(mismatch)) memory.dead = { fingerprint, error: mismatch };
      throw mismatch;
    }
  }
}

/** After a failure: what another process may have stored meanwhile, else a token that still works, else the failure. */
async function makeDo(context: RenewalContext, failure: CodexAuthError, refused: string | undefined): Promise<Login> {
  const { runtime, logger, profile } = context;
  const again = await load(context).catch(() => undefined);
  if (again === undefined || again.credentials.accessToken === refused) throw failure;
  const now = runtime.now();
  if (!isDue(again, now)) return again;
  if (!PASSING.includes(failure.code) || !isAlive(again, now)) throw failure;
  logger.warn('The login could not be renewed; its access token is used while it lasts.', {
    profile,
    code: failure.code,
    reason: failure.message,
    expiresInMs: again.expiresAt === undefined ? undefined : again.expiresAt - now,
  });
  return again;
}

async function fingerprintOf(token: string, runtime: Runtime): Promise<string> {
  return toHex(await runtime.sha256(token)).slice(0, 16);
}
