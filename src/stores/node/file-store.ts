import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { AuthStore } from '../auth-store';
import { prepareReplacement, removeUnfinishedWrites } from './atomic-write';
import { defaultAuthPath } from './default-path';
import { documentStore } from './document-store';
import { unless } from './errno';
import { FILE_LOCK_TIMES, type FileLockTimes } from './file-lock';
import { refuseMountPoint } from './mount-point';
import { resolveFile, tighten } from './resolve-file';
import { retryWhileBusy, SYSTEM, type System } from './system';

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
 * A lock is taken over from a process that stands still for 45 s; waiting for other processes ends after 60 s, and waiting
 * for other calls of this process after 120 s. Before a change runs, the room for its outcome is taken on the disk. A change
 * must not update the same file, whatever the profile: that is refused. Not for network drives that several machines write to.
 * Two hard links of one file are two files to it, and the first change parts them: use a symbolic link.
 *
 * A damaged file is never lost: the first `update` keeps it as `auth.json.corrupt-` and the time, leaves a file without
 * logins in its place, and rejects with both paths. A single damaged record is moved to the list `aside` of the same file.
 *
 * File and folder are made for their owner alone (modes 0600 and 0700), and wider modes of an existing file are taken away.
 * Windows has no such modes: there the access rules of the user's profile protect what is below `%APPDATA%`, and a `path`
 * elsewhere is as private as its folder.
 *
 * @throws {@link AuthStoreError} from its methods: `unreadable`, `unwritable`, `corrupt`, `unsafe_file`, `lock_timeout`,
 * `lock_lost`.
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
  system?: System;
}

export function openFileStore(path: string, internals: FileStoreInternals = {}): AuthStore {
  const { ownFolder = false, lock = FILE_LOCK_TIMES, mountTable, system = SYSTEM } = internals;
  const prepare = async (target: string) => {
    // Without a lock others may be in the middle of theirs.
    if (lock !== false) await removeUnfinishedWrites(target, system);
    await refuseMountPoint(target, mountTable);
    return prepareReplacement(target, system);
  };
  const place = {
    name: path,
    async read() {
      const target = await resolveFile(path);
      await tighten(target, 0o600);
      return unless(
        ['ENOENT'],
        retryWhileBusy(() => system.readFile(target, 'utf8'), system),
      );
    },
    async open() {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      if (ownFolder) await tighten(dirname(path), 0o700);
      const target = await resolveFile(path);
      return { lockFolder: `${target}.lock`, prepare: () => prepare(target) };
    },
  };
  return documentStore(place, lock);
}
