import { isPaused } from './back-off';
import type { Memory, RenewalContext } from './exchange';
import { fingerprintOf } from './fingerprint';
import { isAlive, type Login } from './login';
import type { FailedRefresh } from './refresh-failure';

/**
 * The failure, of this process or in the record, that speaks against presenting the refresh token of `login` now: one for
 * good, or one after which it is too early.
 */
export async function knownFailure(
  login: Login,
  refused: string | undefined,
  { runtime }: RenewalContext,
  memory: Memory,
): Promise<FailedRefresh | undefined> {
  const now = runtime.now();
  const isUnhurried = login.credentials.accessToken !== refused && isAlive(login, now);
  const failures = await failuresOf(login, { runtime }, memory);
  return failures.find(({ failure }) => failure.permanent || isPaused(failure, isUnhurried, now));
}

/** Those of the refresh token that `login` holds, the newest first. */
export async function failuresOf(
  { credentials: { refreshToken, refreshFailure } }: Login,
  { runtime }: Pick<RenewalContext, 'runtime'>,
  memory: Memory,
): Promise<FailedRefresh[]> {
  if (!refreshToken) return [];
  const fingerprint = await fingerprintOf(refreshToken, runtime);
  const known = [memory.failed, refreshFailure && { failure: refreshFailure }];
  return known
    .filter((failed) => failed !== undefined)
    .filter(({ failure }) => failure.fingerprint === fingerprint)
    .sort((one, other) => other.failure.at - one.failure.at);
}
