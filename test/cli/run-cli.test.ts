import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { addressIn, hasAnsi, once, startCliWorld, userCodeIn } from './cli-world';

it.each([[[]], [['--help']], [['-h']], [['help']]])('shows its commands for %j', async (argv) => {
  const { run } = await startCliWorld();
  const { code, stdout, stderr } = await run(argv);
  expect([code, stderr]).toEqual([0, '']);
  const names = stdout.slice(0, stdout.indexOf('Options:')).match(/^ {2}[a-z]+/gm);
  expect(names?.map((name) => name.trim())).toEqual(['login', 'logout', 'status', 'models', 'usage', 'ask', 'doctor']);
  expect(hasAnsi(stdout)).toBe(false);
});

it.each([[['login', '--help']], [['login', '-h', '--nonsense']]])(
  'shows the options of a command for %j',
  async (argv) => {
    const { run, sent } = await startCliWorld();
    const { code, stdout } = await run(argv);
    expect([code, sent]).toEqual([0, []]);
    expect(stdout.match(/^ {2}--[\w-]+/gm)).toEqual(
      ['profile', 'browser', 'device', 'paste', 'no-open', 'import', 'path', 'replace', 'json'].map(
        (name) => `  --${name}`,
      ),
    );
  },
);

it('shows what a command takes without a name, and looks for --help in front of -- only', async () => {
  const { run } = await startCliWorld();
  const { stdout } = await run(['ask', '--help', 'me']);
  expect(stdout).toMatch(/^Usage: ai-sdk-codex ask \[options\] \[question\]$/m);
  expect(stdout).toMatch(/^ {2}question {2}/m);
  expect((await run(['logout', '--', '--help'])).stderr).toMatch(/^error: There is nothing to do with "--help"\./);
});

it.each([[['--version']], [['-v']]])('prints its version alone for %j', async (argv) => {
  const { run } = await startCliWorld();
  expect(await run(argv)).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' });
});

it.each<[string[], string]>([
  [['lgoin'], 'There is no "lgoin"; there are login, logout, status, models, usage, ask, doctor.'],
  [['toString'], 'There is no "toString"; there are login, logout, status, models, usage, ask, doctor.'],
  [['--verbose'], 'There is no "--verbose"; there are login, logout, status, models, usage, ask, doctor.'],
  [['login', '--devcie'], 'There is no option --devcie.'],
  [['login', '-d'], 'There is no option -d.'],
  [['login', '--no-device'], 'There is no option --no-device.'],
  [['login', '--no-xyz'], 'There is no option --no-xyz.'],
  [['status', '--device'], 'There is no option --device.'],
  [['logout', 'work'], 'There is nothing to do with "work".'],
  [['status', '--', 'x'], 'There is nothing to do with "x".'],
  [['login', '--profile'], '--profile needs a name.'],
  [['login', '--profile='], '--profile needs a name.'],
  [['login', '--profile', '--device'], '--profile needs a name.'],
  [['login', '--device', '--paste'], 'Choose one of --device and --paste.'],
  [['login', '--browser', '--import', 'pi'], 'Choose one of --browser and --import.'],
  [['login', '--import', 'openclaw'], '--import needs the name of a tool: opencode or pi.'],
  [['login', '--path', 'auth.json'], '--path belongs to --import.'],
  [['login', '--device', '--replace'], '--replace belongs to --import.'],
  [['login', '--import', 'pi', '--path'], '--path needs the name of a file.'],
  [['login\u001b[2J'], 'There is no "login\\u001b[2J"; there are login, logout, status, models, usage, ask, doctor.'],
])('refuses %j with a hint and 2', async (argv, problem) => {
  const { run, sent, store } = await startCliWorld();
  const { code, stdout, stderr } = await run(argv);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toBe(`error: ${problem} See ai-sdk-codex --help.\n`);
  expect(sent).toEqual([]);
  expect(await store.profiles()).toEqual([]);
});

it.each([
  ['CODEX_ISSUER', 'http://example.com'],
  ['CODEX_BASE_URL', 'http://example.com'],
  ['CODEX_ISSUER', 'https://example.com/?key=CANARY'],
  ['CODEX_BASE_URL', 'https://example.com/codex?'],
  ['CODEX_BASE_URL', 'https://example.com/codex#CANARY'],
])('refuses a %s that must not receive a token, such as %s', async (name, address) => {
  const { run, sent } = await startCliWorld();
  const { code, stderr } = await run(['login', '--device'], { env: { [name]: address } });
  expect(code).toBe(2);
  expect(stderr).toBe(
    `error: ${name} must be an https URL without a password, a query or a fragment (http only on this machine). See ai-sdk-codex --help.\n`,
  );
  expect(sent).toEqual([]);
});

it('tells with CODEX_DEBUG=1 what goes on, and the causes of an error, without secrets', async () => {
  const { run, emulator, issuer, runtime, leaks } = await startCliWorld({ oauth: { device: 'pending' } });
  let polls = 0;
  const approve = once(userCodeIn, (userCode) => emulator.oauth.approveDevice(userCode));
  const { code, stderr } = await run(['login', '--device'], {
    env: { CODEX_DEBUG: '1' },
    onStderr: (text, keys) => {
      if (polls > 0) approve(text, keys);
    },
    fetch: async (input, init) => {
      if (String(input) === `${issuer}/api/accounts/deviceauth/token` && polls++ === 0) throw new Error('no network');
      return runtime.fetch(input, init);
    },
  });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^[\d:.]+Z debug: \[TOKEN\] A poll of the device login failed\. reason=".*no network/m);
  const silent = await run(['login', '--device'], {
    onStderr: once(userCodeIn, (it) => emulator.oauth.approveDevice(it)),
  });
  expect(silent.stderr).not.toContain('debug:');
  expect(leaks()).toEqual([]);
});

it('shows with CODEX_DEBUG=1 what lies behind an error', async () => {
  const { run, path } = await startCliWorld();
  await writeFile(path, '{ broken', { mode: 0o600 });
  const brief = await run(['logout']);
  const long = await run(['logout'], { env: { CODEX_DEBUG: '1' } });
  expect(brief.stderr.trim().split('\n')).toHaveLength(1);
  expect(long.stderr).toMatch(/^AuthStoreError \(corrupt\): |^CodexAuthError \(store_unreadable\): /m);
});

it.each<[string, string, unknown]>([
  ['opencode', 'opencode/auth.json', 'openai'],
  ['pi', 'auth.json', 'openai-codex'],
])('copies the login of %s when asked to, with a warning', async (tool, file, entry) => {
  const { run, codexHome, store, emulator, leaks, secrets } = await startCliWorld();
  const {
    accessToken: access,
    refreshToken: refresh,
    expiresAt: expires,
  } = emulator.login({ email: 'copy@example.com' });
  secrets.add(access).add(refresh ?? '');
  vi.stubEnv('XDG_DATA_HOME', codexHome);
  vi.stubEnv('PI_CODING_AGENT_DIR', codexHome);
  await mkdir(join(codexHome, 'opencode'), { recursive: true });
  const text = JSON.stringify({ [String(entry)]: { type: 'oauth', access, refresh, expires } });
  await writeFile(join(codexHome, file), text);
  const { code, stdout, stderr } = await run(['login', '--import', tool]);
  expect(code).toBe(0);
  expect(stdout).toContain('Logged in as copy@example.com (plus).\n');
  expect(stderr).toMatch(/^warning: .*whichever of the two refreshes first logs the other one out/m);
  expect((await store.read('default'))?.refreshToken).toBe(refresh);
  expect(emulator.requests.map(({ path }) => path.split('/').at(-1))).toEqual(['models']);
  expect(leaks()).toEqual([]);
  const again = await run(['login', '--import', tool]);
  expect(again.code).toBe(1);
  expect(again.stderr).toMatch(/^error: Profile "default" holds a login already.* or use --replace\.\n$/);
  const path = join(codexHome, file);
  expect((await run(['login', '--import', tool, '--replace', '--path', path])).code).toBe(0);
  const nowhere = await run(['login', '--import', tool, '--profile', 'b', '--path', `${path}.not`]);
  expect(nowhere.stderr).toMatch(/^error: There is no file .* Give its auth\.json with --path\.\n$/);
});

it.each([
  'http://localhost:1455/auth/callback?code=ac_secret&state=st_secret',
  'code=ac_secret',
  'ac_secret#st_secret',
  'ac_secret'.padEnd(60, 'x'),
])('does not repeat an address or a code that was given as an argument: %s', async (extra) => {
  const { run, sent } = await startCliWorld();
  const { code, stdout, stderr } = await run(['login', '--paste', extra]);
  expect([code, stdout, sent]).toEqual([2, '', []]);
  expect(stderr).toMatch(/^error: An address is not taken here\. Run it without the address; you are asked for it\./);
  const first = await run([extra]);
  expect(first.stderr).toMatch(/^error: There is no such command;/);
  expect(stderr + first.stderr).not.toContain('secret');
});

it.each<[string, string[], string, number]>([
  ['wrong arguments', ['login', '--json', '--devcie'], 'usage', 2],
  ['a failure', ['login', '--json', '--device'], 'store_unreadable', 1],
  ['a failure with another spelling', ['login', '--json=true', '--device'], 'store_unreadable', 1],
])('prints %s as one JSON object with --json', async (_name, argv, errorCode, exitCode) => {
  const { run, path } = await startCliWorld();
  await mkdir(join(path, 'is a folder'), { recursive: true });
  const { code, stdout, stderr } = await run(argv);
  expect(code).toBe(exitCode);
  expect(JSON.parse(stdout)).toEqual({ error: { code: errorCode, message: expect.any(String) } });
  expect(stderr).toMatch(/^error: /m);
  expect((await run(argv.filter((argument) => !argument.startsWith('--json')))).stdout).toBe('');
  expect((await run([...argv.filter((argument) => !argument.startsWith('--json')), '--json=false'])).stdout).toBe('');
});

it('prints that it was interrupted as JSON, too', async () => {
  const { run } = await startCliWorld();
  const onStderr = once(addressIn, (_, keys) => keys.interrupt());
  const { code, stdout } = await run(['login', '--json'], { onStderr });
  expect([code, JSON.parse(stdout).error.code]).toEqual([130, 'interrupted']);
});
