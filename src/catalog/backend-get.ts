/** The answer to a GET of the backend that was accepted: 200, or 304 where the request allowed it. */
export interface BackendAnswer {
  status: 200 | 304;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Empty for 304. */
  body: string;
  /** The account that asked; empty when the login has none. */
  accountId: string;
}

export interface GetOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** For the whole, a renewal of the login included. Default 10 s. */
  timeoutMs?: number;
  /** A longer answer is a failure. Default 1 MiB. */
  maxBytes?: number;
}

/**
 * GETs an address of the backend with the login of the provider: for it, a refused token is renewed, nothing is followed,
 * and a time and a size limit hold.
 *
 * @throws the error that a call of a model would have thrown: `CodexAuthError`, or an `APICallError`; the reason of `signal`.
 */
export type BackendGet = (url: string, options?: GetOptions) => Promise<BackendAnswer>;
