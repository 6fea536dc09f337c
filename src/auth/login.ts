import type { OAuthCredentials } from '../shared/credentials';
import { isVisibleAscii } from '../shared/headers';
import { CodexAuthError } from './errors';
import { loginHint } from './login-hint';
import { decodeTokenClaims, type TokenClaims } from './token-claims';
import type { IssuedTokens } from './token-response';

/** Stored credentials that may be used, and what their tokens say. */
export interface Login {
  credentials: OAuthCredentials;
  accountId: string | undefined;
  fedramp: boolean;
  /** Epoch milliseconds; undefined when only a refusal can tell. */
  expiresAt: number | undefined;
}

/** Renewed this long before it expires, so that a token does not die on its way. */
const SKEW_MS = 5 * 60_000;
/** How long an opaque token is taken to last. */
const OPAQUE_LIFETIME_MS = 8 * 24 * 60 * 60_000;
/** A token this young is not renewed again: where the clock is wrong, the next one would look just as old. */
const SETTLING_MS = 60_000;

/**
 * @throws {@link CodexAuthError} `not_logged_in`, or `invalid_credential` for what is no login of this issuer.
 */
export async function toLogin(
  credentials: OAuthCredentials | undefined,
  expected: { profile: string; issuer: string },
): Promise<Login> {
  const { profile, issuer } = expected;
  if (credentials === undefined) {
    throw new CodexAuthError({
      code: 'not_logged_in',
      message: `Nobody is logged in as profile "${profile}". ${loginHint(profile)}`,
    });
  }
  const problem = problemOf(credentials, issuer);
  if (problem) {
    throw new CodexAuthError({
      code: 'invalid_credential',
      message: `What is stored for profile "${profile}" cannot be used: ${problem}. ${loginHint(profile)}`,
    });
  }
  const access = await decodeTokenClaims(credentials.accessToken);
  const id = await decodeTokenClaims(credentials.idToken);
  return {
    credentials,
    accountId: credentials.accountId ?? id?.accountId ?? access?.accountId,
    fedramp: credentials.fedramp === true || id?.fedramp === true || access?.fedramp === true,
    expiresAt: expiryOf(credentials, access),
  };
}

/** Whether it is time to renew the access token. */
export function isDue(login: Login, now: number): boolean {
  const { expiresAt, credentials } = login;
  if (expiresAt === undefined || isDueAtBirth(login)) return false;
  return expiresAt - now <= SKEW_MS && !isJustRefreshed(credentials, now);
}

/** Whether the access token may still work. */
export function isAlive(login: Login, now: number): boolean {
  return login.expiresAt === undefined || login.expiresAt > now || isDueAtBirth(login);
}

/**
 * A token that was about to expire when our clock read the time of its issue: that clock is far ahead. The next token
 * would look the same, so only a refusal tells when this one ends.
 */
function isDueAtBirth({ expiresAt, credentials: { lastRefreshAt } }: Login): boolean {
  return expiresAt !== undefined && lastRefreshAt !== undefined && expiresAt - lastRefreshAt <= SKEW_MS;
}

export function isJustRefreshed({ lastRefreshAt }: OAuthCredentials, now: number): boolean {
  return lastRefreshAt !== undefined && now >= lastRefreshAt && now - lastRefreshAt < SETTLING_MS;
}

/** The headers that a request of this login carries. */
export function toHeaders({ credentials, accountId, fedramp }: Login): Record<string, string> {
  return {
    authorization: `Bearer ${credentials.accessToken}`,
    ...(accountId && { 'chatgpt-account-id': accountId }),
    ...(fedramp && { 'X-OpenAI-Fedramp': 'true' }),
  };
}

/**
 * What to store after a refresh. What the issuer did not send again stays, and so does what we do not know.
 *
 * @param now Epoch milliseconds.
 * @throws {@link CodexAuthError} `account_mismatch`
 */
export async function withNewTokens(login: Login, tokens: IssuedTokens, now: number): Promise<OAuthCredentials> {
  const access = await decodeTokenClaims(tokens.accessToken);
  const id = await decodeTokenClaims(tokens.idToken);
  const accounts = [id?.accountId, access?.accountId].filter((account) => account !== undefined);
  if (login.accountId !== undefined && accounts.some((account) => account !== login.accountId)) {
    throw new CodexAuthError({
      code: 'account_mismatch',
      message: 'The issuer answered the refresh with tokens of another account. They were not used or stored.',
    });
  }
  const { expiresAt: _outdated, ...kept } = login.credentials;
  const { expiresAt: _ofIdToken, ...person } = { ...access, ...id };
  const { expiresIn, ...issued } = tokens;
  const expiresAt = access?.expiresAt ?? (expiresIn === undefined ? undefined : now + expiresIn * 1000);
  return { ...kept, ...person, ...issued, lastRefreshAt: now, ...(expiresAt !== undefined && { expiresAt }) };
}

function expiryOf(credentials: OAuthCredentials, access: TokenClaims | undefined): number | undefined {
  const { expiresAt, lastRefreshAt } = credentials;
  return (
    access?.expiresAt ?? expiresAt ?? (lastRefreshAt === undefined ? undefined : lastRefreshAt + OPAQUE_LIFETIME_MS)
  );
}

function problemOf({ accessToken, accountId, issuer }: OAuthCredentials, expectedIssuer: string): string | undefined {
  if (accessToken.startsWith('sk-')) {
    return 'its access token is an OpenAI platform key (`sk-`), and this backend takes ChatGPT logins only';
  }
  // Asked here because `fetch` quotes a header value that it refuses.
  if (!isVisibleAscii(accessToken)) return 'its access token is empty or holds characters that no token has';
  if (accountId !== undefined && !isVisibleAscii(accountId)) return 'its account id holds characters that no id has';
  if (issuer !== undefined && withoutSlash(issuer) !== withoutSlash(expectedIssuer)) {
    return `it is a login of ${issuer}, not of ${expectedIssuer}`;
  }
  return undefined;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
