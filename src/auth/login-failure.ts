import type { AuthStore, StoreDescription } from '../stores/auth-store';
import { CodexAuthError, type CodexAuthErrorReason } from './errors';
import { loginHint } from './login-hint';

/** Whose login it is, and where. */
interface Place {
  store: AuthStore;
  profile: string;
}

/** The error for a login that only its owner may renew, and the warning before. */
export async function notRenewable(
  { store, profile }: Place,
  state: 'is about to expire' | 'has expired' | 'was refused by the backend',
): Promise<CodexAuthError> {
  const description = await describe({ store, profile });
  const place = description ? ` (${description.location})` : '';
  const next =
    description?.renewal ??
    (store.readonly
      ? 'Its store is read-only: run the program that made the login, which renews it.'
      : `It has no refresh token. ${loginHint(profile)}`);
  return authError('relogin_required', `The login of profile "${profile}"${place} ${state}.`, next);
}

/** The error for a login that the backend says is over. */
export function revokedLogin(profile: string, code: string): CodexAuthError {
  const what = `The backend says that the login of profile "${profile}" was revoked (${code}).`;
  return authError('relogin_required', what, loginHint(profile));
}

/** The error for a login that the backend refuses although it is as new as it can be: the next may fare no better. */
export async function refusedFresh({ store, profile }: Place): Promise<CodexAuthError> {
  const what = `The backend refuses the login of profile "${profile}", although its token was issued a moment ago.`;
  const renewal = store.readonly && (await describe({ store, profile }))?.renewal;
  const next = 'Logging in again may help, if the account may use Codex at all.';
  return authError('access_denied', what, next, renewal || loginHint(profile));
}

/** The error where nothing is stored. `renewal` is what the store says about that. */
export function notLoggedIn(profile: string, renewal = ''): CodexAuthError {
  const hint = loginHint(profile);
  const next = renewal.includes(hint) ? [renewal] : [hint, renewal];
  return authError('not_logged_in', `Nobody is logged in as profile "${profile}".`, ...next);
}

async function describe({ store, profile }: Place): Promise<StoreDescription | undefined> {
  return store.describe?.(profile).catch(() => undefined);
}

export function authError(code: CodexAuthErrorReason, ...sentences: (string | undefined)[]): CodexAuthError {
  return new CodexAuthError({ code, message: sentences.filter(Boolean).join(' ') });
}
