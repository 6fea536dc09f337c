/**
 * What a request needs to know of a login: headers to send, and whom to tell when they are refused. Both methods reject
 * with a `CodexAuthError` when there is no login, or none that can be renewed.
 */
export interface RequestAuthorizer {
  /** Headers for the next request (`authorization`, `chatgpt-account-id`, ...), refreshed first if the access token is about to expire. */
  headers(): Promise<Record<string, string>>;
  /**
   * The backend refused these headers with a 401, for which `reason.code` is its own word. Resolves `true` if one more
   * attempt makes sense.
   */
  onUnauthorized(refused: Record<string, string>, reason?: { code?: string }): Promise<boolean>;
}
