import { mkdir, readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AuthStoreError, type AuthStoreErrorCode } from '../../shared/auth-store-error';
import type { AuthStore } from '../auth-store';
import { copyRecord } from '../copy-record';
import { createKeyedQueue } from '../promise-queue';
import { prepareReplacement, type Replacement, removeUnfinishedWrites } from './atomic-write';
import { formatAuthFile, parseAuthFile, recordOf, withRecord } from './auth-file';
import { defaultAuthPath } from './default-path';
import { unless } from './errno';
import { acquireFileLock, FILE_LOCK_TIMES, type FileLock, type FileLockTimes, waitForTurn } from './file-lock';
import { refuseMountPoint } from './mount-point';
import { refuseOwnChange, runChange } from './own-change';
import { resolveFile, tighten } from './resolve-file';

export interface FileAuthStoreOptions {
  /**
   * The file. Default: `auth.json` in the folder `AI_SDK_CODEX_HOME`, else in `ai-sdk-codex` of the user's configuration
   * folder (`XDG_CONFIG_HOME` or `~/.config`, `~/Library/Application Support`, `%APPDATA%`).
   */
  path?: string;
}

/**
 * Logins in one JSON file that only its owner can read, shared by every process on this machine: a change is made under a
 * lock that spans reading and writing, and the file is replaced as a whole. Nothing is touched before the first call.
 *
 * A lock is taken over from a process that stands still for 45 s; waiting for other calls of this process ends after 60 s,
 * and so does waiting for other processes. Before a change runs, the room for its outcome is taken on the disk. A change
 * must not update the same file, whatever the profile: that is refused. Not for network drives that several machines write to.
 *
 * @throws {@link AuthStoreError} from its methods: `unreadable`, `unwritable`, `corrupt` (the file is left as it is),
 * `unsafe_file`, `lock_timeout`, `lock_lost`.
 */
export function fileAuthStore(options: FileAuthStoreOptions = {}): AuthStore {
  const { path } = options;
  return path === undefined
    ? openFileStore(defaultAuthPath(), { ownFolder: true })
    : openFileStore(resolve(path), { ownFolder: false });
}

/** What only our own tests may set. */
export interface FileStoreInternals {
  /** The folder is ours alone, so its mode may be changed. */
  ownFolder?: boolean;
  /** `false` shows what happens without a lock. */
  lock?: FileLockTimes | false;
  /** In place of the system's list of what is mounted. */
  mountTable?: string;
}

// Stores of one process queue up here instead of polling for each other's lock.
const queued = createKeyedQueue();

export function openFileStore(path: string, internals: FileStoreInternals = {}): AuthStore {
  const { ownFolder = false, lock = FILE_LOCK_TIMES, mountTable } = internals;
  const where = (profile: string) => `profile "${profile}" of ${path}`;

  const load = () => translated('unreadable', `${path} cannot be read`, () => readAuthFile(path));
  const pick = (file: Awaited<ReturnType<typeof load>>, profile: string) => {
    const record = recordOf(file, profile);
    return record === undefined ? undefined : copyRecord(record, where(profile));
  };

  return {
    read: async (profile) => pick(await load(), profile),
    profiles: async () => Object.keys((await load()).profiles),
    async update(profile, change) {
      refuseOwnChange(path);
      return withLockedFile({ path, ownFolder, lock }, async (target, held) => {
        const file = await load();
        const current = pick(file, profile);
        await writing(path, () => refuseMountPoint(target, mountTable));
        const replacement = await writing(path, () => prepareReplacement(target));
        try {
          const next = await runChange(path, () => change(current));
          if (next === current) return current;
          const record = next === undefined ? undefined : copyRecord(next, where(profile));
          const text = formatAuthFile(withRecord(file, profile, record));
          await writing(path, () => commitWhileHeld(replacement, text, held));
          return record;
        } finally {
          await replacement.discard();
        }
      });
    },
  };
}

async function readAuthFile(path: string) {
  const target = await resolveFile(path);
  await tighten(target, 0o600);
  return parseAuthFile(await unless(['ENOENT'], readFile(target, 'utf8')), path);
}

interface LockedFile {
  path: string;
  ownFolder: boolean;
  lock: FileLockTimes | false;
}

/** Runs `work` while no other call or process changes the file. */
async function withLockedFile<T>(
  { path, ownFolder, lock }: LockedFile,
  work: (target: string, held: FileLock) => Promise<T>,
): Promise<T> {
  const prepare = () =>
    writing(path, async () => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      if (ownFolder) await tighten(dirname(path), 0o700);
      return resolveFile(path);
    });
  if (lock === false) return work(await prepare(), { assertHeld: async () => {}, release: async () => {} });

  const locked = async () => {
    const target = await prepare();
    const held = await writing(path, () => acquireFileLock(`${target}.lock`, lock));
    try {
      await writing(path, () => removeUnfinishedWrites(target));
      return await work(target, held);
    } finally {
      await held.release();
    }
  };
  return queued(path, locked, (over) => waitForTurn(path, lock.waitMs, over));
}

/** A holder that was taken over finds its temporary file gone; that is a lost lock, not a failure of the disk. */
async function commitWhileHeld(replacement: Replacement, text: string, held: FileLock): Promise<void> {
  try {
    await replacement.commit(text, held.assertHeld);
  } catch (error) {
    await held.assertHeld();
    throw error;
  }
}

function writing<T>(path: string, step: () => Promise<T>): Promise<T> {
  return translated('unwritable', `${path} cannot be written`, step);
}

/** System errors become ours; our own, and their more precise codes, pass. */
async function translated<T>(code: AuthStoreErrorCode, problem: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (AuthStoreError.isInstance(cause)) throw cause;
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new AuthStoreError({ code, message: `${problem}: ${detail}`, cause });
  }
}
