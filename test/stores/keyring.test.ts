import { inspect } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { openKeychainStore } from '../../src/stores/node/keychain-store';
import { systemKeyring } from '../../src/stores/node/keyring';

type Load = NonNullable<Parameters<typeof systemKeyring>[1]>;
type Entry = InstanceType<Awaited<ReturnType<Load>>['AsyncEntry']>;

afterEach(() => {
  vi.useRealTimers();
});

/** The package as it is on Linux, with entries that answer as told. */
function packageOf(entry: Partial<Entry>): Load {
  function AsyncEntry(_service: string, _account: string, options?: { linux?: { store?: string } }) {
    if (options?.linux?.store !== 'secret-service') throw new Error('no such store');
    return entry;
  }
  return async () => ({ AsyncEntry }) as unknown as Awaited<ReturnType<Load>>;
}

test('a package that is missing is named, with the command that installs it, and nothing is stored elsewhere', async () => {
  const missing = async () => {
    throw Object.assign(new Error("Cannot find package '@napi-rs/keyring'"), { code: 'ERR_MODULE_NOT_FOUND' });
  };
  const store = openKeychainStore('s', { keyring: systemKeyring('s', missing) });
  const message = expect.stringMatching(/@napi-rs\/keyring cannot be loaded.*npm install @napi-rs\/keyring/);
  await expect(store.read('default')).rejects.toMatchObject({ name: 'AuthStoreError', code: 'unreadable', message });
});

test.runIf(process.platform === 'linux')('a package that cannot be told which store to take is refused', async () => {
  const getPassword = vi.fn(async () => null);
  const old = async () =>
    ({
      AsyncEntry: function AsyncEntry() {
        return { getPassword };
      },
    }) as unknown as Awaited<ReturnType<Load>>;
  await expect(systemKeyring('s', old).get('a')).rejects.toThrow('npm install @napi-rs/keyring@2');
  expect(getPassword).not.toHaveBeenCalled();
});

test('absent is undefined, and a refusal is not', async () => {
  const absent = systemKeyring('s', packageOf({ getPassword: async () => null }));
  expect(await absent.get('a')).toBeUndefined();
  const refusal = Object.assign(new Error('locked: access_token=canary-1'), { request: 'canary-2' });
  const locked = systemKeyring('s', packageOf({ getPassword: () => Promise.reject(refusal) }));
  const error = await locked.get('a').catch((reason: unknown) => reason);
  expect(String(error)).toMatch(/locked.*Unlock the keychain, or use fileAuthStore\(\)/);
  expect(inspect(error, { depth: 9 })).not.toContain('canary');
});

const NO_REPLY = 'Platform failure: D-Bus error: Did not receive a reply. Possible causes include: a timeout';

test('a keychain that is slow to reply is asked again: reading, writing and deleting', async () => {
  vi.useFakeTimers();
  const slow = <T>(answer: T) => vi.fn(async () => answer).mockRejectedValueOnce(new Error(NO_REPLY));
  const entry = { getPassword: slow('text'), setPassword: slow(undefined), deleteCredential: slow(true) };
  const keyring = systemKeyring('s', packageOf(entry));
  const answers = Promise.all([keyring.get('a'), keyring.set('a', 'text'), keyring.delete('a')]);
  await vi.advanceTimersByTimeAsync(250);
  expect(await answers).toEqual(['text', undefined, undefined]);
  for (const asked of Object.values(entry)) expect(asked).toHaveBeenCalledTimes(2);
  expect(entry.setPassword.mock.calls).toEqual([['text'], ['text']]);
});

test('a keychain that never replies is given up after a minute, and is not called locked', async () => {
  vi.useFakeTimers();
  const getPassword = vi.fn(() => Promise.reject(new Error(NO_REPLY)));
  const error = systemKeyring('s', packageOf({ getPassword }))
    .get('a')
    .catch((reason: unknown) => String(reason));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await error).toMatch(/no answer for 60 s.*does not reply.*Try again/);
  expect(await error).not.toMatch(/unlock/i);
  const asked = getPassword.mock.calls.length;
  expect(asked).toBeGreaterThan(200);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(getPassword).toHaveBeenCalledTimes(asked);
});

test('a keychain that refuses is asked once', async () => {
  const getPassword = vi.fn(() => Promise.reject(new Error('locked')));
  await expect(systemKeyring('s', packageOf({ getPassword })).get('a')).rejects.toThrow(/Unlock the keychain/);
  expect(getPassword).toHaveBeenCalledOnce();
});

test('a keychain that asks somebody who is not there is given up after a minute', async () => {
  vi.useFakeTimers();
  const silent = systemKeyring('s', packageOf({ setPassword: () => new Promise<never>(() => {}) }));
  const told = expect(silent.set('a', 'text')).rejects.toThrow(/no answer for 60 s.*Unlock the keychain/);
  await vi.advanceTimersByTimeAsync(60_000);
  await told;
});
