/** Whom a token speaks for. */
export interface Identity {
  accountId: string;
  userId: string;
  email: string;
  planType: string;
  fedramp: boolean;
}

/** Who logs in, and how long the first access token lives. */
export interface LoginOptions {
  /** The ChatGPT workspace. Default: the same one for every login. */
  accountId?: string;
  /** Default `plus`. */
  planType?: string;
  /** Lifetime of the first access token in milliseconds; negative for one that has expired. Default 10 days. */
  expiresInMs?: number;
  email?: string;
  userId?: string;
  /** Default false. */
  fedramp?: boolean;
  /** Lifetime of the refresh tokens in milliseconds. Default: they do not expire. */
  refreshExpiresInMs?: number;
}

const DEFAULT_IDENTITY: Identity = {
  accountId: '00000000-0000-4000-8000-000000000001',
  userId: 'user-emulated',
  email: 'user@example.com',
  planType: 'plus',
  fedramp: false,
};

/** The identity of a login; what the options leave out is as in `base`. */
export function identityOf(options: LoginOptions, base: Identity = DEFAULT_IDENTITY): Identity {
  return {
    accountId: options.accountId ?? base.accountId,
    userId: options.userId ?? base.userId,
    email: options.email ?? base.email,
    planType: options.planType ?? base.planType,
    fedramp: options.fedramp ?? base.fedramp,
  };
}
