import { DEFAULT_PROFILE } from '../shared/constants';
import type { OAuthCredentials } from '../shared/credentials';
import type { AuthStore } from './auth-store';
import { copyRecord } from './copy-record';
import { createKeyedQueue } from './promise-queue';

/**
 * A store that lives as long as the process: for tests, and for programs that keep logins elsewhere. A refreshed login
 * is lost with the process, and with it the only refresh token that still works.
 *
 * @param initial Logins by profile, or one login for the profile `default`. Copied; later changes to it are not seen.
 * @throws {@link AuthStoreError} `corrupt` when a record has no access token.
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
    update: (profile, change) =>
      exclusively(profile, async () => {
        const current = await read(profile);
        const next = await change(current);
        if (next === current) return current;
        if (next === undefined) records.delete(profile);
        else records.set(profile, copy(profile, next));
        return read(profile);
      }),
    profiles: async () => [...records.keys()],
  };
}

function byProfile(initial: Record<string, OAuthCredentials> | OAuthCredentials): Record<string, OAuthCredentials> {
  return typeof initial.accessToken === 'string'
    ? { [DEFAULT_PROFILE]: initial as OAuthCredentials }
    : (initial as Record<string, OAuthCredentials>);
}
