import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Replacement } from './document-store';
import { errno, unless } from './errno';
import { tighten } from './resolve-file';
import { nameForDamaged } from './set-aside';
import { retryWhileBusy, SYSTEM, type System } from './system';

/** Bytes by which the next text may be longer than the last: a login with its three tokens, and some. */
const SLACK = 16 * 1024;

/**
 * Makes a temporary file beside `path`, born 0600, that already occupies the room which the next text will need. Rejects
 * where a folder or disk would not take that text.
 *
 * A reader, and the disk after a power cut, then holds the old text or the new one, never a part.
 */
export async function prepareReplacement(path: string, system: System = SYSTEM): Promise<Replacement> {
  const temporary = join(dirname(path), `${temporaryPrefix(path)}${randomBytes(8).toString('hex')}`);
  const file = await open(temporary, 'wx', 0o600);
  const discard = async () => {
    await file.close().catch(() => {});
    await unless(['ENOENT'], system.unlink(temporary)).catch(() => {});
  };
  try {
    const size = (await unless(['ENOENT'], stat(path)))?.size ?? 0;
    await writeFromStart(file, randomBytes(size + SLACK)); // random: zeros take no room on a disk that compresses
    await file.sync();
  } catch (error) {
    await discard();
    throw error;
  }

  async function replace(text: string, mayReplace: () => Promise<void>) {
    const bytes = Buffer.from(text);
    await writeFromStart(file, bytes); // over the room that was taken, which truncating first would give back
    await file.truncate(bytes.length);
    await file.sync();
    await file.close();
    const attempt = async () => {
      await mayReplace(); // each time: the lock may be lost while Windows makes us wait
      await system.rename(temporary, path);
    };
    await retryWhileBusy(attempt, system);
  }

  return {
    discard,
    async commit(text, mayReplace = async () => {}) {
      await replace(text, mayReplace);
      await syncFolder(dirname(path));
    },
    async setAside(empty, mayReplace = async () => {}) {
      await mayReplace();
      const aside = await keep(path, system);
      try {
        await replace(empty, mayReplace);
      } catch (error) {
        await unless(['ENOENT'], system.unlink(aside)).catch(() => {}); // the text is still at `path`, or is our successor's
        throw error;
      }
      await syncFolder(dirname(path));
      return aside;
    },
  };
}

/**
 * Gives what is at `path` a second name, never an older one's. Moving it there instead would have no fence: who was
 * paused before it moves away what a successor stored meanwhile.
 */
async function keep(path: string, system: System): Promise<string> {
  const isTaken = async (name: string) => {
    const made = linkOrCopy(path, name, system).then(() => true);
    return (await unless(['EEXIST'], made)) === undefined;
  };
  const aside = await nameForDamaged(path, isTaken);
  await tighten(aside, 0o600);
  return aside;
}

async function linkOrCopy(path: string, name: string, system: System): Promise<void> {
  try {
    await system.link(path, name);
  } catch (error) {
    if (['EEXIST', 'ENOENT'].includes(errno(error) ?? '')) throw error;
    // A disk without hard links (FAT), or a user who may not make them.
    const text = await retryWhileBusy(() => readFile(path), system);
    await writeFile(name, text, { flag: 'wx', mode: 0o600, flush: true }).catch(async (problem) => {
      if (errno(problem) !== 'EEXIST') await system.unlink(name).catch(() => {}); // a part of it, on a full disk
      throw problem;
    });
  }
}

/**
 * Deletes what a writer that died, or lost its lock, left beside `path`. A writer that was only paused then finds
 * nothing to rename: whoever calls this under the lock fences all earlier holders off.
 */
export async function removeUnfinishedWrites(path: string, system: System = SYSTEM): Promise<void> {
  const names = await readdir(dirname(path));
  const unfinished = names.filter((name) => name.startsWith(temporaryPrefix(path)));
  const remove = (name: string) => retryWhileBusy(() => system.unlink(join(dirname(path), name)), system);
  await Promise.all(unfinished.map((name) => unless(['ENOENT'], remove(name))));
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
