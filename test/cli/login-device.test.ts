import { expect, it } from 'vitest';
import { addressIn, hasAnsi, once, type RunOptions, startCliWorld, userCodeIn } from './cli-world';

const PENDING = { oauth: { device: 'pending' } } as const;
const NO_DEVICE = { oauth: { deviceLogin: false } } as const;

it('shows page, code, end and warning, and logs in once the code is entered', async () => {
  const { run, emulator, issuer, path, store, leaks } = await startCliWorld(PENDING);
  const { code, stdout, stderr } = await run(['login', '--device'], {
    onStderr: once(userCodeIn, (userCode) => emulator.oauth.approveDevice(userCode)),
  });
  expect(code).toBe(0);
  expect(stderr).toContain(`\n    ${issuer}/codex/device\n`);
  expect(stderr).toMatch(/^It is valid until .* \(in 15 minutes\)\.$/m);
  expect(stderr).toMatch(/only if you started this login yourself/);
  expect(stderr).toContain('Waiting (Ctrl-C cancels) ...\n');
  expect(stderr).not.toContain('so a device code is used');
  expect(stdout).toContain(`Logged in as user@example.com (plus).\nStored in ${path}\n`);
  expect(hasAnsi(stdout, stderr)).toBe(false);
  expect(await store.profiles()).toEqual(['default']);
  expect(leaks()).toEqual([]);
});

it.each<[string, RunOptions]>([
  ['This is an SSH session', { env: { SSH_CONNECTION: '10.0.0.1 50000 10.0.0.2 22' } }],
  ['This is an SSH session', { env: { SSH_TTY: '/dev/pts/1' }, platform: 'darwin' }],
  ['This runs in CI', { env: { CI: 'true' } }],
  ['This machine has no display', { env: { DISPLAY: '' } }],
  ['This container has no display', { env: { DISPLAY: '' }, isContainer: true }],
])('uses a device code by itself and says why: %s', async (reason, options) => {
  const { run, emulator } = await startCliWorld(PENDING);
  const opened: string[] = [];
  const { code, stderr } = await run(['login'], {
    ...options,
    openBrowser: (url) => void opened.push(url),
    onStderr: once(userCodeIn, (userCode) => emulator.oauth.approveDevice(userCode)),
  });
  expect(stderr.split('\n').slice(0, 2)).toEqual([
    `${reason}, so a device code is used.`,
    'Other ways: --browser, --paste.',
  ]);
  expect([code, opened]).toEqual([0, []]);
});

it('uses the browser all the same with --browser', async () => {
  const { run, browse, emulator } = await startCliWorld();
  const { code } = await run(['login', '--browser'], {
    env: { SSH_TTY: '/dev/pts/1' },
    openBrowser: async (url) => void (await browse(url)),
  });
  expect(code).toBe(0);
  expect(emulator.requests.some(({ path }) => path.includes('deviceauth'))).toBe(false);
});

it('has the address pasted where device codes are switched off and somebody is there', async () => {
  const { run, authorize } = await startCliWorld(NO_DEVICE);
  const { code, stderr } = await run(['login'], {
    env: { SSH_TTY: '/dev/pts/1' },
    tty: ['stdin'],
    onStderr: once(addressIn, async (url, { type }) => type(`${await authorize(url)}\n`)),
  });
  expect(stderr).toContain('This account has no device codes switched on, so the address is to be pasted instead.\n');
  expect(code).toBe(0);
});

it.each<[string, string[], RunOptions]>([
  ['nobody is there to paste', ['login'], { env: { CI: '1' } }],
  ['a device code was asked for', ['login', '--device'], { tty: ['stdin'] }],
])('says what to switch on where device codes are off and %s', async (_name, argv, options) => {
  const { run, store } = await startCliWorld(NO_DEVICE);
  const { code, stdout, stderr } = await run(argv, options);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^error: .*device authorization in ChatGPT's Security settings/m);
  expect(addressIn(stderr)).toBe(undefined);
  expect(await store.profiles()).toEqual([]);
});

it('waits with a spinner in a terminal, and leaves nothing of it', async () => {
  const { run, emulator } = await startCliWorld(PENDING);
  const { code, stdout, stderr } = await run(['login', '--device'], {
    tty: ['stdout', 'stderr'],
    onStderr: once(userCodeIn, (userCode) => emulator.oauth.approveDevice(userCode)),
  });
  expect(code).toBe(0);
  expect(stderr).toContain('Waiting (Ctrl-C cancels)');
  expect(stderr.endsWith('\r\u001b[K')).toBe(true);
  expect(stdout.startsWith('\u001b[32mLogged in\u001b[39m as')).toBe(true);
});

it('breaks words, not addresses and codes, in a terminal of 40 columns', async () => {
  const { run, emulator, issuer } = await startCliWorld(PENDING);
  const { stderr, stdout } = await run(['login', '--device'], {
    env: { NO_COLOR: '1' },
    tty: ['stdout', 'stderr'],
    columns: 40,
    onStderr: once(userCodeIn, (userCode) => emulator.oauth.approveDevice(userCode)),
  });
  expect(stderr).toContain(`\n    ${issuer}/codex/device\n`);
  const long = `${stderr}${stdout}`.split('\n').filter((line) => line.length > 40 && line.trim().includes(' '));
  expect(long.filter((line) => !line.startsWith('Stored in '))).toEqual([]);
});

it('ends with 130 on Ctrl-C, and with 1 when the login is denied', async () => {
  const { run, emulator, store } = await startCliWorld(PENDING);
  const cancelled = await run(['login', '--device'], { onStderr: once(userCodeIn, (_, keys) => keys.interrupt()) });
  const denied = await run(['login', '--device'], {
    onStderr: once(userCodeIn, (userCode) => emulator.oauth.denyDevice(userCode)),
  });
  expect([cancelled.code, denied.code]).toEqual([130, 1]);
  expect(denied.stderr).toMatch(/^error: The login was denied/m);
  expect(await store.profiles()).toEqual([]);
});

it('warns in CI that the code stands in a log', async () => {
  for (const [env, isWarned] of [
    [{ CI: 'true' }, true],
    [{ CI: 'false' }, false],
  ] as const) {
    const { run, emulator } = await startCliWorld(PENDING);
    const { stderr } = await run(['login', '--device'], {
      env,
      onStderr: once(userCodeIn, (userCode) => emulator.oauth.approveDevice(userCode)),
    });
    expect(stderr.includes('Whoever reads this log could finish the login with their own account.')).toBe(isWarned);
  }
});
