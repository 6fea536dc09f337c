import type { Runtime } from '../shared/runtime';
import { IssuerUnreachable, requestIssuer } from './issuer-request';
import { parseTokenReply, QUIET_MS, type TokenOutcome } from './token-response';

export interface RefreshGrant {
  issuer: string;
  clientId: string;
  /** Single use: once sent, only what comes back is worth keeping. */
  refreshToken: string;
}

/**
 * Exchanges a refresh token for new tokens. Sent once, never repeated here: after a broken connection nobody knows
 * whether the token was spent.
 *
 * @param onLate Told of an answer that comes after the 30 s in which one was waited for, and within 5 minutes.
 * @returns New tokens or the refusal; a failure of the network is a transient refusal.
 * @throws {@link CodexAuthError} `invalid_setting` when the issuer is neither https nor on this machine.
 * @see [RFC 6749, section 6](https://www.rfc-editor.org/rfc/rfc6749.html#section-6)
 */
export async function refreshTokens(
  grant: RefreshGrant,
  runtime: Runtime,
  onLate: (outcome: TokenOutcome) => void,
): Promise<TokenOutcome> {
  const { issuer, clientId, refreshToken } = grant;
  const json = { client_id: clientId, grant_type: 'refresh_token', refresh_token: refreshToken };
  const request: TokenRequest = {
    issuer,
    json,
    secrets: [refreshToken],
    onLate: (reply) => onLate(parseTokenReply(reply, runtime.now())),
  };
  return requestTokens(request, runtime);
}

export interface AuthorizationCodeGrant {
  issuer: string;
  clientId: string;
  /** Single use, and good for a few minutes. */
  code: string;
  /** Exactly the one of the authorization request. */
  redirectUri: string;
  codeVerifier: string;
  signal?: AbortSignal | undefined;
}

/**
 * Exchanges an authorization code for tokens. Sent once.
 *
 * @returns New tokens or the refusal; a failure of the network is a transient refusal.
 * @throws {@link CodexAuthError} `invalid_setting`, or the reason of `signal`.
 * @see [RFC 6749, section 4.1.3](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.3)
 */
export async function exchangeCode(grant: AuthorizationCodeGrant, runtime: Runtime): Promise<TokenOutcome> {
  const { issuer, clientId, code, redirectUri, codeVerifier, signal } = grant;
  const form = {
    grant_type: 'authorization_code',
    client_id: clientId,
    code,
    redirect_uri: redirectUri,
    code_verifier: codeVerifier,
  };
  return requestTokens({ issuer, form, signal, secrets: [code, codeVerifier] }, runtime);
}

type TokenRequest = Omit<Parameters<typeof requestIssuer>[0], 'path'>;

async function requestTokens(request: TokenRequest, runtime: Runtime): Promise<TokenOutcome> {
  try {
    return parseTokenReply(await requestIssuer({ ...request, path: '/oauth/token' }, runtime), runtime.now());
  } catch (error) {
    if (!(error instanceof IssuerUnreachable)) throw error;
    // The request may still be under way, and the token must not follow it.
    const timeout = error.isTimeout && { code: 'timeout', retryAfterMs: QUIET_MS };
    return { ok: false, refusal: { kind: 'transient', detail: error.message, ...timeout } };
  }
}
