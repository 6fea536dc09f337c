import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { authStoreContract } from '../../src/testing/auth-store-contract';
import { bundleChild } from '../support/bundle-child';
import { type KeychainState, withKeychain } from './support/keychain-session';

const LOGIN = { accessToken: 'canary-access', refreshToken: 'canary-refresh' };

let program: string;
const homes: string[] = [];

beforeAll(async () => {
  program = await bundleChild(new URL('./children/keychain.ts', import.meta.url));
});
afterAll(async () => {
  for (const home of homes) await rm(home, { recursive: true, force: true });
});

async function newHome() {
  const home = await mkdtemp(join(tmpdir(), 'keychain-home-'));
  homes.push(home);
  return home;
}

const inKeychain = (home: string, state: KeychainState, ...args: string[]) =>
  withKeychain(home, state, [program, ...args]);

async function filesWithTokens(home: string): Promise<string[]> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map((file) => readFile(file, 'latin1')));
  return files.filter((_, index) => texts[index]?.includes('canary'));
}

describe.each([
  ['whole', 0],
  ['cut into parts', 300],
])('records that are %s keep the contract of a store', (_name, limit) => {
  let results: Record<string, string>;

  beforeAll(async () => {
    results = await inKeychain(await newHome(), 'unlocked', 'contract', String(limit));
  });

  test.each(authStoreContract(async () => memoryAuthStore()).map(({ name }) => name))('%s', (name) => {
    expect(results[name]).toBe('kept');
  });
});

test('many processes lose no change of two profiles', async () => {
  const home = await newHome();
  const { counts, expected, profiles } = await inKeychain(home, 'unlocked', 'processes');
  expect(counts).toEqual([expected, expected]);
  expect(profiles).toEqual(['personal', 'work']);
  expect(await readdir(join(home, '.config', 'ai-sdk-codex'))).toEqual([
    expect.stringMatching(/^keychain-[0-9a-f]{16}\.lock$/),
  ]);
  expect(await filesWithTokens(home)).toEqual([]);
});

test('services do not see each other, nor entries of other programs', async () => {
  const outcome = await inKeychain(await newHome(), 'unlocked', 'services');
  expect(outcome).toEqual({ profiles: [[], ['a'], []], foreign: 'foreign' });
});

test('a daemon that stands still for 5 s costs no login, and none is left after its session', async () => {
  const { changes, record, daemon } = await inKeychain(await newHome(), 'unlocked', 'stall');
  expect({ changes, record }).toEqual({ changes: 1, record: LOGIN });
  expect(daemon).toBeGreaterThan(1);
  expect(() => process.kill(daemon, 0)).toThrow('ESRCH');
});

describe('a keychain that cannot be used', () => {
  const refusal = (code: string, message: RegExp) => ({
    name: 'AuthStoreError',
    code,
    message: expect.stringMatching(message),
  });

  function expectRefused(outcome: Record<string, unknown>) {
    const next = /service "ai-sdk-codex".*Unlock the keychain, or use fileAuthStore\(\)/s;
    const unreadable = refusal('unreadable', next);
    expect(outcome).toEqual({
      read: unreadable,
      profiles: unreadable,
      update: refusal('unwritable', next),
      changed: false,
    });
    expect(JSON.stringify(outcome)).not.toContain('canary');
  }

  test('locked: it is not taken for empty, and the login is there once it is unlocked', async () => {
    const home = await newHome();
    expect(await inKeychain(home, 'unlocked', 'save')).toEqual(LOGIN);
    expectRefused(await inKeychain(home, 'locked', 'use'));
    expect(await inKeychain(home, 'unlocked', 'use')).toEqual({ record: LOGIN, changed: true });
    expect(await filesWithTokens(home)).toEqual([]);
  });

  test('absent, as on a server: no file and no keyring of the kernel takes its place', async () => {
    const home = await newHome();
    expectRefused(await inKeychain(home, 'none', 'use'));
    expect(await filesWithTokens(home)).toEqual([]);
    expect(await readFile('/proc/keys', 'utf8').catch(() => '')).not.toContain('ai-sdk-codex');
  });
});
