import { expect, it } from 'vitest';
import { startCliWorld } from './cli-world';

it('asks once, with the new login, and does not renew that for it', async () => {
  const { run, browse, emulator, store, leaks } = await startCliWorld();
  await store.update('default', async () => emulator.login({ accountId: 'of-before' }));
  const { code, stdout } = await run(['login', '--json'], { openBrowser: async (url) => void (await browse(url)) });
  expect(code).toBe(0);
  expect(JSON.parse(stdout).modelOrder[0]).toMatchObject({ available: true });
  const login = await store.read('default');
  const asked = emulator.requests.filter(({ path }) => path.endsWith('/models'));
  expect(login?.accountId).not.toBe('of-before');
  expect(asked.map(({ headers }) => headers['chatgpt-account-id'])).toEqual([login?.accountId]);
  expect(emulator.requests.filter(({ path }) => path === '/oauth/token')).toHaveLength(1);
  expect(leaks()).toEqual([]);
});

it('has no answer, yet a login, when the backend refuses the new token', async () => {
  const { run, browse, runtime, emulator, store, leaks } = await startCliWorld();
  const { code, stdout } = await run(['login', '--json'], {
    openBrowser: async (url) => void (await browse(url)),
    fetch: async (input, init) =>
      String(input).includes('/models?')
        ? Response.json({ error: { code: 'token_invalidated' } }, { status: 401 })
        : runtime.fetch(input, init),
  });
  const [first, ...others] = JSON.parse(stdout).modelOrder;
  expect([code, first.available]).toEqual([0, null]);
  expect(first.note).toMatch(/^could not be asked: ./);
  expect(others.map(({ available }: { available: boolean }) => available)).toEqual([false, false]);
  expect(await store.read('default')).toMatchObject({ refreshToken: expect.any(String) });
  expect(emulator.requests.filter(({ path }) => path === '/oauth/token')).toHaveLength(1);
  expect(leaks()).toEqual([]);
});

it('leaves no list of models behind, which would be of whoever logged in', async () => {
  const { run, browse, emulator } = await startCliWorld({ models: ['gpt-5.5'] });
  await run(['login'], { openBrowser: async (url) => void (await browse(url)) });
  await run(['models']);
  expect(emulator.requests.filter(({ path }) => path.endsWith('/models'))).toHaveLength(2);
});
