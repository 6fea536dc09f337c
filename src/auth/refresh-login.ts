import type { OAuthCredentials } from '../shared/credentials';
import { maskWhenPrinted } from '../shared/masked';
import { drawSkewMs } from './login';
import { lostLogin } from './refresh-failure';
import { createRenewal, type Renewed } from './renewal';
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
 * @throws {@link CodexAuthError} `not_logged_in`, `relogin_required`, `refresh_failed` and the others that a call can meet;
 * `store_unwritable` also when new tokens could not be stored after some tries, which ends the login.
 */
export async function refreshLogin(options: RefreshOptions, internals: LoginInternals = {}): Promise<OAuthCredentials> {
  const { authStore, profile, ...context } = toSaveContext(options, internals);
  const renew = createRenewal({ ...context, store: authStore, profile, skewMs: () => drawSkewMs(context.runtime) });
  const credentials = stored(await renew(), profile);
  if (!options.force) return credentials;
  return stored(await renew({ accessToken: credentials.accessToken }), profile);
}

/** Nobody else will know of tokens that are not in the store. */
function stored({ login, unsaved }: Renewed, profile: string): OAuthCredentials {
  if (unsaved) throw lostLogin(unsaved, profile);
  return maskWhenPrinted({ ...login.credentials });
}
