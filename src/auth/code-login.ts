import { DEFAULT_CLIENT_ID, DEFAULT_ISSUER } from '../shared/constants';
import type { OAuthCredentials } from '../shared/credentials';
import { maskWhenPrinted } from '../shared/masked';
import { createRuntime, type FetchFunction } from '../shared/runtime';
import { type AuthorizationRequest, buildAuthorizationUrl } from './authorization-request';
import { parsePastedResponse } from './authorization-response';
import { CodexAuthError } from './errors';
import { redeemCode } from './new-login';
import { createPkce, randomToken } from './pkce';
import type { LoginInternals } from './save-login';

export interface AuthorizationOptions
  extends Partial<Omit<AuthorizationRequest, 'redirectUri' | 'codeChallenge' | 'state'>> {
  /** The issuer knows `http://localhost:1455/auth/callback` and the same with port 1457. */
  redirectUri: string;
}

/** A login that has begun. Keep it until the answer comes; it prints itself without its secrets. */
export interface PendingAuthorization {
  /** Where the person logs in. */
  url: string;
  state: string;
  codeVerifier: string;
  redirectUri: string;
  issuer: string;
  clientId: string;
}

/**
 * Begins a login by hand: PKCE (S256) and state, and the address to open. For apps that show the browser and take the
 * answer themselves; `loginWithBrowser` and `loginWithDeviceCode` do all of it. Asks nobody.
 *
 * @throws {@link CodexAuthError} `invalid_setting` when the issuer is neither https nor on this machine.
 */
export async function createAuthorizationRequest(
  options: AuthorizationOptions,
  { runtime = createRuntime() }: LoginInternals = {},
): Promise<PendingAuthorization> {
  const { issuer = DEFAULT_ISSUER, clientId = DEFAULT_CLIENT_ID, redirectUri } = options;
  const { codeVerifier, codeChallenge } = await createPkce(runtime);
  const state = randomToken(runtime, 32);
  const url = buildAuthorizationUrl({ ...options, issuer, clientId, codeChallenge, state });
  const pending = { url, state, codeVerifier, redirectUri, issuer, clientId };
  return maskWhenPrinted(pending, () => ({ redirectUri, issuer, clientId, url: '[redacted]' }));
}

export interface CodeExchangeOptions {
  /** What {@link createAuthorizationRequest} gave. */
  request: PendingAuthorization;
  /** The address at which the browser ended, or its query, with the state; or the code alone. */
  response: string | URL;
  fetch?: FetchFunction;
  signal?: AbortSignal;
}

/**
 * Ends a login that {@link createAuthorizationRequest} began: checks the state and exchanges the code, once. Nothing is
 * stored; do so at once, with `authStore.update(profile, async () => credentials)`.
 *
 * @throws {@link CodexAuthError} `access_denied`, `login_failed`, `region_blocked`; or the reason of `signal`.
 * @see [RFC 6749, section 4.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1)
 */
export async function exchangeAuthorizationCode(
  { request, response, fetch, signal }: CodeExchangeOptions,
  { runtime = createRuntime(fetch && { fetch }) }: LoginInternals = {},
): Promise<OAuthCredentials> {
  const answer = parsePastedResponse(String(response), request.state, false);
  if (answer.kind === 'refused') throw answer.error;
  if (answer.kind === 'unusable') throw new CodexAuthError({ code: 'login_failed', message: answer.message });
  const { issuer, clientId, redirectUri, codeVerifier } = request;
  return redeemCode({ issuer, clientId, redirectUri, codeVerifier, code: answer.code, signal }, runtime);
}
