import { DEFAULT_CLIENT_ID, DEFAULT_ISSUER, DEFAULT_PROFILE } from '../shared/constants';
import { type Logger, silentLogger } from '../shared/logger';
import type { RequestAuthorizer } from '../shared/request-authorizer';
import type { Runtime } from '../shared/runtime';
import type { AuthStore } from '../stores/auth-store';
import { isDue, type Login, toHeaders } from './login';
import { createRenewal } from './renewal';

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
 * refusal, once for all callers of this process and, through the store's exclusion, of all others. Creating one does no I/O.
 *
 * Both methods reject with {@link CodexAuthError} when there is no login, or none that can be renewed.
 */
export function createSession(options: SessionOptions): RequestAuthorizer {
  const { store, profile = DEFAULT_PROFILE, issuer = DEFAULT_ISSUER, clientId = DEFAULT_CLIENT_ID, runtime } = options;
  const renewal = createRenewal({ store, profile, issuer, clientId, runtime, logger: options.logger ?? silentLogger });
  let held: Login | undefined;
  let flight: Promise<Login> | undefined;

  /** Joins the renewal that is under way, or starts one. */
  const renew = (refused?: string): Promise<Login> => {
    flight ??= renewal(refused)
      .then((login) => {
        held = login;
        return login;
      })
      .finally(() => {
        flight = undefined;
      });
    return flight;
  };

  return {
    async headers() {
      const login = held !== undefined && !isDue(held, runtime.now()) ? held : await renew();
      return toHeaders(login);
    },

    async onUnauthorized(refused) {
      const token = bearerOf(refused);
      const isReplaced = () => held !== undefined && held.credentials.accessToken !== token;
      // Twice, because the first may join a renewal that did not know of the refusal.
      for (let attempt = 0; attempt < 2 && !isReplaced(); attempt++) await renew(token);
      return isReplaced();
    },
  };
}

function bearerOf(headers: Record<string, string>): string | undefined {
  return headers.authorization?.replace(/^Bearer /, '');
}
