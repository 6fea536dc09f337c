import type { LoginOptions } from './identity';

/** What the person at the browser does. */
export type Decision = 'approve' | 'deny' | 'pending';

/** What may be changed while the issuer runs; each request looks it up anew. */
export interface IssuerSettings {
  /** The answer to an authorization request. `pending` shows a page and waits for the test. Default `approve`. */
  authorize: Decision;
  /** What happens to a device login nobody has decided on by name. Default `approve`. */
  device: Decision;
  /** `error_description` of a denial. */
  denial: string;
  /** Who logs in when a login is approved without saying whom. */
  login: LoginOptions;
  /** Whether device logins are switched on for the account. Default true. */
  deviceLogin: boolean;
  /** Seconds a device must leave between two polls. Default 5. */
  deviceIntervalSeconds: number;
  /** Refuse polls that come too fast with `slow_down`, beside recording the violation. Default false. */
  slowDown: boolean;
  /** When a refresh token is spent: `when-answered` leaves it good if the answer got lost. Default `at-once`. */
  spendRefreshTokens: 'at-once' | 'when-answered';
  /** Revoke the whole family when a spent refresh token comes back. Default false. */
  revokeOnReuse: boolean;
  /** Whether an id token may be exchanged for a platform key. Default true. */
  apiKeys: boolean;
}

/** The settings of an issuer that nobody has changed. */
export function defaultSettings(): IssuerSettings {
  return {
    authorize: 'approve',
    device: 'approve',
    denial: 'The user denied the request.',
    login: {},
    deviceLogin: true,
    deviceIntervalSeconds: 5,
    slowDown: false,
    spendRefreshTokens: 'at-once',
    revokeOnReuse: false,
    apiKeys: true,
  };
}
