import { randomBytes } from 'node:crypto';
import { open, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errno, unless } from './errno';

/**
 * Replaces a file so that a reader, and the disk after a power cut, holds the old text or the new one, never a part.
 * The temporary file is born 0600 beside the target.
 *
 * @param mayReplace Asked at the last moment; when it rejects, the old text stays.
 */
export async function replaceFile(path: string, text: string, mayReplace = async () => {}): Promise<void> {
  const temporary = join(dirname(path), `${temporaryPrefix(path)}${randomBytes(8).toString('hex')}`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await mayReplace();
    await rename(temporary, path);
  } catch (error) {
    await unless(['ENOENT'], unlink(temporary)).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(path));
}

/**
 * Deletes what a writer that died, or lost its lock, left beside `path`. A writer that was only paused then finds
 * nothing to rename: whoever calls this under the lock fences all earlier holders off.
 */
export async function removeUnfinishedWrites(path: string): Promise<void> {
  const names = await readdir(dirname(path));
  const unfinished = names.filter((name) => name.startsWith(temporaryPrefix(path)));
  await Promise.all(unfinished.map((name) => unless(['ENOENT'], unlink(join(dirname(path), name)))));
}

function temporaryPrefix(path: string): string {
  return `.${basename(path)}.tmp-`;
}

/** Makes the rename itself durable. Windows cannot open folders, and some file systems cannot sync them. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP'].includes(errno(error) ?? '')) throw error;
  }
}
