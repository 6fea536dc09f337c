import { chmod, lstat, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AuthStoreError } from '../../shared/auth-store-error';
import { unless } from './errno';

const MAX_LINKS = 40;

/**
 * The file that `path` stands for, links followed, also one to a file that does not exist yet: replacing the link itself
 * would leave the real file behind.
 *
 * @param uid Who may own the file. Default: the user of this process.
 * @throws {@link AuthStoreError} `unsafe_file` for anything but a regular file of our own.
 */
export async function resolveFile(path: string, uid = process.getuid?.()): Promise<string> {
  let target = path;
  for (let links = 0; links < MAX_LINKS; links++) {
    const stats = await unless(['ENOENT'], lstat(target));
    if (stats === undefined) return target;
    if (!stats.isSymbolicLink()) {
      if (!stats.isFile()) throw unsafe(`${target} is not a regular file.`);
      if (uid !== undefined && stats.uid !== uid) throw unsafe(`${target} belongs to another user.`);
      return target;
    }
    target = resolve(await realpath(dirname(target)), await readlink(target));
  }
  throw unsafe(`${path} is a link that leads nowhere.`);
}

/** Takes away what others may do with `path`, if anything. Best effort: a read-only disk is no reason to refuse a login. */
export async function tighten(path: string, mode: 0o600 | 0o700): Promise<void> {
  if (process.platform === 'win32') return;
  const stats = await unless(['ENOENT'], stat(path));
  const sticky = 0o1000; // a folder that everybody shares, such as /tmp
  if (stats && (stats.mode & 0o077) !== 0 && (stats.mode & sticky) === 0) await chmod(path, mode).catch(() => {});
}

function unsafe(problem: string): AuthStoreError {
  return new AuthStoreError({
    code: 'unsafe_file',
    message: `${problem} Logins are neither read from it nor written to it.`,
  });
}
