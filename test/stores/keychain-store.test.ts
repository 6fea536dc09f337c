import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { OAuthCredentials } from '../../src/shared/credentials';
import { openKeychainStore } from '../../src/stores/node/keychain-store';
import { authStoreContract } from '../../src/testing/auth-store-contract';
import { memoryKeyring } from './memory-keyring';

// What a keychain itself does is shown by test/proofs/keychain.proof.ts.

const OLD = login('old');
const NEW = login('new');

let folder: string;
let made = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keychain-'));
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => rm(folder, { recursive: true }));

/** Some 3,000 characters, as a real one, and letters that no keychain counts alike. */
function login(name: string): OAuthCredentials {
  const token = `canary-${name}-`.repeat(100);
  return { accessToken: `a${token}`, refreshToken: `r${token}`, idToken: `i${token}`, email: 'zoë😀@example.com' };
}

function setUp(limit?: number) {
  const keyring = memoryKeyring(limit);
  const own = join(folder, `${made++}`);
  const open = () => openKeychainStore('service', { keyring, folder: own, ...(limit && { limit }) });
  return { keyring, own, open, names: () => [...keyring.entries.keys()].sort() };
}

const save = (store: ReturnType<typeof openKeychainStore>, record: OAuthCredentials) =>
  store.update('default', async () => record);

describe.each([
  ['of any size', undefined],
  ['of 100 characters', 100],
])('with entries %s', (_name, limit) => {
  for (const { name, run } of authStoreContract(async () => setUp(limit).open(), {
    createUnwritable: async () => {
      const { keyring, open } = setUp(limit);
      keyring.dieAfter(1);
      return open();
    },
  })) {
    test(name, run);
  }

  test('a writer that dies at any call leaves the old login or the new one, and no trace after the next', async () => {
    const { keyring, open, names } = setUp(limit);
    await save(open(), OLD);
    await save(open(), OLD);
    const tidy = names().length;
    const before = keyring.calls;
    await save(open(), OLD);
    const calls = keyring.calls - before;
    const outcomes = new Set<string>();
    for (let at = 1; at <= calls; at++) {
      for (const last of ['undone', 'done'] as const) {
        await save(open(), OLD);
        expect(names()).toHaveLength(tidy);
        keyring.dieAfter(at, last);
        await save(open(), NEW).catch(() => {});
        keyring.live();
        const left = await open().read('default');
        expect([OLD, NEW]).toContainEqual(left);
        outcomes.add(left?.refreshToken === OLD.refreshToken ? 'old' : 'new');
      }
    }
    expect(outcomes).toEqual(new Set(['old', 'new']));
    await save(open(), OLD);
    expect(names()).toHaveLength(tidy);
  });

  test('a holder that was taken over writes nothing', async () => {
    const { own, open, names } = setUp(limit);
    await save(open(), OLD);
    const before = names();
    const [lock = ''] = await readdir(own);
    const late = open().update('default', async () => {
      await writeFile(join(own, lock, '99'), '1 another process\n');
      return NEW;
    });
    await expect(late).rejects.toMatchObject({ code: 'lock_lost' });
    expect(names()).toEqual(before);
    await rm(join(own, lock), { recursive: true });
    expect(await open().read('default')).toEqual(OLD);
  });

  test('what is damaged is set aside once, keeping every entry of it', async () => {
    const { keyring, open, names } = setUp(limit);
    await save(open(), OLD);
    const damaged = [...names().filter((name) => name.endsWith(':0')), 'logins'][0] ?? '';
    const text = `!${keyring.entries.get(damaged)?.slice(1)}`;
    keyring.entries.set(damaged, text);
    const count = names().length;

    await expect(open().read('default')).rejects.toMatchObject({ code: 'corrupt' });
    expect(names()).toHaveLength(count);
    const change = vi.fn(async () => NEW);
    const refused = open().update('default', change);
    await expect(refused).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(/service "service".* "logins\.corrupt-\d{4}-\d\d-\d\dT\d\d-\d\d-[\d.]+Z"/),
    });
    expect(change).not.toHaveBeenCalled();
    expect([...keyring.entries.values()]).toContain(text);
    await open().update('default', change);
    expect(await open().read('default')).toEqual(NEW);
    await save(open(), OLD);
    expect([...keyring.entries.values()]).toContain(text);
  });
});

test('a lost part is damage, even where the rest is JSON', async () => {
  const { keyring, open, names } = setUp(100);
  await save(open(), OLD);
  keyring.entries.delete(names().find((name) => name.endsWith(':5')) ?? '');
  await expect(open().read('default')).rejects.toMatchObject({ code: 'corrupt' });
});

test('who reads while the parts of the old text are replaced gets the new one', async () => {
  const { keyring, own, open } = setUp(100);
  await save(open(), OLD);
  let overtaken = false;
  const slow = {
    ...keyring,
    async get(account: string) {
      if (!overtaken && account.endsWith(':5')) {
        overtaken = true;
        await save(open(), NEW);
      }
      return keyring.get(account);
    },
  };
  expect(await openKeychainStore('service', { keyring: slow, folder: own, limit: 100 }).read('default')).toEqual(NEW);
  expect(overtaken).toBe(true);
});

test('two damaged texts of the same moment are both kept', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { keyring, open, names } = setUp();
  for (const text of ['one', 'two']) {
    keyring.entries.set('logins', text);
    await expect(save(open(), NEW)).rejects.toMatchObject({ code: 'corrupt' });
  }
  expect(names()).toHaveLength(2);
  expect([...keyring.entries.values()].sort()).toEqual(['one', 'two']);
});

test('entries hold no more than the platform lets them', async () => {
  const { keyring, open } = setUp(100);
  await save(open(), OLD);
  expect(keyring.entries.size).toBeGreaterThan(30);
  expect(Math.max(...[...keyring.entries.values()].map((text) => text.length))).toBe(100);
});

test('a change does not run when the keychain forgets what it was given', async () => {
  const { keyring, own } = setUp();
  const change = vi.fn(async () => NEW);
  const forgetful = { ...keyring, set: async () => {} };
  const update = openKeychainStore('service', { keyring: forgetful, folder: own }).update('default', change);
  await expect(update).rejects.toMatchObject({ code: 'unwritable' });
  expect(change).not.toHaveBeenCalled();
});

test('every service has a lock of its own, whose name tells nothing; case does not matter', async () => {
  const { keyring, own } = setUp();
  for (const service of ['a', 'A', '../b']) await save(openKeychainStore(service, { keyring, folder: own }), NEW);
  const locks = await readdir(own);
  expect(locks).toHaveLength(2);
  for (const lock of locks) expect(lock).toMatch(/^keychain-[0-9a-f]{16}\.lock$/);
});

test('says where logins are', async () => {
  const store = openKeychainStore('mine', { keyring: memoryKeyring(), folder });
  expect(await store.describe?.('default')).toEqual({ location: 'the keychain (service "mine")' });
});
