import type { OAuthCredentials } from '../shared/credentials';
import { withoutSlash } from '../shared/secure-url';
import { requestIssuer } from './issuer-request';
import type { SaveContext } from './save-login';

const TIME_LIMIT_MS = 10_000;

/** Where a login was made, and by which client; and how to get there. */
export type RevocationContext = Pick<SaveContext, 'issuer' | 'clientId' | 'profile' | 'runtime' | 'logger'>;

/**
 * Tells the issuer that a login is over, and one that is kept aside with it; that this failed is logged, not thrown. Only
 * for logins that this package made with the same issuer and client: revoking another program's token would log that
 * program out. Takes 10 s at most.
 *
 * @returns Whether the issuer said that it is done.
 * @see [RFC 7009](https://www.rfc-editor.org/rfc/rfc7009.html)
 */
export async function revokeLogin(credentials: OAuthCredentials, context: RevocationContext): Promise<boolean> {
  const { aside } = credentials;
  const [isRevoked] = await Promise.all([revoke(credentials, context), aside && revoke(aside, context)]);
  return isRevoked;
}

async function revoke(credentials: OAuthCredentials, context: RevocationContext): Promise<boolean> {
  const { issuer, clientId, profile, runtime, logger } = context;
  if (!isOurs(credentials, context)) {
    logger.debug('A login was not revoked: it was not made here.', { profile });
    return false;
  }
  const { refreshToken, accessToken } = credentials;
  const json: Record<string, string> = refreshToken
    ? { token: refreshToken, token_type_hint: 'refresh_token', client_id: clientId }
    : { token: accessToken, token_type_hint: 'access_token' };
  const secrets = [accessToken, refreshToken ?? ''];
  try {
    const request = { issuer, path: '/oauth/revoke', json, timeLimitMs: TIME_LIMIT_MS, secrets };
    const { status } = await requestIssuer(request, runtime);
    const isRevoked = status >= 200 && status < 300;
    logger.debug(isRevoked ? 'A login was revoked.' : 'The issuer did not revoke a login.', { profile, status });
    return isRevoked;
  } catch (error) {
    logger.debug('A login could not be revoked.', {
      profile,
      reason: error instanceof Error ? error.message : 'unknown',
    });
    return false;
  }
}

function isOurs(credentials: OAuthCredentials, { issuer, clientId }: RevocationContext): boolean {
  return (
    credentials.issuer !== undefined &&
    withoutSlash(credentials.issuer) === withoutSlash(issuer) &&
    credentials.clientId === clientId
  );
}
