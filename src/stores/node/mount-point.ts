import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AuthStoreError } from '../../shared/auth-store-error';

/** Where Linux lists what is mounted; other systems have no such file, and no files that are mounted alone. */
const MOUNT_TABLE = '/proc/self/mountinfo';

/**
 * Refuses a file that is mounted by itself (`docker run -v ./auth.json:/data/auth.json`): such a file can be written, but
 * not replaced (EBUSY).
 *
 * @throws {@link AuthStoreError} `unwritable`
 */
export async function refuseMountPoint(path: string, table = MOUNT_TABLE): Promise<void> {
  const mounted = mountPointsOf(await readFile(table, 'utf8').catch(() => ''));
  if (!mounted.has(join(await realpath(dirname(path)), basename(path)))) return;
  throw new AuthStoreError({
    code: 'unwritable',
    message: `${path} is mounted as a single file, which cannot be replaced. Mount the folder that holds it instead.`,
  });
}

/** The fifth field of each line, in which blanks and backslashes are octal (`\040`). */
function mountPointsOf(table: string): Set<string> {
  const fields = table.split('\n').map((line) => line.split(' ')[4] ?? '');
  return new Set(
    fields.map((field) => field.replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8)))),
  );
}
