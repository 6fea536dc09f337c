import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { AuthStoreError } from '../shared/auth-store-error';
import type { OAuthCredentials } from '../shared/credentials';
import type { AuthStore } from '../stores/auth-store';

/** One promise of a store, to be handed to any test runner. */
export interface AuthStoreCheck {
  name: string;
  /** Rejects when the store does not keep the promise. */
  run: () => Promise<void>;
}

export interface AuthStoreContractOptions {
  /**
   * A store that cannot write, by whatever goes wrong in its world, or several, named by what went wrong. Without it that
   * promise is not checked.
   */
  createUnwritable?: CreateStore | Record<string, CreateStore>;
}

type CreateStore = () => Promise<AuthStore>;
type Check = (store: AuthStore) => Promise<void>;

/**
 * What every {@link AuthStore} promises, as a list of named checks, free of a test runner.
 *
 * @param create Called once a check; gives an empty store that shares nothing with the ones before.
 */
export function authStoreContract(
  create: CreateStore,
  { createUnwritable = {} }: AuthStoreContractOptions = {},
): AuthStoreCheck[] {
  const checks = Object.entries({ ...reading, ...changing, ...excluding }).map(([name, check]) => ({
    name,
    run: async () => check(await create()),
  }));
  return [...checks, ...unwritableChecks(createUnwritable)];
}

function unwritableChecks(createUnwritable: CreateStore | Record<string, CreateStore>): AuthStoreCheck[] {
  const name = 'rejects before it runs the change when it could not write';
  if (typeof createUnwritable === 'function') {
    return [{ name, run: async () => rejectsUnrun(await createUnwritable()) }];
  }
  return Object.entries(createUnwritable).map(([trouble, create]) => ({
    name: `${name}: ${trouble}`,
    run: async () => rejectsUnrun(await create()),
  }));
}

const reading: Record<string, Check> = {
  'is empty at first': async (store) => {
    assert.equal(await store.read('default'), undefined);
    assert.deepEqual(await store.profiles(), []);
  },
  'reads back what was stored, unknown fields and all': async (store) => {
    const stored = { ...login('a'), later: { field: [1, null, 'x'] } };
    assert.deepEqual(await store.update('default', async () => stored), stored);
    assert.deepEqual(await store.read('default'), stored);
    await store.update('default', async (current) => ({ ...must(current), planType: 'pro' }));
    assert.deepEqual(await store.read('default'), { ...stored, planType: 'pro' });
  },
  'keeps profiles of any name apart': async (store) => {
    const names = ['default', 'work/../home', '__proto__', 'constructor', 'tëam 😀', 'a:b'];
    assert.equal(await store.read('__proto__'), undefined);
    assert.equal(await store.read('constructor'), undefined);
    for (const name of names) await store.update(name, async () => login(name));
    for (const name of names) assert.deepEqual(await store.read(name), login(name));
    assert.deepEqual((await store.profiles()).toSorted(), names.toSorted());
  },
  'hands out copies': async (store) => {
    const given = login('a');
    const returned = must(await store.update('default', async () => given));
    given.accessToken = 'changed';
    returned.accessToken = 'changed';
    must(await store.read('default')).accessToken = 'changed';
    assert.deepEqual(await store.read('default'), login('a'));
  },
  'hands out records that print without their tokens': async (store) => {
    const returned = await store.update('default', async () => login('a'));
    for (const record of [returned, await store.read('default')]) {
      assert.doesNotMatch(inspect(record, { depth: 9 }), /-token-/);
      assert.match(JSON.stringify(record), /access-token-a/);
    }
  },
};

const changing: Record<string, Check> = {
  'gives the change what is stored now': async (store) => {
    const seen: unknown[] = [];
    const see = (next: OAuthCredentials | undefined) => async (current: OAuthCredentials | undefined) => {
      seen.push(current?.accessToken);
      return next;
    };
    await store.update('default', see(login('a')));
    await store.update('default', see(login('b')));
    await store.update('default', see(undefined));
    await store.update('default', see(undefined));
    assert.deepEqual(seen, [undefined, 'access-token-a', 'access-token-b', undefined]);
  },
  'writes nothing when the change returns its argument': async (store) => {
    await store.update('default', async () => login('a'));
    await store.update('default', async (current) => {
      must(current).accessToken = 'changed in place';
      return current;
    });
    assert.deepEqual(await store.read('default'), login('a'));
  },
  'deletes the record when the change returns undefined': async (store) => {
    await store.update('default', async () => login('a'));
    await store.update('other', async () => login('b'));
    assert.equal(await store.update('default', async () => undefined), undefined);
    assert.equal(await store.read('default'), undefined);
    assert.deepEqual(await store.profiles(), ['other']);
  },
  'writes nothing when the change fails, passes its error on, and goes on working': async (store) => {
    await store.update('default', async () => login('a'));
    const failure = new Error('the change failed');
    const failing = store.update('default', async () => {
      throw failure;
    });
    await assert.rejects(failing, (error) => error === failure);
    assert.deepEqual(await store.read('default'), login('a'));
    await store.update('default', async () => login('b'));
    assert.deepEqual(await store.read('default'), login('b'));
  },
  'refuses a record without an access token, and keeps the old one': async (store) => {
    await store.update('default', async () => login('a'));
    const broken = { refreshToken: 'refresh-token-b' } as unknown as OAuthCredentials;
    await assert.rejects(
      store.update('default', async () => broken),
      (error) => AuthStoreError.isInstance(error) && !inspect(error).includes('-token-'),
    );
    assert.deepEqual(await store.read('default'), login('a'));
  },
};

const excluding: Record<string, Check> = {
  'runs one change of a profile at a time': async (store) => {
    let inside = 0;
    let most = 0;
    const count = async (current: OAuthCredentials | undefined) => {
      inside += 1;
      most = Math.max(most, inside);
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
      return { ...login('a'), lastRefreshAt: (current?.lastRefreshAt ?? 0) + 1 };
    };
    await Promise.all(Array.from({ length: 20 }, () => store.update('default', count)));
    assert.equal(most, 1);
    assert.equal((await store.read('default'))?.lastRefreshAt, 20);
  },
  'loses no change of another profile': async (store) => {
    const names = Array.from({ length: 10 }, (_, index) => `profile-${index}`);
    await Promise.all(names.map((name) => store.update(name, async () => login(name))));
    assert.deepEqual((await store.profiles()).toSorted(), names.toSorted());
  },
  'can be read during a change, and then gives the old record': async (store) => {
    await store.update('default', async () => login('a'));
    await store.update('default', async () => {
      assert.deepEqual(await store.read('default'), login('a'));
      return login('b');
    });
    assert.deepEqual(await store.read('default'), login('b'));
  },
};

async function rejectsUnrun(store: AuthStore): Promise<void> {
  let ran = false;
  const update = store.update('default', async () => {
    ran = true;
    return login('a');
  });
  await assert.rejects(update, (error) => AuthStoreError.isInstance(error) && error.code === 'unwritable');
  assert.equal(ran, false);
}

function login(name: string): OAuthCredentials {
  return { accessToken: `access-token-${name}`, refreshToken: `refresh-token-${name}`, idToken: `id-token-${name}` };
}

function must<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}
