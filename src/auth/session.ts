import { DEFAULT_CLIENT_ID, DEFAULT_ISSUER, DEFAULT_PROFILE } from '../shared/constants';
import { type Logger, silentLogger } from '../shared/logger';
import type { RequestAuthorizer } from '../shared/request-authorizer';
import type { Runtime } from '../shared/runtime';
import type { AuthStore } from '../stores/auth-store';
import { CodexAuthError } from './errors';
import { isAlive, isDue, type Login, toHeaders } from './login';
import { createRenewal, isPassing, type Renewed } from './renewal';

export interface SessionOptions {
  store: AuthStore;
  /** Which login of the store. `default`. */
  profile?: string;
  /** `https://auth.openai.com`. */
  issuer?: string;
  /** Used for a login that does not say which client it was made by. */
  clientId?: string;
  runtime: Runtime;
  /** Silent by default. */
  logger?: Logger;
}

/**
 * Turns a stored login into request headers and keeps it alive: renewed within 5 minutes of its expiry or after a
 * refusal, once for all callers of this process and, through the store's exclusion, of all others. The store is read again
 * after 30 s, so that a logout or another login there is noticed. Creating one does no I/O.
 *
 * Both methods reject with {@link CodexAuthError} when there is no login, or none that can be renewed.
 */
export function createSession(options: SessionOptions): RequestAuthorizer {
  const { store, profile = DEFAULT_PROFILE, issuer = DEFAULT_ISSUER, clientId = DEFAULT_CLIENT_ID } = options;
  const { runtime, logger = silentLogger } = options;
  const renewal = createRenewal({ store, profile, issuer, clientId, runtime, logger });
  let held: Held | undefined;
  let flight: Promise<Login> | undefined;

  /** Joins the renewal that is under way, or starts one. */
  const renew = (refused?: string): Promise<Login> => {
    flight ??= renewal(refused)
      .then(hold, (error: unknown) => endure(error, refused))
      .finally(() => {
        flight = undefined;
      });
    return flight;
  };

  const hold = (renewed: Renewed): Login => {
    held = { ...renewed, readAt: runtime.now() };
    return renewed.login;
  };
  /** What was refused for good, or logged out, is forgotten; a store that cannot be read right now says neither. */
  const endure = (error: unknown, refused: string | undefined): Login => {
    if (!isPassing(error)) held = undefined;
    const now = runtime.now();
    const isUnread = CodexAuthError.isInstance(error) && error.code === 'store_unreadable' && refused === undefined;
    if (!isUnread || held === undefined || !isAlive(held.login, now)) throw error;
    logger.warn('The store could not be read again; the login in memory is used.', { profile, reason: error.message });
    held = { ...held, readAt: now };
    return held.login;
  };

  return {
    async headers() {
      const now = runtime.now();
      return toHeaders(held !== undefined && isCurrent(held, now) ? held.login : await renew());
    },

    async onUnauthorized(refused) {
      const token = bearerOf(refused);
      const isReplaced = () => held !== undefined && held.login.credentials.accessToken !== token;
      // Twice, because the first may join a renewal that did not know of the refusal.
      for (let attempt = 0; attempt < 2 && !isReplaced(); attempt++) await renew(token);
      return isReplaced();
    },
  };
}

interface Held extends Renewed {
  /** Epoch milliseconds. */
  readAt: number;
}

function isCurrent({ login, readAt, goodForMs }: Held, now: number): boolean {
  const age = now - readAt;
  return age >= 0 && age < goodForMs && !isDue(login, now);
}

function bearerOf(headers: Record<string, string>): string | undefined {
  return headers.authorization?.replace(/^Bearer /, '');
}
