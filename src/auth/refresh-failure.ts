import { AuthStoreError } from '../shared/auth-store-error';
import { plainCause } from '../shared/plain-cause';
import { CodexAuthError } from './errors';
import { loginHint } from './login-hint';
import type { TokenRefusal } from './token-response';

const EXPLANATIONS: Record<string, string> = {
  refresh_token_reused: ' Another program, or a copy of this login on another machine, has used its refresh token.',
  refresh_token_expired: ' It was not used for too long.',
  refresh_token_invalidated: ' It was revoked.',
};

/** The error for a refused refresh. */
export function refusalError(refusal: TokenRefusal, profile: string): CodexAuthError {
  const { kind, code, detail, retryAfterMs, refreshToken } = refusal;
  if (kind === 'permanent') {
    const explanation = EXPLANATIONS[code ?? ''] ?? '';
    return new CodexAuthError({
      code: 'relogin_required',
      message: `The login of profile "${profile}" can no longer be renewed: ${detail}.${explanation} ${loginHint(profile)}`,
    });
  }
  if (kind === 'region') {
    return new CodexAuthError({
      code: 'region_blocked',
      message: `The login of profile "${profile}" was not renewed: ${detail}. Use a network or proxy of a supported country; the login is kept.`,
    });
  }
  const when = retryAfterMs === undefined ? 'later' : `in ${Math.ceil(retryAfterMs / 1000)} s`;
  const kept = refreshToken === undefined ? 'The login is kept' : 'The refresh token that it sent is kept';
  return new CodexAuthError({
    code: 'refresh_failed',
    message: `The login of profile "${profile}" could not be renewed: ${detail}. ${kept}; try again ${when}.`,
  });
}

/** The error for a login that has expired and that only its owner may renew. */
export function notRenewable(profile: string, readonly: boolean): CodexAuthError {
  const next = readonly
    ? 'Its store is read-only: run the program that made it, which renews it (`codex`, for the login of the Codex CLI).'
    : `It has no refresh token. ${loginHint(profile)}`;
  return new CodexAuthError({
    code: 'relogin_required',
    message: `The login of profile "${profile}" has expired. ${next}`,
  });
}

/** What a store threw, as an error about the login; our own errors, thrown inside a change, pass. */
export function storeFailure(cause: unknown, doing: 'read' | 'update'): CodexAuthError {
  if (CodexAuthError.isInstance(cause)) return cause;
  const unreadable = AuthStoreError.isInstance(cause)
    ? ['unreadable', 'corrupt', 'unsafe_file'].includes(cause.code)
    : doing === 'read';
  const detail = AuthStoreError.isInstance(cause) ? ` ${cause.message}` : '';
  return new CodexAuthError({
    code: unreadable ? 'store_unreadable' : 'store_unwritable',
    message: `The stored login could not be ${unreadable ? 'read' : 'renewed, because the store cannot be written'}.${detail}`,
    cause: AuthStoreError.isInstance(cause) ? cause : plainCause(cause),
  });
}
