import type { OAuthCredentials } from '../shared/credentials';
import { maskWhenPrinted } from '../shared/masked';
import type { Runtime } from '../shared/runtime';
import { withoutSlash } from '../shared/secure-url';
import { CodexAuthError } from './errors';
import { decodeTokenClaims } from './token-claims';
import { type AuthorizationCodeGrant, exchangeCode } from './token-endpoint';
import type { TokenRefusal } from './token-response';

/**
 * Turns an authorization code into credentials, complete with who they are for and who made them. Nothing is stored.
 *
 * @throws {@link CodexAuthError} `login_failed`, `region_blocked`, `invalid_setting`, or the reason of `signal`.
 */
export async function redeemCode(grant: AuthorizationCodeGrant, runtime: Runtime): Promise<OAuthCredentials> {
  const outcome = await exchangeCode(grant, runtime);
  if (!outcome.ok) throw refusedLogin(outcome.refusal);
  const { expiresIn, ...tokens } = outcome.tokens;
  if (tokens.refreshToken === undefined) {
    throw failedLogin('the issuer sent no refresh token, without which the login could not last');
  }
  const now = runtime.now();
  const access = await decodeTokenClaims(tokens.accessToken);
  const id = await decodeTokenClaims(tokens.idToken);
  const { expiresAt: _ofIdToken, ...person } = { ...access, ...id };
  const expiresAt = access?.expiresAt ?? (expiresIn === undefined ? undefined : now + expiresIn * 1000);
  return maskWhenPrinted({
    ...person,
    ...tokens,
    ...(expiresAt !== undefined && { expiresAt }),
    lastRefreshAt: now,
    issuer: withoutSlash(grant.issuer),
    clientId: grant.clientId,
  });
}

/** The error for a login that the issuer refused, or could not be asked about. */
export function refusedLogin({ kind, detail, code }: TokenRefusal): CodexAuthError {
  if (kind === 'region') {
    return new CodexAuthError({
      code: 'region_blocked',
      message: `The login did not succeed: ${detail}. Use a network or proxy of a supported country, for this program as well as for the browser.`,
    });
  }
  return failedLogin(detail, code === 'invalid_grant' ? 'A code works once, and only for a few minutes.' : '');
}

/** `detail` is a clause, `explanation` a sentence; neither holds a secret. */
export function failedLogin(detail: string, explanation = ''): CodexAuthError {
  const message = [`The login did not succeed: ${detail}.`, explanation, 'Start it again; an earlier login is kept.'];
  return new CodexAuthError({ code: 'login_failed', message: message.filter(Boolean).join(' ') });
}
