import type { OAuthCredentials } from '../shared/credentials';
import { fingerprintOf } from './fingerprint';
import { type Login, toLogin } from './login';
import type { FailedRefresh } from './refresh-failure';
import type { RenewalContext } from './renewal-context';

/** What one attempt leaves for the next. Refresh tokens that are spent are remembered by fingerprint only. */
export interface Memory {
  /** The newest failure; beside the one in the record, which the store may not have taken. */
  failed?: FailedRefresh;
  /** What the issuer answered last, also after it was stored: a store may lose its newest write. */
  newest?: Newest;
  /** What was warned about last. */
  warned?: string;
  /** Stores `newest`, which came after everybody had stopped waiting for it. */
  save(): Promise<unknown>;
}

export interface Newest {
  credentials: OAuthCredentials;
  /** The refresh tokens whose place it takes, one after the other. */
  spent: readonly string[];
  /** `new`: not stored yet; `tried`: not stored, although the store was given time. */
  state: 'new' | 'tried' | 'saved';
}

/** A store that lost more writes in a row than these is another store. */
const MAX_SPENT = 8;

/** What is stored, as a login. One that we renewed stays young in a store that does not keep the time of it. */
export async function openLogin(
  credentials: OAuthCredentials | undefined,
  context: RenewalContext,
  { newest }: Memory,
): Promise<Login> {
  const login = await toLogin(credentials, context);
  if (login.lastRefreshAt !== undefined || newest?.credentials.accessToken !== login.credentials.accessToken) {
    return login;
  }
  return { ...login, lastRefreshAt: newest.credentials.lastRefreshAt };
}

/** What follows on `stored`, whose refresh token is spent then, and is not in the store, or no longer. */
export async function unsavedAfter(stored: Login, context: RenewalContext, memory: Memory): Promise<Login | undefined> {
  const { refreshToken } = stored.credentials;
  if (memory.newest === undefined || !refreshToken) return undefined;
  const fingerprint = await fingerprintOf(refreshToken, context.runtime);
  return memory.newest.spent.includes(fingerprint) ? toLogin(memory.newest.credentials, context) : undefined;
}

/** The spent refresh tokens, once the answer to `refreshToken` has come. `fingerprint` is its name. */
export function spentWith(refreshToken: string, fingerprint: string, { newest }: Memory): readonly string[] {
  const before = newest?.credentials.refreshToken === refreshToken ? newest.spent : [];
  return [...before.filter((other) => other !== fingerprint), fingerprint].slice(-MAX_SPENT);
}

/** To be told what the store holds after a change. */
export async function settle(
  stored: OAuthCredentials | undefined,
  { runtime }: RenewalContext,
  memory: Memory,
): Promise<void> {
  const { newest } = memory;
  const fingerprint = stored?.refreshToken && (await fingerprintOf(stored.refreshToken, runtime));
  if (newest === undefined || newest !== memory.newest) return;
  if (isSamePair(stored, newest.credentials)) {
    // A refresh token that the issuer lets us keep is not spent: what others store with it is newer.
    memory.newest = { ...newest, state: 'saved', spent: newest.spent.filter((spent) => spent !== fingerprint) };
  } else if (!fingerprint || !newest.spent.includes(fingerprint)) {
    delete memory.newest; // it gave way to another login
  }
}

function isSamePair(one: OAuthCredentials | undefined, other: OAuthCredentials): boolean {
  return one?.accessToken === other.accessToken && one.refreshToken === other.refreshToken;
}
