import type { OAuthCredentials } from '../shared/credentials';
import { isVisibleAscii } from '../shared/headers';
import type { Runtime } from '../shared/runtime';
import { withoutSlash } from '../shared/secure-url';
import { fractionOf } from './back-off';
import { CodexAuthError } from './errors';
import { notLoggedIn } from './login-failure';
import { loginHint } from './login-hint';
import { decodeTokenClaims, type TokenClaims } from './token-claims';

/** Stored credentials that may be used, and what their tokens say. */
export interface Login {
  credentials: OAuthCredentials;
  accountId: string | undefined;
  /** What its tokens call the account, whatever the record says. */
  tokenAccountIds: string[];
  /** What the record and the tokens call the person, usually one id. */
  userIds: string[];
  fedramp: boolean;
  /** Epoch milliseconds, as the token or the record claims; undefined when only a refusal can tell. */
  expiresAt: number | undefined;
  /** Epoch milliseconds. */
  lastRefreshAt: number | undefined;
}

/** Renewed this long before it expires, so that a token does not die on its way. */
const SKEW_MS = 5 * 60_000;
/** Taken off the skew, by chance: so many servers that share an issuer do not all come at once. */
const SKEW_JITTER_MS = 30_000;
/** How long an opaque token is taken to last. */
const OPAQUE_LIFETIME_MS = 8 * 24 * 60 * 60_000;
/** No token of this issuer expired before: such a date tells of a wrong clock. One far ahead does no harm. */
const EARLIEST_EXPIRY = Date.UTC(2020, 0, 1);
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
  if (credentials === undefined) throw notLoggedIn(profile);
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
    tokenAccountIds: [id, access].flatMap((claims) => claims?.accountId ?? []),
    userIds: userIdsOf(credentials, id, access),
    fedramp: credentials.fedramp === true || id?.fedramp === true || access?.fedramp === true,
    expiresAt: expiryOf(credentials, access),
    lastRefreshAt: credentials.lastRefreshAt,
  };
}

/** How long before expiry one session renews: 5 minutes, less up to 30 s. */
export function drawSkewMs(runtime: Runtime): number {
  return SKEW_MS - Math.floor(fractionOf(runtime) * SKEW_JITTER_MS);
}

/** Whether it is time to renew the access token, `skewMs` before it expires. */
export function isDue(login: Login, now: number, skewMs: number): boolean {
  const expiresAt = plausibleExpiry(login);
  if (expiresAt === undefined || isDueAtBirth(login)) return false;
  return expiresAt - now <= skewMs && !isJustRefreshed(login, now);
}

/** Whether the access token may still work. */
export function isAlive(login: Login, now: number): boolean {
  const expiresAt = plausibleExpiry(login);
  return expiresAt === undefined || expiresAt > now || isDueAtBirth(login);
}

/** Undefined as well for an expiry that cannot be true: only a refusal tells then. */
function plausibleExpiry({ expiresAt }: Login): number | undefined {
  return expiresAt !== undefined && expiresAt >= EARLIEST_EXPIRY ? expiresAt : undefined;
}

/**
 * A token that was about to expire when our clock read the time of its issue: that clock is far ahead. The next token
 * would look the same, so only a refusal tells when this one ends.
 */
function isDueAtBirth({ expiresAt, lastRefreshAt }: Login): boolean {
  return expiresAt !== undefined && lastRefreshAt !== undefined && expiresAt - lastRefreshAt <= SKEW_MS;
}

export function isJustRefreshed({ lastRefreshAt }: Login, now: number): boolean {
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

function userIdsOf(credentials: OAuthCredentials, ...claims: (TokenClaims | undefined)[]): string[] {
  return [credentials, ...claims].flatMap((source) => source?.userId ?? []);
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
  if (issuer !== undefined && typeof issuer !== 'string') return 'its issuer is no text';
  if (issuer !== undefined && withoutSlash(issuer) !== withoutSlash(expectedIssuer)) {
    return `it is a login of ${issuer}, not of ${expectedIssuer}`;
  }
  return undefined;
}
