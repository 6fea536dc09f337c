import { AuthStoreError } from '../../shared/auth-store-error';
import type { OAuthCredentials } from '../../shared/credentials';
import type { AuthStore } from '../auth-store';
import { copyRecord } from '../copy-record';
import {
  type AuthFile,
  formatAuthFile,
  isDamaged,
  parseAuthFile,
  recordOf,
  withRecord,
  withRecordAside,
} from './auth-file';
import { runExclusively } from './exclusive';
import type { FileLock, FileLockTimes } from './file-lock';
import { refuseOwnChange, runChange, trueName } from './own-change';
import { reading, writing } from './translated';

/** A place for one text that holds all logins: a file, or the keychain. */
export interface DocumentPlace {
  /** For messages, and for calls of this process to queue up. */
  name: string;
  /** The text; undefined when there is none. */
  read(): Promise<string | undefined>;
  /** Makes ready for a change, and tells where its lock is. */
  open(): Promise<OpenPlace>;
}

interface OpenPlace {
  lockFolder: string;
  /** Proves, under the lock, that the outcome of a change can be written. */
  prepare(): Promise<Replacement>;
}

/** A text about to be replaced: what could fail for want of rights or space has been done. */
export interface Replacement {
  /**
   * Puts `text` in place of the old one, as a whole.
   *
   * @param mayReplace Asked at the last moment; when it rejects, the old text stays.
   */
  commit(text: string, mayReplace?: () => Promise<void>): Promise<void>;
  /** Instead of `commit`: keeps the old text elsewhere, never over an older one, and tells where. `empty` may replace it. */
  setAside(empty: string, mayReplace?: () => Promise<void>): Promise<string>;
  /** Lets go of what was prepared. Must follow in any case; after a `commit` that succeeded it does nothing. */
  discard(): Promise<void>;
}

/** A store over one text: every profile is in it, and it is replaced as a whole under one lock. */
export function documentStore(place: DocumentPlace, times: FileLockTimes | false): AuthStore {
  const { name } = place;
  const load = async () => parseAuthFile(await reading(name, place.read), name);
  const loadWhole = async () => {
    const file = await load();
    if (file) return file;
    throw corrupt(`${name} holds no logins of ai-sdk-codex, or is damaged. Log in again: that sets it aside.`);
  };

  return {
    async read(profile) {
      const record = recordOf(await loadWhole(), profile);
      if (!isDamaged(record)) return copyOf(record, nameOf(profile, name));
      throw corrupt(`There is no access token in ${nameOf(profile, name)}. Log in again: that sets the record aside.`);
    },
    profiles: async () => Object.keys((await loadWhole()).profiles),
    describe: async () => ({ location: name }),
    async update(profile, change) {
      refuseOwnChange(name);
      return runExclusively({ name, open: place.open, times }, async ({ lockFolder, prepare }, held) => {
        const replacement = await writing(name, prepare);
        try {
          return await replaceRecord({ name, profile, lockFolder, load, replacement, held }, change);
        } finally {
          await replacement.discard();
        }
      });
    },
  };
}

const EMPTY = formatAuthFile({ version: 1, profiles: {} });

interface Update {
  name: string;
  profile: string;
  lockFolder: string;
  load: () => Promise<AuthFile | undefined>;
  replacement: Replacement;
  held: FileLock;
}

async function replaceRecord(update: Update, change: Parameters<AuthStore['update']>[1]) {
  const { name, profile } = update;
  const where = nameOf(profile, name);
  const file = await update.load();
  if (file === undefined) {
    const aside = await whileHeld(update, () => update.replacement.setAside(EMPTY, update.held.assertHeld));
    throw corrupt(`${name} held no logins of ai-sdk-codex, or was damaged. It is now ${aside}. Log in again.`);
  }
  if (isDamaged(recordOf(file, profile))) {
    await commit(update, formatAuthFile(withRecordAside(file, profile)));
    throw corrupt(`There was no access token in ${where}. The record is now in the list "aside" there. Log in again.`);
  }
  const current = copyOf(recordOf(file, profile), where);
  const next = await runChange(name, () => change(current), await trueName(update.lockFolder));
  if (next === current) return current;
  const record = copyOf(next, where);
  await commit(update, formatAuthFile(withRecord(file, profile, record)));
  return record;
}

function commit(update: Update, text: string): Promise<void> {
  return whileHeld(update, () => update.replacement.commit(text, update.held.assertHeld));
}

/** A holder that was taken over finds what it prepared gone; that is a lost lock, not a failure of the disk. */
function whileHeld<T>({ name, held }: Update, step: () => Promise<T>): Promise<T> {
  return writing(name, async () => {
    try {
      return await step();
    } catch (error) {
      await held.assertHeld();
      throw error;
    }
  });
}

function copyOf(record: unknown, where: string): OAuthCredentials | undefined {
  return record === undefined ? undefined : copyRecord(record, where);
}

function nameOf(profile: string, name: string): string {
  return `profile "${profile}" of ${name}`;
}

function corrupt(message: string): AuthStoreError {
  return new AuthStoreError({ code: 'corrupt', message });
}
