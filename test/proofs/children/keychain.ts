import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AsyncEntry } from '@napi-rs/keyring';
import { keychainAuthStore, openKeychainStore } from '../../../src/stores/node/keychain-store';
import { authStoreContract } from '../../../src/testing/auth-store-contract';

// Runs where a keychain is, or is not: `keychain.ts SCENARIO ARGUMENT...`. Prints what came of it as JSON, on the last line.
const [scenario = '', ...args] = process.argv.slice(2);
const PROCESSES = 8;
const LOGIN = { accessToken: 'canary-access', refreshToken: 'canary-refresh' };

async function failureOf(work: Promise<unknown>) {
  return work.then(
    () => undefined,
    ({ name, code, message }) => ({ name, code, message }),
  );
}

/** Adds one to a number in the login `profile`, several times. */
async function count(profile: string) {
  const store = keychainAuthStore();
  for (let round = 0; round < 3; round++) {
    await store.update(profile, async (current) => ({ ...LOGIN, lastRefreshAt: (current?.lastRefreshAt ?? 0) + 1 }));
  }
}

const scenarios: Record<string, () => Promise<unknown>> = {
  async contract() {
    const [limit] = args.map(Number);
    let made = 0;
    const create = async () => openKeychainStore(`contract ${limit} ${made++}`, limit ? { limit } : {});
    const results: Record<string, string> = {};
    for (const { name, run } of authStoreContract(create)) {
      results[name] = await run().then(
        () => 'kept',
        (error) => String(error),
      );
    }
    return results;
  },
  async processes() {
    const run = promisify(execFile);
    const children = Array.from({ length: PROCESSES }, (_, index) =>
      run(process.execPath, [process.argv[1] ?? '', 'count', index % 2 === 0 ? 'work' : 'personal']),
    );
    await Promise.all(children);
    const store = keychainAuthStore();
    const counts = await Promise.all(['work', 'personal'].map(async (name) => (await store.read(name))?.lastRefreshAt));
    return { counts, expected: (PROCESSES / 2) * 3, profiles: (await store.profiles()).sort() };
  },
  count: () => count(args[0] ?? ''),
  async services() {
    const other = new AsyncEntry('ai-sdk-codex', 'of another program', { linux: { store: 'secret-service' } });
    await other.setPassword('foreign');
    await keychainAuthStore({ service: 'one' }).update('a', async () => LOGIN);
    await keychainAuthStore().update('b', async () => LOGIN);
    await keychainAuthStore().update('b', async () => undefined);
    const services = [undefined, 'one', 'two'].map((service) => keychainAuthStore(service ? { service } : {}));
    const profiles = await Promise.all(services.map((store) => store.profiles()));
    return { profiles, foreign: await other.getPassword() };
  },
  /** The daemon stands still while the only new pair is on its way. */
  async stall() {
    const daemon = Number(process.env.KEYCHAIN_PID);
    const store = keychainAuthStore();
    let changes = 0;
    await store.update('default', async () => {
      changes++;
      process.kill(daemon, 'SIGSTOP');
      setTimeout(() => process.kill(daemon, 'SIGCONT'), 5_000);
      return LOGIN;
    });
    return { changes, record: await store.read('default'), daemon };
  },
  async save() {
    return keychainAuthStore().update('default', async () => LOGIN);
  },
  async use() {
    const store = keychainAuthStore();
    let changed = false;
    const change = async () => {
      changed = true;
      return LOGIN;
    };
    const record = await store.read('default').catch(() => undefined);
    const [read, profiles] = [await failureOf(store.read('default')), await failureOf(store.profiles())];
    return { record, read, profiles, update: await failureOf(store.update('default', change)), changed };
  },
};

const outcome = await scenarios[scenario]?.();
process.stdout.write(`\n${JSON.stringify(outcome ?? null)}`);
