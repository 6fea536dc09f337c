import { deviceRedirectUri, type IssuerContext } from './issuer-context';
import type { IssuerRequest } from './issuer-request';
import { oauthError, type Refusal } from './refusals';

// Exact strings: the issuer accepts no other port, path or spelling of the host.
const REGISTERED_REDIRECTS = ['localhost', '127.0.0.1'].flatMap((host) =>
  [1455, 1457].map((port) => `http://${host}:${port}/auth/callback`),
);

/** Rule 1. */
export function checkClient({ params }: IssuerRequest, { registry }: IssuerContext): Refusal | undefined {
  return params.client_id === registry.clientId ? undefined : invalid('client_id is missing or unknown.');
}

/** Rule 1. Answered on the spot: nobody is ever sent to an address that is not registered. */
export function checkRedirect({ params }: IssuerRequest, context: IssuerContext): Refusal | undefined {
  const known = [...REGISTERED_REDIRECTS, deviceRedirectUri(context)];
  return known.includes(params.redirect_uri ?? '') ? undefined : invalid('redirect_uri is missing or not registered.');
}

/** Rule 1. */
export function checkResponseType({ params }: IssuerRequest): Refusal | undefined {
  return params.response_type === 'code' ? undefined : invalid('response_type must be code.');
}

/** Rule 1. An S256 challenge always has 43 characters. */
export function checkChallenge({ params }: IssuerRequest): Refusal | undefined {
  if (params.code_challenge_method !== 'S256') return invalid('code_challenge_method must be S256.');
  return /^[\w-]{43}$/.test(params.code_challenge ?? '')
    ? undefined
    : invalid('code_challenge is missing or malformed.');
}

/** Rule 1. */
export function checkState({ params }: IssuerRequest): Refusal | undefined {
  return params.state ? undefined : invalid('state is missing.');
}

/** Rule 2. Without `offline_access` there is just no refresh token. */
export function checkScope({ params }: IssuerRequest): Refusal | undefined {
  const scopes = (params.scope ?? '').split(' ');
  return scopes.includes('openid') ? undefined : oauthError(400, 'invalid_scope', 'The scope must contain openid.');
}

function invalid(description: string): Refusal {
  return oauthError(400, 'invalid_request', description);
}
