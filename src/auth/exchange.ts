import type { OAuthCredentials } from '../shared/credentials';
import type { Logger } from '../shared/logger';
import type { Runtime } from '../shared/runtime';
import type { AuthStore } from '../stores/auth-store';
import { pauseAfter } from './back-off';
import type { CodexAuthError } from './errors';
import { fingerprintOf } from './fingerprint';
import { failuresOf, knownFailure } from './known-failure';
import { isAlive, isDue, isJustRefreshed, type Login, toLogin } from './login';
import { withNewTokens } from './new-tokens';
import { type FailedRefresh, mismatchedRefresh, notRenewable, refreshError, refusedRefresh } from './refresh-failure';
import { refreshTokens } from './token-endpoint';
import type { IssuedTokens, TokenRefusal } from './token-response';

export interface RenewalContext {
  store: AuthStore;
  profile: string;
  issuer: string;
  clientId: string;
  runtime: Runtime;
  logger: Logger;
  /** How long before expiry this session renews. */
  skewMs(): number;
}

/** What one attempt leaves for the next. Refresh tokens are remembered by fingerprint only. */
export interface Memory {
  /** The newest failure; beside the one in the record, which the store may not have taken. */
  failed?: FailedRefresh;
  /** What the store did not take yet. `spent` is the refresh token that the store holds instead. */
  unsaved?: { spent: string; credentials: OAuthCredentials };
  /** What was warned about last. */
  warned?: string;
}

/** What to store, and what to throw once it is stored. */
export interface Exchanged {
  credentials: OAuthCredentials;
  failure?: CodexAuthError;
}

/** Whether there is nothing to renew about `login`. `refused` is an access token that the backend rejected. */
export function isUsable(login: Login, refused: string | undefined, { runtime, skewMs }: RenewalContext): boolean {
  return login.credentials.accessToken !== refused && !isDue(login, runtime.now(), skewMs());
}

/** What follows on `stored` and could not be stored yet; its refresh token is spent then. */
export async function unsavedAfter(stored: Login, context: RenewalContext, memory: Memory): Promise<Login | undefined> {
  const { refreshToken } = stored.credentials;
  if (memory.unsaved === undefined || !refreshToken) return undefined;
  const spent = await fingerprintOf(refreshToken, context.runtime);
  return memory.unsaved.spent === spent ? toLogin(memory.unsaved.credentials, context) : undefined;
}

/**
 * Spends the newest refresh token that is known, that of `stored` or of what follows on it, and remembers the outcome until
 * it is stored. To be called by whoever holds the store's lock: nobody else is presenting the token then.
 */
export async function exchange(
  stored: Login,
  refused: string | undefined,
  context: RenewalContext,
  memory: Memory,
): Promise<Exchanged> {
  const { profile, runtime } = context;
  const unsaved = await unsavedAfter(stored, context, memory);
  if (unsaved && (isUsable(unsaved, refused, context) || isJustRefreshed(unsaved.credentials, runtime.now()))) {
    return { credentials: unsaved.credentials };
  }
  const latest = unsaved ?? stored;
  const { refreshToken, clientId = context.clientId } = latest.credentials;
  if (!refreshToken) throw await notRenewable(context, !isAlive(latest, runtime.now()));
  const known = unsaved && (await knownFailure(unsaved, refused, context, memory));
  if (known) return { credentials: latest.credentials, failure: refreshError(known, profile, runtime.now()) };

  const fingerprint = await fingerprintOf(refreshToken, runtime);
  const outcome = await refreshTokens({ issuer: context.issuer, clientId, refreshToken }, runtime);
  const exchanged = outcome.ok
    ? await accept(latest, outcome.tokens, fingerprint, context, memory)
    : await refuse(latest, outcome.refusal, fingerprint, context, memory);
  // What brought nothing new may be forgotten, except that it follows on something that is still to be stored.
  if (outcome.ok || outcome.refusal.refreshToken !== undefined || unsaved !== undefined) {
    const spent = (unsaved && memory.unsaved?.spent) ?? fingerprint;
    memory.unsaved = { spent, credentials: exchanged.credentials };
  }
  return exchanged;
}

async function accept(
  latest: Login,
  tokens: IssuedTokens,
  fingerprint: string,
  { runtime, logger, profile }: RenewalContext,
  memory: Memory,
): Promise<Exchanged> {
  const now = runtime.now();
  const issued = await withNewTokens(latest, tokens, now);
  if ('credentials' in issued) {
    delete memory.failed;
    logger.debug('Refreshed the login.', { profile });
    return issued;
  }
  memory.failed = mismatchedRefresh(fingerprint, now);
  const credentials = { ...unmarked(latest), aside: issued.aside, refreshFailure: memory.failed.failure };
  return { credentials, failure: refreshError(memory.failed, profile, now) };
}

/** A new refresh token that came without an access token is stored as well, because the old one is spent. */
async function refuse(
  latest: Login,
  refusal: TokenRefusal,
  fingerprint: string,
  context: RenewalContext,
  memory: Memory,
): Promise<Exchanged> {
  const { runtime, profile } = context;
  const { refreshToken, status } = refusal;
  const left = refreshToken === undefined ? fingerprint : await fingerprintOf(refreshToken, runtime);
  const [previous] = await failuresOf(latest, context, memory);
  const pauseMs = pauseAfter(previous?.failure, refusal, runtime);
  const { refreshing } = latest.credentials;
  const startedAt = refreshing?.fingerprint === fingerprint ? refreshing.startedAt : undefined;
  const now = runtime.now();
  memory.failed = refusedRefresh(refusal, left, { now, pauseMs, startedAt });
  const credentials = {
    ...unmarked(latest),
    ...(refreshToken !== undefined && { refreshToken }),
    // Without an answer it may have been this machine's network, which is no reason for others to wait.
    ...(status !== undefined && { refreshFailure: memory.failed.failure }),
  };
  return { credentials, failure: refreshError(memory.failed, profile, now) };
}

function unmarked({ credentials }: Login): OAuthCredentials {
  const { refreshing: _over, ...rest } = credentials;
  return rest;
}
