import { AuthStoreError } from '../shared/auth-store-error';
import type { OAuthCredentials } from '../shared/credentials';
import { exchange } from './exchange';
import { fingerprintOf } from './fingerprint';
import { issuerUrl } from './issuer-request';
import { knownFailure } from './known-failure';
import type { Login } from './login';
import { type Memory, openLogin, settle, unsavedAfter } from './memory';
import { refreshError, stoodStill } from './refresh-failure';
import { isUsable, type RenewalContext } from './renewal-context';
import type { Exchanged } from './take-answer';

/** A store that forgets the marker, or others who clear it without an answer, must not keep us marking. */
const MAX_MARKS = 2;
const MAX_TURNS = 5;
/** After this much of its lease (45 s) a turn may end before the answer (30 s) has come and is stored. */
const PRESENT_WITHIN_MS = 10_000;
const SAVE_PAUSES_MS = [0, 250, 1_000, 4_000];
const SAVE_FOR_MS = 60_000;

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
  for (let turns = 0; turns < MAX_TURNS; turns++) {
    const login = await insist(context, memory, () => takeTurn(context, memory, refused, turns < MAX_MARKS));
    if (login) return login;
  }
  throw stoodStill(context.profile);
}

/**
 * Repeats a turn that failed to store what the issuer answered, once for each answer: it exists nowhere else, so a store
 * that hiccups is given time, and one that somebody took over while this process stood still is asked again.
 */
async function insist<T>({ runtime }: RenewalContext, memory: Memory, take: () => Promise<T>): Promise<T> {
  const until = runtime.now() + SAVE_FOR_MS;
  for (let tries = 0; ; tries++) {
    try {
      return await take();
    } catch (error) {
      const { newest } = memory;
      if (newest?.state !== 'new') throw error;
      const pause = SAVE_PAUSES_MS[tries];
      if (pause === undefined || runtime.now() > until) {
        memory.newest = { ...newest, state: 'tried' };
        throw error;
      }
      await runtime.sleep(pause, undefined, { keepAlive: true });
    }
  }
}

/** What one change stores, and what to throw after it. */
interface Turn extends Exchanged {
  /** Another one has to follow: it wrote the mark, or stood still for too long and wrote nothing. */
  goesOn?: true;
}

/** One turn in the critical section. Gives the login to use; undefined when another turn has to follow. */
async function takeTurn(
  context: RenewalContext,
  memory: Memory,
  refused: string | undefined,
  mayMark: boolean,
): Promise<Login | undefined> {
  const { store, profile } = context;
  let turn: Turn | undefined;
  const change = async (current: OAuthCredentials | undefined) => {
    turn = await decide(current, context, memory, refused, mayMark);
    return turn.credentials;
  };
  const saved = await store.update(profile, change).catch((error: unknown) => {
    const isTakenOver = AuthStoreError.isInstance(error) && error.code === 'lock_lost';
    if (isTakenOver && turn?.goesOn) return undefined;
    // Failures are stored when that is possible; when it is not, they still are what happened.
    throw turn?.failure && turn.credentials !== memory.newest?.credentials ? turn.failure : error;
  });
  if (turn?.goesOn) return undefined;
  await settle(saved, context, memory);
  if (turn?.failure) throw turn.failure;
  return openLogin(saved, context, memory);
}

async function decide(
  current: OAuthCredentials | undefined,
  context: RenewalContext,
  memory: Memory,
  refused: string | undefined,
  mayMark: boolean,
): Promise<Turn> {
  const presentBy = context.runtime.now() + PRESENT_WITHIN_MS;
  const latest = await openLogin(current, context, memory);
  const { credentials } = latest;
  if ((await unsavedAfter(latest, context, memory)) === undefined) {
    if (isUsable(latest, refused, context)) {
      context.logger.debug('Somebody else renewed the login; what they stored is used.', { profile: context.profile });
      return { credentials };
    }
    const known = await knownFailure(latest, refused, context, memory);
    if (known) return { credentials, failure: refreshError(known, context.profile, context.runtime.now()) };
    const marked = mayMark ? await mark(credentials, context) : undefined;
    if (marked) return { credentials: marked, goesOn: true };
  }
  return (await exchange(latest, refused, presentBy, context, memory)) ?? { credentials, goesOn: true };
}

/** Undefined when the refresh token is marked already, by whomever. */
async function mark(credentials: OAuthCredentials, { runtime }: RenewalContext): Promise<OAuthCredentials | undefined> {
  const { refreshToken, refreshing } = credentials;
  if (!refreshToken) return undefined;
  const fingerprint = await fingerprintOf(refreshToken, runtime);
  if (refreshing?.fingerprint === fingerprint) return undefined;
  return { ...credentials, refreshing: { fingerprint, startedAt: runtime.now() } };
}
