import { AuthStoreError } from '../shared/auth-store-error';
import type { OAuthCredentials } from '../shared/credentials';
import { plainCause } from '../shared/plain-cause';
import { CodexAuthError } from './errors';
import { issuerUrl } from './issuer-request';
import { revokeLogin } from './revocation';
import { type LoginInternals, type LoginTarget, type SaveContext, toSaveContext } from './save-login';

export type LogoutOptions = LoginTarget;

/**
 * Deletes the stored login, then has its issuer revoke it, best effort and for 10 s at most. What this package did not
 * make, or made with another issuer or client, is deleted and not revoked. Resolves at once when nothing is stored.
 *
 * @throws {@link CodexAuthError} `store_unreadable` or `store_unwritable`; nothing was revoked then. `invalid_setting`.
 */
export async function logout(options: LogoutOptions, internals: LoginInternals = {}): Promise<void> {
  const context = toSaveContext(options, internals);
  issuerUrl(context.issuer, '/');
  const deleted = await deleteLogin(context);
  if (deleted) await revokeLogin(deleted, context);
}

/**
 * Within `update`, so that no refresh of another process is under way, which would bring the login back; and what is
 * returned is the newest pair. Deleted first: a login that is revoked and still stored looks like one that works.
 */
async function deleteLogin({ authStore, profile }: SaveContext): Promise<OAuthCredentials | undefined> {
  let deleted: OAuthCredentials | undefined;
  try {
    if ((await authStore.read(profile)) === undefined) return undefined; // also of a store that cannot be written
    await authStore.update(profile, async (current) => {
      deleted = current;
      return undefined;
    });
    return deleted;
  } catch (error) {
    const description = await authStore.describe?.(profile).catch(() => undefined);
    throw notDeleted(error, profile, description?.location);
  }
}

function notDeleted(cause: unknown, profile: string, location: string | undefined): CodexAuthError {
  const isOurs = AuthStoreError.isInstance(cause);
  const unreadable = isOurs && ['unreadable', 'corrupt', 'unsafe_file'].includes(cause.code);
  const problem = unreadable ? 'cannot be read' : 'cannot be deleted';
  const message = [
    `The login of profile "${profile}"${location ? ` (${location})` : ''} ${problem}, so it was left as it is.`,
    isOurs ? cause.message : 'The store failed; see the cause.',
  ];
  return new CodexAuthError({
    code: unreadable ? 'store_unreadable' : 'store_unwritable',
    message: message.join(' '),
    cause: isOurs ? cause : plainCause(cause),
  });
}
