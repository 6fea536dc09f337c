import type { Keyring } from '../../src/stores/node/keyring';

export interface MemoryKeyring extends Keyring {
  entries: Map<string, string>;
  /** From this many calls on, every call fails, as for a process that died. */
  dieAfter(calls: number, last?: 'undone' | 'done'): void;
  live(): void;
  calls: number;
}

/** A keychain whose entries hold `limit` characters, and whose caller can die at any call. */
export function memoryKeyring(limit = Number.MAX_SAFE_INTEGER): MemoryKeyring {
  const entries = new Map<string, string>();
  let diesAt = Number.POSITIVE_INFINITY;
  let lastIsDone = false;

  const call = async <T>(work: () => T): Promise<T> => {
    await Promise.resolve();
    keyring.calls += 1;
    if (keyring.calls < diesAt) return work();
    if (keyring.calls === diesAt && lastIsDone) work();
    throw new Error('dead');
  };

  const keyring: MemoryKeyring = {
    entries,
    calls: 0,
    get: (account) => call(() => entries.get(account)),
    set: (account, text) =>
      call(() => {
        if (text.length > limit || /[^\n\x20-\x7e]/.test(text)) throw new Error('the entry does not hold that');
        entries.set(account, text);
      }),
    delete: (account) =>
      call(() => {
        entries.delete(account);
      }),
    dieAfter(calls, last = 'undone') {
      diesAt = keyring.calls + calls;
      lastIsDone = last === 'done';
    },
    live() {
      diesAt = Number.POSITIVE_INFINITY;
    },
  };
  return keyring;
}
