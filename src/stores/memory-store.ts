import { AuthStoreError } from '../shared/auth-store-error';
import { DEFAULT_PROFILE } from '../shared/constants';
import type { OAuthCredentials } from '../shared/credentials';
import { createRuntime } from '../shared/runtime';
import type { AuthStore } from './auth-store';
import { copyRecord } from './copy-record';
import { createKeyedQueue } from './promise-queue';

const WAIT_MS = 60_000;
const { sleep } = createRuntime();

/**
 * A store that lives as long as the process: for tests, and for programs that keep logins elsewhere. A refreshed login
 * is lost with the process, and with it the only refresh token that still works.
 *
 * @param initial Logins by profile, or one login for the profile `default`. Copied; later changes to it are not seen.
 * @throws {@link AuthStoreError} `corrupt` when a record has no access token; its `update` also `lock_timeout`, after
 * waiting 60 s for another change of the profile, such as one that it is called from.
 */
export function memoryAuthStore(initial: Record<string, OAuthCredentials> | OAuthCredentials = {}): AuthStore {
  const where = (profile: string) => `the profile "${profile}" given to the memory store`;
  const copy = (profile: string, record: OAuthCredentials) => copyRecord(record, where(profile));
  const records = new Map(Object.entries(byProfile(initial)).map(([name, record]) => [name, copy(name, record)]));
  const exclusively = createKeyedQueue();

  const read = async (profile: string) => {
    const record = records.get(profile);
    return record && copy(profile, record);
  };

  return {
    read,
    update: (profile, change) => {
      const write = async () => {
        const current = await read(profile);
        const next = await change(current);
        if (next === current) return current;
        if (next === undefined) records.delete(profile);
        else records.set(profile, copy(profile, next));
        return read(profile);
      };
      return exclusively(profile, write, (over) => waitForTurn(profile, over));
    },
    profiles: async () => [...records.keys()],
    describe: async () => ({ location: 'memory of this process' }),
  };
}

async function waitForTurn(profile: string, over: AbortSignal): Promise<never> {
  await sleep(WAIT_MS, over);
  throw new AuthStoreError({
    code: 'lock_timeout',
    message: `Another change of profile "${profile}" has not ended for ${WAIT_MS / 1000} s. A change must not update its own profile.`,
  });
}

function byProfile(initial: Record<string, OAuthCredentials> | OAuthCredentials): Record<string, OAuthCredentials> {
  return typeof initial.accessToken === 'string'
    ? { [DEFAULT_PROFILE]: initial as OAuthCredentials }
    : (initial as Record<string, OAuthCredentials>);
}
