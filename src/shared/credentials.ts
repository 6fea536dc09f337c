/** One login: the tokens of a ChatGPT account and what is known about it. Plain data, stored whole. */
export interface OAuthCredentials {
  accessToken: string;
  /** Single use: every refresh returns a new one and spends the old. */
  refreshToken?: string;
  idToken?: string;
  /** Epoch milliseconds. Only consulted when the access token carries no `exp` of its own. */
  expiresAt?: number;
  /** The ChatGPT workspace, sent as `chatgpt-account-id`. */
  accountId?: string;
  userId?: string;
  email?: string;
  planType?: string;
  /** Epoch milliseconds of the last refresh. */
  lastRefreshAt?: number;
  /** Who minted the tokens; a login of another issuer is refused. */
  issuer?: string;
  clientId?: string;
  /** The account lives in a FedRAMP workspace. */
  fedramp?: boolean;
  /** A refresh is under way: written before the refresh token is presented, so that a holder that died is noticed. */
  refreshing?: {
    /** The first 16 hex digits of the SHA-256 of the refresh token. */
    fingerprint: string;
    /** Epoch milliseconds. */
    startedAt: number;
  };
  /** How the newest refresh failed. Gone after one that succeeds, and after a login. */
  refreshFailure?: RefreshFailure;
  /** A pair of another account that a refresh brought; kept because its refresh token is the only one left, never used. */
  aside?: OAuthCredentials;
}

/** Holds no token. */
export interface RefreshFailure {
  /** The first 16 hex digits of the SHA-256 of issuer, client and refresh token: another setting is another question. */
  fingerprint: string;
  /**
   * The issuer's own word (`refresh_token_reused`), `http_503`, or ours: `account_mismatch`, `empty_reply`, `redirected`,
   * `network`, `timeout`.
   */
  code: string;
  /** Epoch milliseconds. */
  at: number;
  /** The token will never work again, so it is not presented again. */
  permanent: boolean;
  /** Epoch milliseconds before which nobody tries again. */
  retryAt?: number;
}
