import { AuthStoreError } from '../shared/auth-store-error';
import type { OAuthCredentials } from '../shared/credentials';
import { type Exchanged, exchange, isUsable, type Memory, type RenewalContext, unsavedAfter } from './exchange';
import { fingerprintOf } from './fingerprint';
import { issuerUrl } from './issuer-request';
import { knownFailure } from './known-failure';
import { type Login, toLogin } from './login';
import { refreshError } from './refresh-failure';

/** A store that forgets the marker, or others who clear it without an answer, must not keep us marking. */
const MAX_MARKS = 2;

/**
 * Renews the login of the store, unless somebody else has meanwhile. In two changes: the first writes down that the refresh
 * token is about to be presented, so that a holder that dies leaves a trace and a store that cannot be written costs
 * nothing; the second presents it. Whoever gets the store in between, and finds the mark, presents.
 */
export async function refreshOnce(
  context: RenewalContext,
  memory: Memory,
  refused: string | undefined,
): Promise<Login> {
  issuerUrl(context.issuer, ''); // nothing is marked for an issuer that gets no token
  for (let marks = 0; ; marks++) {
    const mayMark = marks < MAX_MARKS;
    const login = await takeTurn(context, memory, refused, mayMark).catch((error: unknown) => {
      // Somebody took over while this process stood still. If they could not renew, what it holds is all there is.
      const isTakenOver = AuthStoreError.isInstance(error) && error.code === 'lock_lost';
      if (!isTakenOver || memory.unsaved === undefined) throw error;
      return takeTurn(context, memory, refused, mayMark);
    });
    if (login) return login;
  }
}

/** What one change stores, what to throw after it, and whether it was only the mark. */
interface Turn extends Exchanged {
  isMark?: true;
}

/** One turn in the critical section. Gives the login to use; undefined when only the mark was written. */
async function takeTurn(
  context: RenewalContext,
  memory: Memory,
  refused: string | undefined,
  mayMark: boolean,
): Promise<Login | undefined> {
  const { store, profile } = context;
  let turn: Turn | undefined;
  const change = async (current: OAuthCredentials | undefined) => {
    turn = await decide(await toLogin(current, context), context, memory, refused, mayMark);
    return turn.credentials;
  };
  const saved = await store.update(profile, change).catch((error: unknown) => {
    // Failures are stored when that is possible; when it is not, they still are what happened.
    throw memory.unsaved === undefined && turn?.failure ? turn.failure : error;
  });
  if (turn?.isMark) return undefined;
  delete memory.unsaved;
  if (turn?.failure) throw turn.failure;
  return toLogin(saved, context);
}

async function decide(
  latest: Login,
  context: RenewalContext,
  memory: Memory,
  refused: string | undefined,
  mayMark: boolean,
): Promise<Turn> {
  const { credentials } = latest;
  if ((await unsavedAfter(latest, context, memory)) === undefined) {
    if (isUsable(latest, refused, context)) return { credentials }; // another process was faster
    const known = await knownFailure(latest, refused, context, memory);
    if (known) return { credentials, failure: refreshError(known, context.profile, context.runtime.now()) };
    const marked = mayMark ? await mark(credentials, context) : undefined;
    if (marked) return { credentials: marked, isMark: true };
  }
  return exchange(latest, refused, context, memory);
}

/** Undefined when the refresh token is marked already, by whomever. */
async function mark(credentials: OAuthCredentials, { runtime }: RenewalContext): Promise<OAuthCredentials | undefined> {
  const { refreshToken, refreshing } = credentials;
  if (!refreshToken) return undefined;
  const fingerprint = await fingerprintOf(refreshToken, runtime);
  if (refreshing?.fingerprint === fingerprint) return undefined;
  return { ...credentials, refreshing: { fingerprint, startedAt: runtime.now() } };
}
