import type { OAuthCredentials } from '../shared/credentials';
import { drawSkewMs } from './login';
import { createRenewal } from './renewal';
import { type LoginInternals, type LoginTarget, toSaveContext } from './save-login';

export interface RefreshOptions extends LoginTarget {
  /** Renew although the access token still works. Default false. */
  force?: boolean;
}

/**
 * Renews a stored login when it is about to expire, as a provider does by itself: for jobs that keep a login alive, and to
 * hand an access token to another program. Whoever shares the store is excluded meanwhile, and what a sibling renewed is
 * used. A login younger than a minute is never renewed again.
 *
 * @returns The credentials to use now.
 * @throws {@link CodexAuthError} `not_logged_in`, `relogin_required`, `refresh_failed` and the others that a call can meet.
 */
export async function refreshLogin(options: RefreshOptions, internals: LoginInternals = {}): Promise<OAuthCredentials> {
  const { authStore, profile, ...context } = toSaveContext(options, internals);
  const renew = createRenewal({ ...context, store: authStore, profile, skewMs: () => drawSkewMs(context.runtime) });
  const { login } = await renew();
  if (!options.force) return login.credentials;
  return (await renew({ accessToken: login.credentials.accessToken })).login.credentials;
}
