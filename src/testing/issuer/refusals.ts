import { detail, modelError, type Refusal } from '../backend/refusal';

export type { Refusal };
export { detail };

/** The error of RFC 6749, section 5.2. */
export function oauthError(status: number, error: string, description?: string): Refusal {
  return { status, body: { error, ...(description !== undefined && { error_description: description }) } };
}

/** The error of a device login: a code and nothing else. */
export function deviceError(status: number, code: string): Refusal {
  return { status, body: { error: { code } } };
}

const REFRESH_ERRORS = {
  refresh_token_reused:
    'Your refresh token has already been used to generate a new access token. Please try signing in again.',
  refresh_token_expired: 'Your refresh token has expired. Please try signing in again.',
  refresh_token_invalidated: 'Your refresh token has been revoked. Please try signing in again.',
  token_expired: 'Could not validate your token. Please try signing in again.',
} as const;

/** What the issuer may say of a refresh token that it does not take. */
export type RefreshErrorCode = keyof typeof REFRESH_ERRORS;

/** The refusal of a refresh token. */
export function refreshError(code: RefreshErrorCode, status = 401): Refusal {
  return modelError(status, { message: REFRESH_ERRORS[code], code, param: null });
}

/** The exchange names another redirect than the authorization did. */
export function redirectMismatch(): Refusal {
  const message = 'The redirect_uri is not the one of the authorization request.';
  return {
    status: 400,
    body: { error: { code: 'token_exchange_user_error', type: 'invalid_request_error', message } },
  };
}
