import type { OAuthCredentials } from '../shared/credentials';
import type { Login } from './login';
import { decodeTokenClaims, type TokenClaims } from './token-claims';
import type { IssuedTokens } from './token-response';

/** `aside` is what to keep, unused, of an answer that is for somebody else. */
export type NewTokens = { credentials: OAuthCredentials } | { aside: OAuthCredentials };

/**
 * What to store after a refresh. What the issuer did not send again stays, and so does what we do not know.
 *
 * @param now Epoch milliseconds.
 */
export async function withNewTokens(login: Login, tokens: IssuedTokens, now: number): Promise<NewTokens> {
  const access = await decodeTokenClaims(tokens.accessToken);
  const id = await decodeTokenClaims(tokens.idToken);
  const { expiresAt: _ofIdToken, ...person } = { ...access, ...id };
  const { expiresIn, ...issued } = tokens;
  const expiresAt = access?.expiresAt ?? (expiresIn === undefined ? undefined : now + expiresIn * 1000);
  const renewed = { ...person, ...issued, lastRefreshAt: now, ...(expiresAt !== undefined && { expiresAt }) };
  const { expiresAt: _outdated, refreshing: _over, refreshFailure: _past, aside: _old, ...kept } = login.credentials;
  const { issuer, clientId, accountId } = kept;
  // The record may name a workspace that the tokens do not, by somebody's choice.
  if (isSameSeat(login, id, access)) return { credentials: { ...kept, ...renewed, ...(accountId && { accountId }) } };
  return { aside: { ...renewed, ...(issuer && { issuer }), ...(clientId && { clientId }) } };
}

/** Two people of one workspace share its account id, and one person may have several workspaces. */
function isSameSeat(login: Login, ...claims: (TokenClaims | undefined)[]): boolean {
  const accounts = claims.flatMap((claim) => claim?.accountId ?? []);
  const before = login.tokenAccountIds.length > 0 ? login.tokenAccountIds : [login.accountId ?? []].flat();
  if (before.length > 0 && accounts.some((account) => !before.includes(account))) return false;
  const users = claims.flatMap((claim) => claim?.userId ?? []);
  // One id in common is enough: tokens that name a person in two ways must not cost the login.
  return users.length === 0 || login.userIds.length === 0 || users.some((user) => login.userIds.includes(user));
}
