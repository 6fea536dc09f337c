import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { defaultAuthStore as noStore } from '../../src/default-store.none';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { acquireFileLock } from '../../src/stores/node/file-lock';
import { fileAuthStore, openFileStore } from '../../src/stores/node/file-store';
import { authStoreContract } from '../../src/testing/auth-store-contract';

let folder: string;
let made = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stores-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('memoryAuthStore', () => {
  const createUnwritable = async () => noStore();
  for (const { name, run } of authStoreContract(async () => memoryAuthStore(), { createUnwritable })) test(name, run);
});

describe('fileAuthStore', () => {
  const createUnwritable = {
    'the folder cannot be made': async () => {
      const file = join(folder, `plain-file-${made++}`);
      await writeFile(file, '');
      return fileAuthStore({ path: join(file, 'auth.json') });
    },
    'the lock was used before, but no file can be made beside the target': async () => {
      // So long that the name of the lock is allowed, and that of a temporary file is not.
      const path = join(folder, `${made++}`.padEnd(245, '-'));
      await (await acquireFileLock(`${path}.lock`)).release();
      return fileAuthStore({ path });
    },
    'the file is a mount': async () => {
      const path = join(folder, `${made++}`, 'auth file.json');
      await fileAuthStore({ path }).update('other', async () => ({ accessToken: 'a' }));
      const mountTable = join(folder, `mounts-${made++}`);
      const mounted = (await realpath(path)).replaceAll(' ', '\\040');
      await writeFile(
        mountTable,
        `22 1 8:1 / / rw - ext4 /dev/root rw\n36 22 8:1 /a.json ${mounted} rw - ext4 /dev/sda1 rw\n`,
      );
      return openFileStore(path, { mountTable });
    },
  };
  const create = async () => fileAuthStore({ path: join(folder, `${made++}`, 'auth.json') });
  for (const { name, run } of authStoreContract(create, { createUnwritable })) test(name, run);
});
