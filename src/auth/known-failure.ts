import type { OAuthCredentials } from '../shared/credentials';
import type { Runtime } from '../shared/runtime';
import { isPaused } from './back-off';
import { grantFingerprint } from './fingerprint';
import { isAlive, type Login } from './login';
import type { Memory } from './memory';
import type { FailedRefresh } from './refresh-failure';
import { grantOf } from './renewal-context';

interface Settings {
  issuer: string;
  clientId: string;
  runtime: Runtime;
}

/**
 * The failure, of this process or in the record, that speaks against presenting the refresh token of `login` now: one for
 * good, or one after which it is too early.
 */
export async function knownFailure(
  login: Login,
  refused: string | undefined,
  settings: Settings,
  memory: Memory,
): Promise<FailedRefresh | undefined> {
  const now = settings.runtime.now();
  const isUnhurried = login.credentials.accessToken !== refused && isAlive(login, now);
  const failures = await failuresOf(login.credentials, settings, memory);
  return failures.find(({ failure }) => failure.permanent || isPaused(failure, isUnhurried, now));
}

/** Those of the refresh token that is held, with the issuer and the client that are set; the newest first. */
export async function failuresOf(
  credentials: OAuthCredentials,
  settings: Settings,
  { failed }: Pick<Memory, 'failed'>,
): Promise<FailedRefresh[]> {
  const grant = grantOf(credentials, settings);
  if (!grant) return [];
  const fingerprint = await grantFingerprint(grant, settings.runtime);
  const { refreshFailure } = credentials;
  return [failed, refreshFailure && { failure: refreshFailure }]
    .filter((known) => known !== undefined)
    .filter(({ failure }) => failure.fingerprint === fingerprint)
    .sort((one, other) => other.failure.at - one.failure.at);
}
