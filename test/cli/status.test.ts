import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { grantFingerprint } from '../../src/auth/fingerprint';
import { hasAnsi, startCliWorld } from './cli-world';

const DAY = 86_400_000;

it('shows who is logged in, until when, how the last refresh went, and where that is stored; asks nobody', async () => {
  const { run, store, emulator, path, now, leaks, secrets } = await startCliWorld();
  const login = { ...emulator.login({ expiresInMs: 9 * DAY }), lastRefreshAt: now() - 2 * 3_600_000 };
  secrets.add(login.accessToken).add(login.refreshToken ?? '');
  await store.update('default', async () => login);
  await store.update('work', async () => emulator.login({ email: 'work@example.com' }));
  const { code, stdout, stderr } = await run(['status']);
  expect([code, stderr]).toEqual([0, '']);
  const lines = stdout.split('\n');
  expect(lines[0]).toBe('Logged in as user@example.com (plus)');
  expect(lines[1]).toBe('  profile       default');
  expect(lines[2]).toBe('  account       00000000-0000-4000-8000-000000000001');
  expect(lines[3]).toMatch(/^ {2}token {9}until \d+ \w{3,4} \d{4}, \d\d:\d\d \(in 9 days\), renewed by itself$/);
  expect(lines[4]).toMatch(/^ {2}last refresh {2}\d+ \w{3,4} \d{4}, \d\d:\d\d \(2 hours ago\), succeeded$/);
  expect(lines[5]).toBe(`  stored in     ${path}`);
  expect(lines.slice(6)).toEqual(['', 'Other profiles: work', '']);
  expect(emulator.requests).toEqual([]);
  expect(hasAnsi(stdout)).toBe(false);
  expect(leaks()).toEqual([]);
});

it('prints the status and the names of the profiles as one JSON object', async () => {
  const { run, store, emulator, path } = await startCliWorld();
  await store.update('default', async () => emulator.login());
  await store.update('work', async () => emulator.login({ email: 'work@example.com' }));
  const { code, stdout, stderr } = await run(['status', '--json']);
  expect([code, stderr]).toEqual([0, '']);
  const status = JSON.parse(stdout);
  expect(status).toMatchObject({ state: 'logged_in', renewable: true, location: path, profiles: ['default', 'work'] });
  expect(JSON.stringify(status)).not.toMatch(/accessToken|refreshToken|eyJ/);
  const all = JSON.parse((await run(['status', '--json', '--all'])).stdout);
  expect(all.others).toMatchObject([{ profile: 'work', email: 'work@example.com' }]);
});

it('shows every profile with --all', async () => {
  const { run, store, emulator } = await startCliWorld();
  for (const name of ['home', 'work']) {
    await store.update(name, async () => emulator.login({ email: `${name}@example.com` }));
  }
  const { code, stdout } = await run(['status', '--profile', 'work', '--all']);
  expect(code).toBe(0);
  expect(stdout.match(/^Logged in as .*$/gm)).toEqual([
    'Logged in as work@example.com (plus)',
    'Logged in as home@example.com (plus)',
  ]);
});

it('ends with 1 and the command to log in when nobody is logged in', async () => {
  const { run } = await startCliWorld();
  const { code, stdout, stderr } = await run(['status', '--profile', 'work']);
  expect([code, stderr]).toEqual([1, '']);
  expect(stdout).toBe('Nobody is logged in as profile "work". Log in with `npx ai-sdk-codex login --profile work`.\n');
  const json = await run(['status', '--json']);
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({ state: 'not_logged_in', profiles: [] });
});

it('ends with 1 when a new login is needed, and says why', async () => {
  const { run, store, emulator, runtime, now } = await startCliWorld();
  const login = emulator.login({ expiresInMs: -1000 });
  const { issuer = '', clientId = '', refreshToken = '' } = login;
  const fingerprint = await grantFingerprint({ issuer, clientId, refreshToken }, runtime);
  const refreshFailure = { fingerprint, code: 'refresh_token_reused', at: now() - 60_000, permanent: true };
  await store.update('default', async () => ({ ...login, refreshFailure }));
  const { code, stdout } = await run(['status']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^The login of user@example.com \(plus\) is over\n/);
  expect(stdout).toMatch(/^ {2}last refresh {2}.* \(1 minute ago\), failed \(refresh_token_reused\)$/m);
  expect(stdout).toMatch(/Another program, .* Log in with `npx ai-sdk-codex login`\.$/m);
  expect(stdout).not.toContain('loginWithBrowser');
});

it('ends with 1 for a file that cannot be read, and leaves it as it is', async () => {
  const { run, path } = await startCliWorld();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '{ broken', { mode: 0o600 });
  const { code, stdout } = await run(['status']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^The login of profile default cannot be read\n/);
  expect(stdout).toContain(path);
  expect(await readFile(path, 'utf8')).toBe('{ broken');
});

it('names the Codex CLI and the environment when the login is theirs', async () => {
  const { run, codexHome, emulator } = await startCliWorld();
  const { accessToken, idToken, refreshToken } = emulator.login({ email: 'cli@example.com' });
  const tokens = { access_token: accessToken, id_token: idToken, refresh_token: refreshToken };
  await writeFile(join(codexHome, 'auth.json'), JSON.stringify({ auth_mode: 'chatgpt', tokens }), { mode: 0o600 });
  const cli = await run(['status']);
  expect(cli.code).toBe(0);
  expect(cli.stdout).toContain('Logged in as cli@example.com (plus)\n');
  expect(cli.stdout).toContain(join(codexHome, 'auth.json'));
  expect(cli.stdout).toContain('cannot be renewed here');
  vi.stubEnv('CODEX_ACCESS_TOKEN', accessToken);
  const environment = await run(['status']);
  expect(environment.stdout).toContain('the environment variable CODEX_ACCESS_TOKEN');
  expect(emulator.requests).toEqual([]);
});

it('has a form for narrow terminals', async () => {
  const { run, store, emulator } = await startCliWorld();
  await store.update('default', async () => emulator.login());
  const { stdout } = await run(['status'], { tty: ['stdout'], columns: 40, env: { NO_COLOR: '1' } });
  expect(stdout).toContain('\n  account\n    00000000-0000-4000-8000-000000000001\n');
  expect(hasAnsi(stdout)).toBe(false);
});

it.each<[string, Record<string, string>, boolean]>([
  ['with FORCE_COLOR', { FORCE_COLOR: '1' }, true],
  ['with NO_COLOR as well', { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
])('uses colours into a pipe only %s: %j', async (_name, env, isColoured) => {
  const { run, store, emulator } = await startCliWorld();
  await store.update('default', async () => emulator.login());
  expect(hasAnsi((await run(['status'], { env })).stdout)).toBe(isColoured);
});

it('tells of a refresh under way and of a login that is kept aside', async () => {
  const { run, store, emulator, now } = await startCliWorld();
  const refreshing = { fingerprint: '0123456789abcdef', startedAt: now() - 120_000 };
  const aside = emulator.login({ email: 'other@example.com', accountId: 'other' });
  await store.update('default', async () => ({ ...emulator.login(), refreshing, aside }));
  const { code, stdout } = await run(['status']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ {2}last refresh {2}under way since .* \(2 minutes ago\)$/m);
  expect(stdout).toContain('  kept aside    a login of other@example.com\n');
});

it('gives in JSON the advice for a command line', async () => {
  const { run } = await startCliWorld();
  const { stdout } = await run(['status', '--json', '--profile', 'work']);
  expect(JSON.parse(stdout).problem).toBe(
    'Nobody is logged in as profile "work". Log in with `npx ai-sdk-codex login --profile work`.',
  );
});
