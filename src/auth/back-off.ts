import type { RefreshFailure } from '../shared/credentials';
import type { Runtime } from '../shared/runtime';
import type { TokenRefusal } from './token-response';

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;
/** While the access token still works there is no hurry. */
const UNHURRIED_MS = 30_000;
/** Nobody is kept waiting for longer on the word of a header. */
const LONGEST_RETRY_AFTER_MS = 60 * 60_000;
/** A failure dated further ahead than this was written by another clock, and its times mean nothing. */
const CLOCK_TOLERANCE_MS = 60_000;

/** How many milliseconds to wait after a failure that may pass: 1 s, doubled each time up to 60 s, with jitter. */
export function pauseAfter(previous: RefreshFailure | undefined, refusal: TokenRefusal, runtime: Runtime): number {
  const step = Math.min(nextStep(previous), LONGEST_MS);
  // At most a quarter off, so that the step can be told from the pause.
  const jittered = Math.round(step * (1 - fractionOf(runtime) / 4));
  // An issuer that answers so answers at once and again: every attempt would spend one more refresh token.
  const least = refusal.kind === 'empty' ? UNHURRIED_MS : 0;
  return Math.max(jittered, least, Math.min(refusal.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS));
}

/** Whether it is too early to try again after a failure that may pass. A clock that was set back does not prolong it. */
export function isPaused({ at, retryAt = at }: RefreshFailure, isAlive: boolean, now: number): boolean {
  const until = isAlive ? Math.max(retryAt, at + UNHURRIED_MS) : retryAt;
  return now < until && at - now <= CLOCK_TOLERANCE_MS && until - at <= LONGEST_RETRY_AFTER_MS;
}

/** A number from 0 up to, but not including, 1. */
export function fractionOf(runtime: Runtime): number {
  const [high = 0, low = 0] = runtime.randomBytes(2);
  return (high * 256 + low) / 65_536;
}

/** Counted by the pauses in the record, because the attempts may be those of several processes. */
function nextStep(previous: RefreshFailure | undefined): number {
  const pauseMs = previous?.retryAt === undefined ? 0 : previous.retryAt - previous.at;
  if (!(pauseMs > 0)) return FIRST_MS; // also what is no number
  return FIRST_MS * 2 ** (Math.max(0, Math.ceil(Math.log2(pauseMs / FIRST_MS))) + 1);
}
