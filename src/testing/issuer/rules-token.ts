import { challengeOf } from './authorization-codes';
import { deviceRedirectUri, type IssuerContext } from './issuer-context';
import type { IssuerRequest } from './issuer-request';
import { detail, oauthError, type Refusal, redirectMismatch, refreshError } from './refusals';

const ID_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:id_token';

/** Rule 5. */
export function checkEncoding({ encoding }: IssuerRequest): Refusal | undefined {
  return encoding === 'other' ? oauthError(400, 'invalid_request') : undefined;
}

/** Rule 6. */
export function checkCodeEncoding({ encoding, params }: IssuerRequest): Refusal | undefined {
  return params.grant_type === 'authorization_code' && encoding !== 'form'
    ? oauthError(400, 'invalid_request', 'An authorization code is exchanged by a form.')
    : undefined;
}

/** Rule 14. */
export function checkClientNamed({ params }: IssuerRequest): Refusal | undefined {
  return params.grant_type === 'refresh_token' && params.client_id === undefined
    ? oauthError(400, 'invalid_request', 'client_id is missing.')
    : undefined;
}

/** Rule 7. */
export function checkClient({ params }: IssuerRequest, { registry }: IssuerContext): Refusal | undefined {
  return params.client_id === registry.clientId ? undefined : oauthError(401, 'invalid_client');
}

/** Rule 8. That a reused code also revokes what the first use gave is the work of the grant. */
export function checkCode({ params }: IssuerRequest, { codes, now }: IssuerContext): Refusal | undefined {
  const code = codes.find(params.code);
  if (!code) return invalidGrant('The authorization code is unknown.');
  if (code.firstAccessToken !== undefined) return invalidGrant('The authorization code was used before.');
  return code.expiresAt <= now() ? invalidGrant('The authorization code has expired.') : undefined;
}

/** Rule 9. Byte for byte: localhost and 127.0.0.1 are two addresses. */
export function checkCodeRedirect({ params }: IssuerRequest, { codes }: IssuerContext): Refusal | undefined {
  const code = codes.find(params.code);
  return code && !code.device && params.redirect_uri !== code.redirectUri ? redirectMismatch() : undefined;
}

/** Rule 23. */
export function checkDeviceRedirect({ params }: IssuerRequest, context: IssuerContext): Refusal | undefined {
  const device = context.codes.find(params.code)?.device;
  return device && params.redirect_uri !== deviceRedirectUri(context)
    ? invalidGrant('The redirect_uri is not the one of the device login.')
    : undefined;
}

/** Rule 10. */
export function checkVerifier({ params }: IssuerRequest, { codes }: IssuerContext): Refusal | undefined {
  const { length } = params.code_verifier ?? '';
  if (length < 43 || length > 128) return invalidGrant('code_verifier must have 43 to 128 characters.');
  return challengeOf(params.code_verifier ?? '') === codes.find(params.code)?.challenge
    ? undefined
    : invalidGrant('code_verifier does not match the code_challenge.');
}

/** Rule 13. */
export function checkTokenExchange({ params }: IssuerRequest, { registry, settings }: IssuerContext) {
  if (params.requested_token !== 'openai-api-key' || params.subject_token_type !== ID_TOKEN_TYPE) {
    return oauthError(400, 'invalid_request', 'Only an id token is exchanged, for an openai-api-key.');
  }
  if (!registry.isIdToken(params.subject_token ?? ''))
    return invalidGrant('subject_token is no id token of this issuer.');
  return settings.apiKeys ? undefined : oauthError(400, 'invalid_request', 'The account cannot have a key.');
}

/** Rule 14. */
export function checkRefreshTokenNamed({ params }: IssuerRequest): Refusal | undefined {
  return params.refresh_token === undefined
    ? oauthError(400, 'invalid_request', 'refresh_token is missing.')
    : undefined;
}

/** Rule 16. */
export function checkUnused({ params }: IssuerRequest, { registry }: IssuerContext): Refusal | undefined {
  return registry.refreshTokenState(params.refresh_token ?? '') === 'spent'
    ? refreshError('refresh_token_reused')
    : undefined;
}

const DEAD = {
  expired: 'refresh_token_expired',
  revoked: 'refresh_token_invalidated',
  unknown: 'token_expired',
} as const;

/** Rule 17. */
export function checkAlive({ params }: IssuerRequest, { registry }: IssuerContext): Refusal | undefined {
  const state = registry.refreshTokenState(params.refresh_token ?? '');
  return state === 'fresh' || state === 'spent' ? undefined : refreshError(DEAD[state]);
}

/** Rule 24. */
export function checkRevocation({ encoding, params }: IssuerRequest): Refusal | undefined {
  if (encoding !== 'json') return oauthError(400, 'invalid_request', 'A revocation is sent as JSON.');
  if (!params.token) return oauthError(400, 'invalid_request', 'token is missing.');
  return ['refresh_token', 'access_token'].includes(params.token_type_hint ?? '')
    ? undefined
    : oauthError(400, 'invalid_request', 'token_type_hint must be refresh_token or access_token.');
}

/** Rule 24. An access token may be revoked without naming the client. */
export function checkRevocationClient({ params }: IssuerRequest, { registry }: IssuerContext): Refusal | undefined {
  const isRefreshToken =
    params.token_type_hint === 'refresh_token' || registry.refreshTokenState(params.token ?? '') !== 'unknown';
  if (params.client_id === undefined) {
    return isRefreshToken ? oauthError(400, 'invalid_request', 'client_id is missing.') : undefined;
  }
  return params.client_id === registry.clientId ? undefined : oauthError(401, 'invalid_client');
}

/** Rule 27. */
export function checkPersonalToken({ bearer }: IssuerRequest, { registry }: IssuerContext): Refusal | undefined {
  return registry.whoami(bearer) ? undefined : detail(401, 'Unauthorized');
}

function invalidGrant(description: string): Refusal {
  return oauthError(400, 'invalid_grant', description);
}
