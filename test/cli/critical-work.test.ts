import { describe, expect, it } from 'vitest';
import { CriticalWork } from '../../src/cli/critical-work';
import type { OAuthCredentials } from '../../src/shared/credentials';
import type { AuthStore } from '../../src/stores/auth-store';
import { memoryAuthStore } from '../../src/stores/memory-store';

const OLD: OAuthCredentials = { accessToken: 'old', refreshToken: 'old' };
const NEW: OAuthCredentials = { accessToken: 'new', refreshToken: 'new' };

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

function setUp(inner: AuthStore = memoryAuthStore({ default: OLD }), nextTryMs?: number) {
  const critical = new CriticalWork(nextTryMs);
  const store = critical.watch(inner);
  let told = 0;
  return { critical, store, tell: () => void told++, told: () => told };
}

describe('what was begun', () => {
  it('is waited for, and said once', async () => {
    const { critical, store, tell, told } = setUp();
    const { opened, open } = gate();
    const updated = store.update('default', async () => {
      await opened;
      return NEW;
    });
    expect(critical.hasBegun).toBe(false);
    await expect.poll(() => critical.hasBegun).toBe(true);
    const order: string[] = [];
    const finished = critical.finish(tell).then(() => order.push('finished'));
    setImmediate(() => {
      order.push('opened');
      open();
    });
    await finished;
    expect([order, told()]).toEqual([['opened', 'finished'], 1]);
    expect((await updated)?.accessToken).toBe('new');
  });

  it('is not waited for longer than the limit', async () => {
    const { critical, store, tell, told } = setUp();
    void store.update('default', () => new Promise(() => {}));
    await expect.poll(() => critical.hasBegun).toBe(true);
    await critical.finish(tell, 1);
    expect(told()).toBe(1);
  });

  it('goes on between two tries to store what exists nowhere else', async () => {
    const inner = memoryAuthStore({ default: OLD });
    let failures = 1;
    const update: AuthStore['update'] = (profile, change) =>
      inner.update(profile, async (current) => {
        const next = await change(current);
        if (failures-- > 0) throw new Error('disk full');
        return next;
      });
    const { critical, store, tell, told } = setUp({ ...inner, update });
    await expect(store.update('default', async () => NEW)).rejects.toThrow('disk full');
    const finished = critical.finish(tell);
    expect(told()).toBe(1);
    await store.update('default', async () => NEW);
    await finished;
    expect((await inner.read('default'))?.accessToken).toBe('new');
  });

  it('is over when there is no other try', async () => {
    const inner = memoryAuthStore({ default: OLD });
    const update: AuthStore['update'] = async (profile, change) => {
      await inner.update(profile, change);
      throw new Error('disk full');
    };
    const { critical, store, tell, told } = setUp({ ...inner, update }, 1);
    await expect(store.update('default', async () => NEW)).rejects.toThrow('disk full');
    await critical.finish(tell);
    expect([critical.hasBegun, told()]).toEqual([true, 1]);
  });
});

it('does not wait for a lock of others, and lets nothing begin once it is gone', async () => {
  const inner = memoryAuthStore({ default: OLD });
  const { opened, open } = gate();
  const theirs = inner.update('default', async (current) => {
    await opened;
    return current;
  });
  const { critical, store, tell, told } = setUp(inner);
  let asked = 0;
  const ours = store.update('default', async () => {
    asked++;
    return NEW;
  });
  await critical.finish(tell);
  expect([critical.hasBegun, told()]).toEqual([false, 0]);
  open();
  await theirs;
  await expect(ours).rejects.toThrow('about to end');
  expect([asked, (await inner.read('default'))?.accessToken]).toEqual([0, 'old']);
});

it('knows of a change that changed nothing', async () => {
  const { critical, store } = setUp();
  await store.update('default', async (current) => current);
  expect(critical.hasBegun).toBe(false);
  await store.update('default', async () => NEW);
  expect(critical.hasBegun).toBe(true);
});

it('hands on what a store says of itself', async () => {
  const critical = new CriticalWork();
  const inner: AuthStore = { ...memoryAuthStore(), readonly: true, describe: async () => ({ location: 'here' }) };
  const store = critical.watch(inner);
  expect([store.readonly, await store.describe?.('default'), await store.profiles()]).toEqual([
    true,
    { location: 'here' },
    [],
  ]);
  expect(critical.watch(memoryAuthStore())).not.toHaveProperty('readonly');
});
