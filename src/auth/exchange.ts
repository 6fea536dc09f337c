import type { OAuthCredentials } from '../shared/credentials';
import type { Logger } from '../shared/logger';
import { type Runtime, toHex } from '../shared/runtime';
import type { AuthStore } from '../stores/auth-store';
import { CodexAuthError } from './errors';
import { isDue, isJustRefreshed, type Login, toLogin, withNewTokens } from './login';
import { notRenewable, refusalError } from './refresh-failure';
import { refreshTokens } from './token-endpoint';
import type { IssuedTokens, TokenRefusal } from './token-response';

export interface RenewalContext {
  store: AuthStore;
  profile: string;
  issuer: string;
  clientId: string;
  runtime: Runtime;
  logger: Logger;
}

/** What one attempt leaves for the next. Refresh tokens are remembered by fingerprint only. */
export interface Memory {
  /** Not presented again before `until` (epoch milliseconds): never, where it was refused for good. */
  blocked?: { fingerprint: string; until: number; error: CodexAuthError };
  /** What the store did not take yet. `spent` is the refresh token that the store holds instead. */
  unsaved?: { spent: string; credentials: OAuthCredentials };
  /** Epoch milliseconds before which a token that still works is not renewed again. */
  retryAt: number;
}

/** What to store, and what to throw once it is stored. */
export interface Exchanged {
  credentials: OAuthCredentials;
  failure?: CodexAuthError;
}

const RETRY_MS = 30_000;

/** Whether there is nothing to renew about `login`. `refused` is an access token that the backend rejected. */
export function isUsable(login: Login, refused: string | undefined, now: number): boolean {
  return login.credentials.accessToken !== refused && !isDue(login, now);
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
 * it is stored.
 */
export async function exchange(
  stored: Login,
  refused: string | undefined,
  context: RenewalContext,
  memory: Memory,
): Promise<Exchanged> {
  const { profile, runtime } = context;
  const unsaved = await unsavedAfter(stored, context, memory);
  const now = runtime.now();
  if (unsaved && (isUsable(unsaved, refused, now) || isJustRefreshed(unsaved.credentials, now))) {
    return { credentials: unsaved.credentials };
  }
  const latest = unsaved ?? stored;
  const { refreshToken, clientId = context.clientId } = latest.credentials;
  if (!refreshToken) throw notRenewable(profile, false);
  const fingerprint = await fingerprintOf(refreshToken, runtime);
  const { blocked } = memory;
  if (blocked?.fingerprint === fingerprint && now < blocked.until) {
    if (unsaved === undefined) throw blocked.error;
    return { credentials: unsaved.credentials, failure: blocked.error };
  }

  const outcome = await refreshTokens({ issuer: context.issuer, clientId, refreshToken }, runtime);
  const exchanged = outcome.ok
    ? await accept(latest, outcome.tokens, fingerprint, context, memory)
    : await refuse(latest, outcome.refusal, fingerprint, context, memory);
  const spent = unsaved && memory.unsaved ? memory.unsaved.spent : fingerprint;
  memory.unsaved = { spent, credentials: exchanged.credentials };
  return exchanged;
}

async function accept(
  latest: Login,
  tokens: IssuedTokens,
  fingerprint: string,
  { runtime, logger, profile }: RenewalContext,
  memory: Memory,
): Promise<Exchanged> {
  try {
    const credentials = await withNewTokens(latest, tokens, runtime.now());
    logger.debug('Refreshed the login.', { profile });
    return { credentials };
  } catch (error) {
    if (CodexAuthError.isInstance(error)) memory.blocked = { fingerprint, until: Number.POSITIVE_INFINITY, error };
    throw error;
  }
}

/** Throws the refusal, unless it brought a new refresh token: that one is stored first, because the old one is spent. */
async function refuse(
  latest: Login,
  refusal: TokenRefusal,
  fingerprint: string,
  { runtime, profile }: RenewalContext,
  memory: Memory,
): Promise<Exchanged> {
  const error = refusalError(refusal, profile);
  if (refusal.kind === 'permanent') {
    memory.blocked = { fingerprint, until: Number.POSITIVE_INFINITY, error };
    throw error;
  }
  memory.retryAt = runtime.now() + Math.max(RETRY_MS, refusal.retryAfterMs ?? 0);
  if (refusal.kind !== 'empty') throw error;

  const { refreshToken } = refusal;
  const next = refreshToken === undefined ? fingerprint : await fingerprintOf(refreshToken, runtime);
  // An issuer that answers so answers at once and again: without a pause every call would spend one more refresh token.
  memory.blocked = { fingerprint: next, until: memory.retryAt, error };
  if (refreshToken === undefined || next === fingerprint) throw error;
  return { credentials: { ...latest.credentials, refreshToken }, failure: error };
}

async function fingerprintOf(token: string, runtime: Runtime): Promise<string> {
  return toHex(await runtime.sha256(token)).slice(0, 16);
}
