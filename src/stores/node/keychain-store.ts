import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { homeFolder } from '../../shared/node/home-folder';
import type { AuthStore } from '../auth-store';
import { defaultAuthPath } from './default-path';
import { documentStore } from './document-store';
import { FILE_LOCK_TIMES, type FileLockTimes } from './file-lock';
import { prepareDocument, readDocument } from './keychain-document';
import { type Keyring, systemKeyring } from './keyring';

export interface KeychainAuthStoreOptions {
  /** Under which name the entries stand in the keychain. Default: `ai-sdk-codex`. */
  service?: string;
}

/** Characters of an entry. Windows' credential manager holds 2560 bytes of UTF-16. */
const LIMIT = process.platform === 'win32' ? 1200 : Number.MAX_SAFE_INTEGER;

/**
 * Logins in the keychain of the system (macOS Keychain, Windows Credential Manager, the Secret Service of a Linux desktop),
 * through the package `@napi-rs/keyring`, which must be installed beside this one. Processes of one user exclude each other
 * by a lock in the user's configuration folder, with the times of {@link fileAuthStore}; it holds no secret.
 *
 * There is never another place: with a keychain that is locked or missing, as on most servers, every call rejects. Before
 * a change runs, an entry is written and read back. A keychain cannot compare before it writes: the lock is asked for a last
 * time right before that. What is damaged is set aside in the keychain as {@link fileAuthStore} does it in its folder.
 *
 * @throws {@link AuthStoreError} from its methods: `unreadable`, `unwritable`, `corrupt`, `lock_timeout`, `lock_lost`.
 */
export function keychainAuthStore({ service = 'ai-sdk-codex' }: KeychainAuthStoreOptions = {}): AuthStore {
  return openKeychainStore(service);
}

/** What only our own tests may set. */
export interface KeychainStoreInternals {
  keyring?: Keyring;
  limit?: number;
  lock?: FileLockTimes;
  /** The folder of locks. */
  folder?: string;
}

export function openKeychainStore(service: string, internals: KeychainStoreInternals = {}): AuthStore {
  const { keyring = systemKeyring(service), limit = LIMIT, lock = FILE_LOCK_TIMES, folder } = internals;
  const place = {
    name: `the keychain (service "${service}")`,
    read: () => readDocument(keyring),
    async open() {
      const locks = folder ?? lockFolder();
      await mkdir(locks, { recursive: true, mode: 0o700 });
      return { lockFolder: join(locks, lockName(service)), prepare: () => prepareDocument(keyring, limit) };
    },
  };
  return documentStore(place, lock);
}

/** By the home alone: a keychain is the user's, whatever folder the environment of a process names. */
function lockFolder(): string {
  const home = homeFolder('The lock of the keychain is kept there; set HOME.');
  return dirname(defaultAuthPath({ env: {}, platform: process.platform, home }));
}

/** Any service gives a file name. Windows does not tell services apart by case. */
function lockName(service: string): string {
  const hash = createHash('sha256').update(service.toLowerCase()).digest('hex');
  return `keychain-${hash.slice(0, 16)}.lock`;
}
