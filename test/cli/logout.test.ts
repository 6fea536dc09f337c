import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { startCliWorld } from './cli-world';

it('deletes the login, has it revoked, and says both', async () => {
  const { run, store, emulator, path, sent, leaks } = await startCliWorld();
  const login = emulator.login();
  await store.update('default', async () => login);
  await store.update('work', async () => emulator.login());
  const { code, stdout } = await run(['logout']);
  expect(code).toBe(0);
  expect(stdout).toBe(
    `Deleted the login of user@example.com (plus). Its tokens were revoked.\nIt was stored in ${path}\n`,
  );
  expect(await store.profiles()).toEqual(['work']);
  expect(sent.map(({ path, params }) => [path, params.token])).toEqual([['/oauth/revoke', login.refreshToken]]);
  expect(leaks()).toEqual([]);
});

it('says so when nobody is logged in, with 0 and without a request', async () => {
  const { run, sent } = await startCliWorld();
  expect(await run(['logout', '--profile', 'work'])).toEqual({
    code: 0,
    stdout: 'Nobody is logged in as profile work.\n',
    stderr: '',
  });
  expect(sent).toEqual([]);
});

it.each<[string, Record<string, unknown>, number]>([
  ['the issuer fails', {}, 1],
  ['it was made by another program', { clientId: 'app_other' }, 0],
])('deletes a login and does not claim that it was revoked when %s', async (_name, more, requests) => {
  const { run, store, emulator, sent } = await startCliWorld();
  emulator.oauth.revokeReply({ status: 500 });
  await store.update('default', async () => ({ ...emulator.login(), ...more }));
  const { code, stdout } = await run(['logout']);
  expect(code).toBe(0);
  expect(stdout).toContain('Its tokens were not revoked');
  expect(sent).toHaveLength(requests);
  expect(await store.profiles()).toEqual([]);
});

it('does not touch the login of the Codex CLI, and says how to log out there', async () => {
  const { run, codexHome, emulator, sent } = await startCliWorld();
  const { accessToken, idToken, refreshToken } = emulator.login();
  const text = JSON.stringify({
    tokens: { access_token: accessToken, id_token: idToken, refresh_token: refreshToken },
  });
  const file = join(codexHome, 'auth.json');
  await writeFile(file, text, { mode: 0o600 });
  const { code, stdout, stderr } = await run(['logout']);
  expect([code, stdout, sent]).toEqual([1, '', []]);
  expect(stderr).toBe('This login belongs to the Codex CLI: log out with `codex logout`.\n');
  expect(await readFile(file, 'utf8')).toBe(text);
});

it('asks to unset CODEX_ACCESS_TOKEN, and leaves what is stored', async () => {
  const { run, store, emulator, sent } = await startCliWorld();
  const login = emulator.login();
  await store.update('default', async () => login);
  const { code, stdout, stderr } = await run(['logout'], { env: { CODEX_ACCESS_TOKEN: login.accessToken } });
  expect([code, stdout, sent]).toEqual([1, '', []]);
  expect(stderr).toContain('CODEX_ACCESS_TOKEN');
  expect(stderr).not.toContain(login.accessToken);
  expect(await store.profiles()).toEqual(['default']);
});

it('does not log in while CODEX_ACCESS_TOKEN is set, and sends nothing', async () => {
  const { run, emulator, sent } = await startCliWorld();
  vi.stubEnv('CODEX_ACCESS_TOKEN', emulator.login().accessToken);
  const { code, stderr } = await run(['login', '--device']);
  expect([code, sent]).toEqual([1, []]);
  expect(stderr).toMatch(/^error: .*CODEX_ACCESS_TOKEN/m);
});

it('leaves a file that it cannot read, with exit code 1', async () => {
  const { run, path, sent } = await startCliWorld();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '{ broken', { mode: 0o600 });
  const { code, stdout, stderr } = await run(['logout']);
  expect([code, stdout, sent]).toEqual([1, '', []]);
  expect(stderr).toContain(path);
});

it('ends on Ctrl-C although the issuer does not answer, and does not say that nothing was changed', async () => {
  const { run, store, emulator } = await startCliWorld();
  await store.update('default', async () => emulator.login());
  let interrupt = () => {};
  const { code, stdout, stderr } = await run(['logout'], {
    onStderr: (_, keys) => {
      interrupt = keys.interrupt;
    },
    fetch: () => {
      interrupt();
      return new Promise(() => {});
    },
  });
  expect([code, stdout]).toEqual([130, '']);
  expect(stderr).toMatch(/Cancelled, but what was under way may have been done; `ai-sdk-codex status` shows/);
});
