import os from 'node:os';
import { isAbsolute } from 'node:path';
import { AuthStoreError } from '../auth-store-error';

/**
 * The user's home: `HOME` (`USERPROFILE`), else what the system's list of users says. A relative one does not count, or
 * tokens would be looked for, and written, wherever a program is started.
 *
 * @returns undefined when there is none, as for a user id that the system does not know.
 */
export function findHomeFolder(): string | undefined {
  for (const find of [() => os.homedir(), () => os.userInfo().homedir]) {
    try {
      const home = find();
      if (isAbsolute(home)) return home;
    } catch {} // no such user; the message of `homedir` is of no use to anybody
  }
  return undefined;
}

/**
 * @param next A sentence: what to do where there is none.
 * @throws {@link AuthStoreError} `unreadable`
 */
export function homeFolder(next: string): string {
  const home = findHomeFolder();
  if (home !== undefined) return home;
  throw new AuthStoreError({ code: 'unreadable', message: `This user has no home folder. ${next}` });
}
