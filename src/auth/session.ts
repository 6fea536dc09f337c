import { DEFAULT_CLIENT_ID, DEFAULT_ISSUER, DEFAULT_PROFILE } from '../shared/constants';
import { type Logger, safeLogger, silentLogger } from '../shared/logger';
import type { RequestAuthorizer } from '../shared/request-authorizer';
import type { Runtime } from '../shared/runtime';
import { redact } from '../shared/secret';
import type { AuthStore } from '../stores/auth-store';
import { CodexAuthError } from './errors';
import { drawSkewMs, isAlive, isDue, isJustRefreshed, type Login, toHeaders } from './login';
import { notRenewable, refusedFresh } from './login-failure';
import { createRenewal, isPassing, type Refusal, type Renewed } from './renewal';
import type { RenewalContext } from './renewal-context';

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
 * Turns a stored login into request headers and keeps it alive: renewed in the last 5 minutes before its expiry (up to
 * 30 s later, by chance) or after a refusal, once for all callers of this process and, through the store's exclusion, of
 * all others. The store is read again after 30 s, so that a logout or another login there is noticed. Creating one does
 * no I/O.
 *
 * Both methods reject with {@link CodexAuthError} when there is no login, or none that can be renewed; `onUnauthorized`
 * also when there is no other token than the refused one, so it does not resolve `false`.
 */
export function createSession(options: SessionOptions): RequestAuthorizer {
  const { store, profile = DEFAULT_PROFILE, issuer = DEFAULT_ISSUER, clientId = DEFAULT_CLIENT_ID } = options;
  const { runtime } = options;
  const logger = safeLogger(options.logger ?? silentLogger);
  let drawnMs: number | undefined;
  // Drawn at the first use: at the time of import some runtimes have no randomness.
  const skewMs = () => (drawnMs ??= drawSkewMs(runtime));
  const renewal = createRenewal({ store, profile, issuer, clientId, runtime, logger, skewMs });
  let held: Held | undefined;
  let flight: Promise<Login> | undefined;

  /** Joins the renewal that is under way, or starts one. */
  const renew = (refusal?: Refusal): Promise<Login> => {
    flight ??= renewal(refusal)
      .then(hold, (error: unknown) => endure(error, refusal))
      .finally(() => {
        flight = undefined;
      });
    return flight;
  };

  const hold = (renewed: Renewed): Login => {
    const now = runtime.now();
    const { credentials, expiresAt } = renewed.login;
    if (credentials.accessToken !== held?.login.credentials.accessToken) {
      const expiresInMs = expiresAt === undefined ? undefined : expiresAt - now;
      logger.debug(held ? 'Another access token is used from now on.' : 'A login is used.', { profile, expiresInMs });
    }
    held = { ...renewed, readAt: now };
    return renewed.login;
  };
  /** What was refused for good, or logged out, is forgotten; a store that cannot be read right now says neither. */
  const endure = (error: unknown, refusal: Refusal | undefined): Login => {
    if (!isPassing(error)) held = undefined;
    const now = runtime.now();
    const isUnread = CodexAuthError.isInstance(error) && error.code === 'store_unreadable' && refusal === undefined;
    if (!isUnread || held === undefined || !isAlive(held.login, now)) throw error;
    logger.warn('The store could not be read again; the login in memory is used.', { profile, reason: error.message });
    held = { ...held, readAt: now };
    return held.login;
  };

  return {
    async headers() {
      const now = runtime.now();
      return toHeaders(held !== undefined && isCurrent(held, now, skewMs()) ? held.login : await renew());
    },

    async onUnauthorized(refused, { code } = {}) {
      const accessToken = bearerOf(refused);
      const isOther = (login: Login | undefined) =>
        login !== undefined && login.credentials.accessToken !== accessToken;
      let login = held?.login;
      logger.debug('The backend refused the access token.', { profile, code: code && redact(code) });
      // Twice, because the first may join a renewal that did not know of the refusal.
      for (let attempt = 0; attempt < 2 && !isOther(login); attempt++) login = await renew({ accessToken, code });
      if (isOther(login)) {
        logger.debug('There is another access token to try.', { profile });
        return true;
      }
      throw await refusedLogin(login, { store, profile, runtime });
    },
  };
}

/** What to say when the backend refuses the newest token that can be had. */
function refusedLogin(
  login: Login | undefined,
  { store, profile, runtime }: Pick<RenewalContext, 'store' | 'profile' | 'runtime'>,
): Promise<CodexAuthError> {
  const isFresh = login !== undefined && isJustRefreshed(login, runtime.now());
  const isRenewable = !store.readonly && Boolean(login?.credentials.refreshToken);
  if (isFresh || isRenewable) return refusedFresh({ store, profile });
  return notRenewable({ store, profile }, 'was refused by the backend');
}

interface Held extends Renewed {
  /** Epoch milliseconds. */
  readAt: number;
}

function isCurrent({ login, readAt, goodForMs }: Held, now: number, skewMs: number): boolean {
  const age = now - readAt;
  return age >= 0 && age < goodForMs && !isDue(login, now, skewMs);
}

function bearerOf(headers: Record<string, string>): string | undefined {
  return headers.authorization?.replace(/^Bearer /, '');
}
