import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { defaultAuthStore as noStore } from '../../src/default-store.none';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { fileAuthStore } from '../../src/stores/node/file-store';
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
  const createUnwritable = async () => {
    const file = join(folder, `plain-file-${made++}`);
    await writeFile(file, '');
    return fileAuthStore({ path: join(file, 'auth.json') });
  };
  const create = async () => fileAuthStore({ path: join(folder, `${made++}`, 'auth.json') });
  for (const { name, run } of authStoreContract(create, { createUnwritable })) test(name, run);
});
