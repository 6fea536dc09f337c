import { spawn } from 'node:child_process';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { bundleChild } from '../support/bundle-child';
import { startCliWorld } from './cli-world';

let program = '';
beforeAll(async () => {
  program = await bundleChild(new URL('../../src/cli/main.ts', import.meta.url));
});

/** A login that is due, whose new tokens are held back until `release` is called. */
async function startRenewal() {
  const world = await startCliWorld();
  const login = world.emulator.login({ expiresInMs: 60_000 });
  await world.store.update('default', async () => login);
  let release = () => {};
  let ask = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  world.emulator.tokenReply(async () => {
    ask();
    await released;
    return {};
  });
  return { ...world, login, asked, release };
}

type Renewal = Awaited<ReturnType<typeof startRenewal>>;

async function expectRenewed({ store, login, run, emulator }: Renewal) {
  const stored = await store.read('default');
  expect(stored?.refreshToken).not.toBe(login.refreshToken);
  expect(stored?.accessToken).not.toBe(login.accessToken);
  expect(stored).not.toHaveProperty('refreshing');
  expect(await run(['usage'])).toMatchObject({ code: 0 });
  expect(emulator.requests.filter(({ path }) => path === '/oauth/token')).toHaveLength(1);
}

const FINISHING = 'Finishing a renewal of the login; press Ctrl-C again to stop anyway.\n';
const CANCELLED = 'Cancelled, but what was under way may have been done;';

it('ends the command on Ctrl-C, and the renewal with its new tokens stored', async () => {
  const renewal = await startRenewal();
  const order: string[] = [];
  const running = renewal.run(['usage'], {
    onStart: (keys) => void renewal.asked.then(keys.interrupt),
    onStderr: (text) => {
      if (!text.endsWith(FINISHING)) return;
      order.push('told');
      setImmediate(renewal.release);
    },
  });
  const { code, stdout, stderr } = await running;
  expect([code, stdout, order]).toEqual([130, '', ['told']]);
  expect(stderr).toContain(CANCELLED);
  expect(stderr).not.toContain('No login was changed');
  await expectRenewed(renewal);
});

/** The program in a process of its own. */
function start({ emulator, issuer, path, codexHome }: Renewal, argv: string[]) {
  const env = {
    PATH: process.env.PATH,
    HOME: codexHome,
    CODEX_HOME: codexHome,
    AI_SDK_CODEX_HOME: path.replace(/[/\\]auth\.json$/, ''),
    CODEX_ISSUER: issuer,
    CODEX_BASE_URL: emulator.baseURL,
  };
  const child = spawn(process.execPath, [program, ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdout.resume();
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('close', (code, signal) => resolve([code, signal])),
  );
  return { child, ended, stderr: () => stderr };
}

const onUnix = it.skipIf(process.platform === 'win32');

onUnix.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('keeps the login of a process that gets %s in the middle of a renewal', async (signal, exitCode) => {
  const renewal = await startRenewal();
  const { child, ended, stderr } = start(renewal, ['usage']);
  await renewal.asked;
  child.kill(signal);
  await expect.poll(stderr).toContain(FINISHING);
  expect(child.exitCode).toBe(null);
  renewal.release();
  expect(await ended).toEqual([exitCode, null]);
  expect(stderr()).toContain(CANCELLED);
  await expectRenewed(renewal);
});

onUnix('ends at once on a second Ctrl-C', async () => {
  const renewal = await startRenewal();
  const { child, ended, stderr } = start(renewal, ['usage']);
  await renewal.asked;
  child.kill('SIGINT');
  await expect.poll(stderr).toContain(FINISHING);
  child.kill('SIGINT');
  expect(await ended).toEqual([null, 'SIGINT']);
  renewal.release();
});

onUnix(
  'gives the prompt back after a report although the lock of the store is held by others',
  async () => {
    const renewal = await startRenewal();
    const login = renewal.emulator.login();
    await renewal.store.update('default', async () => login);
    let letGo = () => {};
    const isHeld = new Promise<void>((resolve) => {
      void renewal.store.update('default', async (current) => {
        resolve();
        await new Promise<void>((done) => {
          letGo = done;
        });
        return current;
      });
    });
    await isHeld;
    const { ended, stderr } = start(renewal, ['doctor']);
    expect(await ended).toEqual([1, null]);
    expect(stderr()).toBe('Looking for what is wrong ...\n');
    letGo();
    renewal.release();
  },
  30_000,
);
