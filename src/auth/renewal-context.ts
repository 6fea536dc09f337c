import type { OAuthCredentials } from '../shared/credentials';
import { asString } from '../shared/json';
import type { Logger } from '../shared/logger';
import type { Runtime } from '../shared/runtime';
import type { AuthStore } from '../stores/auth-store';
import { isDue, type Login } from './login';
import type { RefreshGrant } from './token-endpoint';

/** What a renewal works with, and what it goes by. */
export interface RenewalContext {
  store: AuthStore;
  profile: string;
  issuer: string;
  clientId: string;
  runtime: Runtime;
  logger: Logger;
  /** How long before expiry this session renews. */
  skewMs(): number;
}

/** Whether there is nothing to renew about `login`. `refused` is an access token that the backend rejected. */
export function isUsable(login: Login, refused: string | undefined, { runtime, skewMs }: RenewalContext): boolean {
  return login.credentials.accessToken !== refused && !isDue(login, runtime.now(), skewMs());
}

/** What would be presented to renew `credentials`; undefined without a refresh token. */
export function grantOf(
  credentials: OAuthCredentials,
  settings: { issuer: string; clientId: string },
): RefreshGrant | undefined {
  const { refreshToken } = credentials;
  if (!refreshToken) return undefined;
  // A record may hold anything.
  return { issuer: settings.issuer, clientId: asString(credentials.clientId) ?? settings.clientId, refreshToken };
}
