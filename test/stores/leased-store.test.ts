import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { inspect } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import type { AuthStore } from '../../src/stores/auth-store';
import { leasedStore } from '../../src/stores/leased-store';
import { refuseOwnChange, runChange } from '../../src/stores/node/own-change';
import { decodeProfile, encodeProfile } from '../../src/stores/profile-key';
import { authStoreContract } from '../../src/testing/auth-store-contract';
import { leaseMemory } from './lease-memory';

const SECOND = 1_000;
const LOST = new Error('the connection was lost');
const login = (name: string) => ({ accessToken: `access-${name}`, refreshToken: `refresh-${name}` });
const lost = { code: 'lock_lost', message: expect.stringContaining('is not from this change') };

let memory: ReturnType<typeof leaseMemory>;
let store: AuthStore;
beforeEach(() => {
  memory = leaseMemory();
  store = memory.open();
});

const until = <T>(work: Promise<T>) => memory.time.until(work);
const stored = () => JSON.parse(memory.row('default')?.record ?? 'null');
const signal = () => {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { give, given };
};

/** An update that runs until it is told to end. */
function longUpdate(of: AuthStore, name: string, profile = 'default') {
  const begun = signal();
  const end = signal();
  const update = of.update(profile, async () => {
    begun.give();
    await end.given;
    return login(name);
  });
  update.catch(() => {});
  return { begun: begun.given, end: end.give, update };
}

describe('the contract', () => {
  const createUnwritable = {
    'the server refuses': async () => {
      const { database } = leaseMemory();
      return leasedStore({ ...database, acquire: () => Promise.reject(new Error('READONLY')) });
    },
    'the server does not answer': async () => {
      const { database } = leaseMemory();
      return leasedStore({ ...database, acquire: () => new Promise(() => {}) }, { times: { statementMs: 20 } });
    },
  };
  const create = async () => leasedStore(leaseMemory().database);
  for (const { name, run } of authStoreContract(create, { createUnwritable })) test(name, run);
});

describe('excluding others', () => {
  test('calls of one store queue up, and do not ask the server in vain', async () => {
    await until(Promise.all(Array.from({ length: 10 }, () => store.update('default', async () => login('a')))));
    expect(memory.count('acquire')).toBe(10);
    expect(memory.time.sleeping()).toBe(0);
  });

  test('other stores wait until the lease is given back', async () => {
    const first = longUpdate(store, 'a');
    await first.begun;
    const second = memory.open().update('default', async (current) => ({ ...current, ...login('b') }));
    await memory.time.pass(10 * SECOND);
    expect(stored()).toBeNull();
    first.end();
    await until(Promise.all([first.update, second]));
    expect(stored()).toEqual(login('b'));
  });

  test('profiles do not wait for each other', async () => {
    const first = longUpdate(store, 'a');
    await first.begun;
    await until(memory.open().update('other', async () => login('b')));
    await until(store.update('third', async () => login('c')));
    first.end();
    await until(first.update);
    expect(await until(store.profiles())).toEqual(['default', 'other', 'third']);
  });

  test('a holder keeps the lease by its heartbeat; those who wait for it give up after 60 s', async () => {
    const first = longUpdate(store, 'a');
    await first.begun;
    const second = memory.open().update('default', async () => login('b'));
    await expect(until(second)).rejects.toMatchObject({
      code: 'lock_timeout',
      message: expect.stringContaining('profile "default" of the memory'),
    });
    expect(memory.time.now()).toBeGreaterThan(59 * SECOND);
    expect(memory.time.now()).toBeLessThan(62 * SECOND);
    await memory.time.pass(300 * SECOND);
    first.end();
    await until(first.update);
    expect(stored()).toEqual(login('a'));
  });

  test('so do calls of the same store, after 120 s', async () => {
    const first = longUpdate(store, 'a');
    await first.begun;
    await expect(until(store.update('default', async () => login('b')))).rejects.toMatchObject({
      code: 'lock_timeout',
      message: expect.stringContaining('120 s'),
    });
    first.end();
    await until(first.update);
    expect(memory.count('acquire')).toBe(1);
  });

  test('an update from within a change of the same profile is refused, one of another profile is not', async () => {
    store = memory.open({}, { run: runChange, refuse: refuseOwnChange });
    let inner: unknown;
    await until(
      store.update('default', async () => {
        await store.update('other', async () => login('b'));
        inner = await store.update('default', async () => login('c')).catch((error) => error);
        return login('a');
      }),
    );
    expect(inner).toMatchObject({ code: 'lock_timeout', message: expect.stringContaining('within a change of it') });
    expect(stored()).toEqual(login('a'));
  });

  test('after an update nothing is left: no lease, no heartbeat, no timer', async () => {
    await until(store.update('default', async () => login('a')));
    await expect(
      until(
        store.update('default', async () => {
          throw new Error('changed my mind');
        }),
      ),
    ).rejects.toThrow('changed my mind');
    expect(memory.row('default')?.owner).toBe('');
    expect(memory.time.sleeping()).toBe(0);
    expect(memory.count('renew')).toBe(0);
  });

  test('a lease that cannot be given back runs out', async () => {
    memory.trouble('release', 'hang');
    await until(store.update('default', async () => login('a')));
    expect(await until(memory.open().update('default', async () => login('b')))).toEqual(login('b'));
  });
});

describe('a holder that died', () => {
  test('is succeeded once its lease has run out and it has missed a heartbeat, within 60 s', async () => {
    await memory.die('default');
    await until(store.update('default', async () => login('a')));
    expect(memory.time.now()).toBeGreaterThan(50 * SECOND);
    expect(memory.time.now()).toBeLessThan(60 * SECOND);
    expect(stored()).toEqual(login('a'));
  });

  test('is succeeded by one call of a store, and that by the next one, however long it takes', async () => {
    await memory.die('default');
    const change = async () => {
      await memory.time.runtime.sleep(30 * SECOND);
      return login('a');
    };
    const second = store.update('default', change).then(() => store.read('default'));
    await until(Promise.all([second, store.update('default', async (current) => ({ ...current, ...login('b') }))]));
    expect(memory.time.now()).toBeGreaterThan(80 * SECOND);
    expect(stored()).toEqual(login('b'));
  });

  test('is succeeded in time when the clock of the server was set back since', async () => {
    await memory.time.pass(7_200 * SECOND);
    await memory.die('default');
    memory.setClockBack(3_600 * SECOND);
    const startedAt = memory.time.now();
    await until(store.update('default', async () => login('a')));
    expect(memory.time.now() - startedAt).toBeLessThan(60 * SECOND);
    expect(stored()).toEqual(login('a'));
  });

  test('and one that lives is not, when the clock of the server is set back', async () => {
    await memory.time.pass(7_200 * SECOND);
    const first = longUpdate(store, 'a');
    await first.begun;
    memory.setClockBack(3_600 * SECOND);
    const second = memory.open().update('default', async () => login('b'));
    await expect(until(second)).rejects.toMatchObject({ code: 'lock_timeout' });
    first.end();
    expect(await until(first.update)).toEqual(login('a'));
  });

  test('is succeeded by one of many who wait', async () => {
    await memory.die('default');
    let inside = 0;
    const change = async () => {
      inside += 1;
      expect(inside).toBe(1);
      await memory.time.runtime.sleep(SECOND);
      inside -= 1;
      return login('a');
    };
    await until(Promise.all(Array.from({ length: 5 }, () => memory.open().update('default', change))));
    expect(memory.count('write')).toBe(5);
  });

  test('but was only cut off from the server: it gets the time for a heartbeat', async () => {
    const first = longUpdate(store, 'a');
    await first.begun;
    memory.trouble('renew', ...Array.from({ length: 9 }, () => LOST)); // the lease runs out at 45 s, the tenth beat is at 50 s
    const second = memory.open().update('default', async () => login('b'));
    await expect(until(second)).rejects.toMatchObject({ code: 'lock_timeout' });
    first.end();
    expect(await until(first.update)).toEqual(login('a'));
  });
});

describe('a holder that comes back late', () => {
  /** A holder whose signs of life do not come through, like one that stands still. */
  async function pausedHolder() {
    const first = longUpdate(store, 'a');
    await first.begun;
    memory.trouble('renew', ...Array.from({ length: 100 }, () => LOST));
    return first;
  }

  test('cannot overwrite what its successor wrote', async () => {
    const first = await pausedHolder();
    await until(memory.open().update('default', async () => login('newer')));
    first.end();
    await expect(until(first.update)).rejects.toMatchObject(lost);
    expect(stored()).toEqual(login('newer'));
  });

  test('nor what its successor is about to write, nor take the lease from it', async () => {
    const first = await pausedHolder();
    const second = longUpdate(memory.open(), 'newer');
    await until(second.begun);
    memory.trouble('renew');
    first.end();
    await expect(until(first.update)).rejects.toMatchObject(lost);
    expect(stored()).toBeNull();
    expect(memory.row('default')?.owner).not.toBe('');
    second.end();
    await until(second.update);
    expect(stored()).toEqual(login('newer'));
  });

  test('nor bring back what its successor deleted', async () => {
    const first = await pausedHolder();
    await until(memory.open().update('default', async () => undefined));
    first.end();
    await expect(until(first.update)).rejects.toMatchObject(lost);
    expect(stored()).toBeNull();
  });

  test('writes, when its lease has run out and nobody has come', async () => {
    const first = await pausedHolder();
    await memory.time.pass(200 * SECOND);
    first.end();
    await until(first.update);
    expect(stored()).toEqual(login('a'));
  });

  test('stops its heartbeat when it learns that it lost', async () => {
    const first = await pausedHolder();
    await until(memory.open().update('default', async () => login('newer')));
    memory.trouble('renew');
    await memory.time.pass(10 * SECOND);
    const beats = memory.count('renew');
    await memory.time.pass(60 * SECOND);
    expect(memory.count('renew')).toBe(beats);
    first.end();
    await expect(until(first.update)).rejects.toMatchObject(lost);
  });
});

describe('a server that was set back while a change ran', () => {
  test.each(['to before the lease', 'to nothing'])('%s, stores the outcome', async (point) => {
    const empty = memory.snapshot();
    await until(store.update('default', async () => login('old')));
    const restore = point === 'to nothing' ? empty : memory.snapshot();
    const first = longUpdate(store, 'a');
    await first.begun;
    restore();
    first.end();
    await until(first.update);
    expect(stored()).toEqual(login('a'));
  });

  test('excludes others again from the next heartbeat on', async () => {
    const restore = memory.snapshot();
    const first = longUpdate(store, 'a');
    await first.begun;
    restore();
    await memory.time.pass(6 * SECOND);
    await expect(until(memory.open().update('default', async () => login('b')))).rejects.toMatchObject({
      code: 'lock_timeout',
    });
    first.end();
    await until(first.update);
    expect(stored()).toEqual(login('a'));
  });

  test('and somebody has come since: it keeps what they wrote', async () => {
    const restore = memory.snapshot();
    for (const name of ['b', 'c']) await until(store.update('default', async () => login(name)));
    const first = longUpdate(store, 'a');
    await first.begun;
    restore(); // three changes back, so that counting alone would give the next one a lower number
    await memory.time.pass(SECOND);
    await until(memory.open().update('default', async () => login('newer')));
    first.end();
    await expect(until(first.update)).rejects.toMatchObject(lost);
    expect(stored()).toEqual(login('newer'));
  });
});

describe('a server that another one stood in for, with a clock behind, while a change ran', () => {
  /** The first has the lease; the second server knows nothing of that. */
  async function standIn() {
    await memory.time.pass(100 * SECOND);
    await until(store.update('default', async () => login('old')));
    await memory.time.pass(100 * SECOND);
    const restore = memory.snapshot();
    const first = longUpdate(store, 'a');
    await until(first.begun);
    restore();
    memory.setClockBack(10 * SECOND);
    return first;
  }

  test('and nobody has come since: it stores the outcome', async () => {
    const first = await standIn();
    first.end();
    await until(first.update);
    expect(stored()).toEqual(login('a'));
  });

  test('and somebody has come since: it keeps what they wrote', async () => {
    const first = await standIn();
    await until(memory.open().update('default', async () => login('newer')));
    first.end();
    await expect(until(first.update)).rejects.toMatchObject(lost);
    expect(stored()).toEqual(login('newer'));
  });

  test('so it does when the answer to who took the lease was lost', async () => {
    memory.trouble('acquire', undefined, 'lost answer');
    const first = await standIn();
    await until(memory.open().update('default', async () => login('newer')));
    first.end();
    await expect(until(first.update)).rejects.toMatchObject(lost);
    expect(stored()).toEqual(login('newer'));
  });
});

describe('a server with troubles', () => {
  test('before the change: a short one is bridged', async () => {
    memory.trouble('acquire', LOST, LOST);
    await until(store.update('default', async () => login('a')));
    expect(stored()).toEqual(login('a'));
  });

  test('before the change: the answer was lost, and the lease taken is not waited for', async () => {
    memory.trouble('acquire', 'lost answer');
    await until(store.update('default', async () => login('a')));
    expect(memory.time.now()).toBeLessThan(SECOND);
  });

  test('before the change: a lease whose answers were all lost is given back', async () => {
    memory.trouble('acquire', 'lost answer', 'lost answer', 'lost answer');
    await expect(until(store.update('default', async () => login('a')))).rejects.toMatchObject({ code: 'unwritable' });
    expect(memory.row('default')).toMatchObject({ owner: '', fence: expect.any(Number) });
    await until(memory.open().update('default', async () => login('b')));
    expect(memory.time.now()).toBeLessThan(5 * SECOND);
  });

  test('while the change runs: a late copy of our own taking the lease does not cost the outcome', async () => {
    memory.trouble('acquire', 'late');
    const first = longUpdate(store, 'a');
    await until(first.begun);
    memory.answerLate();
    expect(memory.row('default')?.owner).not.toBe('');
    first.end();
    await until(first.update);
    expect(stored()).toEqual(login('a'));
  });

  test('before the change: a lease that comes too late is given back', async () => {
    memory.trouble('acquire', 'hang');
    await expect(until(store.update('default', async () => login('a')))).rejects.toMatchObject({ code: 'unwritable' });
    expect(memory.count('acquire')).toBe(1);
    memory.answerLate();
    await memory.time.pass(0);
    expect(memory.row('default')).toMatchObject({ owner: '', fence: expect.any(Number) });
  });

  test('after the change: its outcome is written until it is stored, while the lease is renewed', async () => {
    memory.trouble('write', ...Array.from({ length: 100 }, () => LOST));
    let runs = 0;
    await until(store.update('default', async () => login(`${++runs}`)));
    expect(stored()).toEqual(login('1'));
    expect(memory.count('write')).toBe(101);
    expect(memory.count('renew')).toBeGreaterThan(2);
  });

  test('after the change: a write that hangs is sent again, and does no harm when it comes late', async () => {
    memory.trouble('write', 'hang', 'lost answer');
    await until(store.update('default', async () => login('a')));
    expect(stored()).toEqual(login('a'));
    await until(memory.open().update('default', async () => login('b')));
    memory.answerLate();
    await memory.time.pass(SECOND);
    expect(stored()).toEqual(login('b'));
    expect(memory.row('default')?.owner).toBe('');
  });

  test('after the change: the failure is told once a minute is over, and the store goes on working', async () => {
    memory.trouble('write', ...Array.from({ length: 2_000 }, () => LOST));
    await expect(until(store.update('default', async () => login('a')))).rejects.toMatchObject({ code: 'unwritable' });
    expect(memory.time.now()).toBeGreaterThanOrEqual(60 * SECOND);
    expect(stored()).toBeNull();
    memory.trouble('write');
    await until(store.update('default', async () => login('b')));
    expect(stored()).toEqual(login('b'));
  });

  test('reading: a short one is bridged, a long one is an error and not an absent login', async () => {
    memory.trouble('read', LOST, LOST, LOST, LOST);
    await expect(until(store.read('default'))).rejects.toMatchObject({ code: 'unreadable' });
    expect(await until(store.read('default'))).toBeUndefined();
    memory.trouble('profiles', 'hang');
    await expect(until(store.profiles())).rejects.toMatchObject({ code: 'unreadable' });
  });

  test('reading: an answer that came while nothing could run counts', async () => {
    const read = () => stat(tmpdir()).then(() => JSON.stringify(login('a')));
    const blocked = leasedStore({ ...memory.database, read }, { times: { statementMs: 20 } }).read('default');
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300));
    expect(await blocked).toEqual(login('a'));
  });

  test('what a driver throws is kept without the commands and passwords in it', async () => {
    const secret = 'rt_CANARY1234567890';
    const words = `redis://user:CANARY@host refused {"refreshToken":"${secret}"}`;
    const thrown = () => Object.assign(new Error(words), { code: 'E1', command: { args: [secret] }, detail: secret });
    memory.trouble('acquire', ...Array.from({ length: 3 }, thrown));
    const error = await until(store.update('default', async () => login('a'))).catch((reason: unknown) => reason);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('CANARY');
    expect(error).toMatchObject({ code: 'unwritable', cause: { code: 'E1' } });
    expect((error as Error).message).toContain('refused');
  });
});

describe('a record that is no login', () => {
  test.each(['{"refreshToken":"r', 'null', '[]', '{"accessToken":1}'])(
    'is set aside by an update: %s',
    async (record) => {
      memory.put('default', { record });
      const corrupt = { code: 'corrupt', message: expect.stringContaining('profile "default" of the memory') };
      await expect(until(store.read('default'))).rejects.toMatchObject(corrupt);
      let ran = false;
      const change = async () => {
        ran = true;
        return login('a');
      };
      await expect(until(store.update('default', change))).rejects.toMatchObject(corrupt);
      expect(ran).toBe(false);
      expect(memory.row('default')).toMatchObject({ aside: record, record: undefined, owner: '' });
      await until(store.update('default', change));
      expect(stored()).toEqual(login('a'));
    },
  );
});

test('of several damaged records each is kept, also when the server has done so and its answer was lost', async () => {
  for (const record of ['{"first', '{"second']) {
    memory.put('default', { ...memory.row('default'), record });
    memory.trouble('setAside', 'lost answer');
    await expect(until(store.update('default', async () => login('a')))).rejects.toMatchObject({ code: 'corrupt' });
  }
  expect(memory.row('default')).toMatchObject({ aside: '{"first\n{"second', record: undefined });
});

test('any text is the name of a profile', async () => {
  const names = ['', 'a\0b', '\\0000', '\0', '\ud800', '\udc00', '\udc00\ud800', '😀', 'a\\', '\\d800'];
  for (const name of names) await until(store.update(name, async () => login(name)));
  for (const name of names) expect(await until(store.read(name))).toEqual(login(name));
  expect((await until(store.profiles())).toSorted()).toEqual(names.toSorted());
  for (const name of names) {
    expect(encodeURIComponent(encodeProfile(name))).not.toContain('%00'); // which throws for half a pair
    expect(decodeProfile(encodeProfile(name))).toBe(name);
  }
  expect(encodeProfile('work/../tëam: 😀')).toBe('work/../tëam: 😀');
});
