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
}
