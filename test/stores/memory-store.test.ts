import { afterEach, expect, test, vi } from 'vitest';
import { memoryAuthStore } from '../../src/stores/memory-store';

afterEach(() => {
  vi.useRealTimers();
});

test('a change that updates its own profile is told so after a minute, and the store stays in use', async () => {
  vi.useFakeTimers();
  const store = memoryAuthStore();
  const login = { accessToken: 'a' };
  const nested = store.update('default', async () => {
    await store.update('other', async () => login);
    return store.update('default', async () => login);
  });
  const told = expect(nested).rejects.toMatchObject({
    code: 'lock_timeout',
    message: expect.stringContaining('must not update its own profile'),
  });
  await vi.advanceTimersByTimeAsync(60_000);
  await told;
  await store.update('default', async () => login);
  expect(await store.profiles()).toEqual(['other', 'default']);
});

test('says that logins are in memory', async () => {
  expect(await memoryAuthStore().describe?.('default')).toEqual({ location: 'memory of this process' });
});
