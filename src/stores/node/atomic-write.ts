import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errno, unless } from './errno';

/** A file about to be replaced: what could fail for want of rights or space has been done. */
export interface Replacement {
  /**
   * Puts `text` in the file's place, so that a reader, and the disk after a power cut, holds the old text or the new one,
   * never a part.
   *
   * @param mayReplace Asked at the last moment; when it rejects, the old text stays.
   */
  commit(text: string, mayReplace?: () => Promise<void>): Promise<void>;
  /** Lets go of what was prepared. Must follow in any case; after a `commit` that succeeded it does nothing. */
  discard(): Promise<void>;
}

/** Bytes by which the next text may be longer than the last: a login with its three tokens, and some. */
const SLACK = 16 * 1024;

/**
 * Makes a temporary file beside `path`, born 0600, that already occupies the room which the next text will need. Rejects
 * where a folder or disk would not take that text.
 */
export async function prepareReplacement(path: string): Promise<Replacement> {
  const temporary = join(dirname(path), `${temporaryPrefix(path)}${randomBytes(8).toString('hex')}`);
  const file = await open(temporary, 'wx', 0o600);
  const discard = async () => {
    await file.close().catch(() => {});
    await unless(['ENOENT'], unlink(temporary)).catch(() => {});
  };
  try {
    const size = (await unless(['ENOENT'], stat(path)))?.size ?? 0;
    await writeFromStart(file, randomBytes(size + SLACK)); // random: zeros take no room on a disk that compresses
    await file.sync();
  } catch (error) {
    await discard();
    throw error;
  }

  return {
    discard,
    async commit(text, mayReplace = async () => {}) {
      const bytes = Buffer.from(text);
      await writeFromStart(file, bytes); // over the room that was taken, which truncating first would give back
      await file.truncate(bytes.length);
      await file.sync();
      await file.close();
      await mayReplace();
      await rename(temporary, path);
      await syncFolder(dirname(path));
    },
  };
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

async function writeFromStart(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at, at)).bytesWritten;
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
