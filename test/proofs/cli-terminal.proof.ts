import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, open as openFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startCodexEmulator } from '../../src/testing';
import { bundleChild } from '../support/bundle-child';
import { openTerminal } from './support/tmux';

const USER_CODE = /^ {4}([A-Z]{4}-\d{5})$/m;
const ADDRESS = /^(http\S+\/oauth\/authorize\?\S+)$/m;
const PASTE_QUESTION = /aste the address at which the browser ended/;

let program = '';
beforeAll(async () => {
  program = await bundleChild(new URL('../../src/cli/main.ts', import.meta.url));
});

/** An emulator as issuer and backend, a home of its own, and the variables for both. */
async function surroundings() {
  const emulator = await startCodexEmulator({ oauth: { device: 'pending', deviceIntervalSeconds: 1 } });
  const home = await mkdtemp(join(tmpdir(), 'cli-terminal-'));
  onTestFinished(async () => {
    await emulator.close();
    await rm(home, { recursive: true, force: true });
  });
  const env = {
    HOME: home,
    AI_SDK_CODEX_HOME: join(home, 'logins'),
    CODEX_BASE_URL: emulator.baseURL,
    CODEX_ISSUER: emulator.issuer,
  };
  return { emulator, home, env };
}

/** The program in a terminal. */
async function open({ columns, env }: { columns?: number; env?: Record<string, string> } = {}) {
  const { emulator, home, env: own } = await surroundings();
  const terminal = await openTerminal({ ...(columns && { columns }), env: { ...own, ...env } });
  const cli = (args: string) => terminal.enter(`"${process.execPath}" "${program}" ${args}`);
  const file = join(home, 'logins', 'auth.json');
  const isStored = () =>
    access(file).then(
      () => true,
      () => false,
    );
  return { ...terminal, cli, emulator, file, isStored };
}

/** Where the issuer sends the browser. */
async function authorize(address: string | undefined): Promise<string> {
  const response = await fetch(address ?? '', { redirect: 'manual' });
  return response.headers.get('location') ?? 'no redirect';
}

describe('in a terminal', () => {
  it('logs in with a device code, shows the status, logs out', async () => {
    const { cli, see, ended, screen, emulator, file } = await open();
    await cli('login');
    const [, userCode = ''] = await see(USER_CODE);
    await see(/Waiting \(Ctrl-C cancels\)$/m);
    emulator.oauth.approveDevice(userCode);
    expect(await ended()).toBe(0);
    const login = await screen({ joined: true });
    expect(login).toMatch(/^This (container|machine) has no display, so a device code is used\.$/m);
    expect(login).not.toContain('Waiting');
    expect(login).toContain(`Logged in as user@example.com (plus).\nStored in ${file}\n`);
    expect(login).toContain('  1. openai-codex/gpt-5.3-codex\n     available\n');

    await cli('status');
    expect(await ended()).toBe(0);
    expect(await screen({ joined: true })).toMatch(/^ {2}token .* \(in 10 days\), renewed by itself$/m);

    await cli('logout');
    expect(await ended()).toBe(0);
    expect(await screen({ joined: true })).toContain('Deleted the login of user@example.com (plus).');
    expect(emulator.requests.filter(({ path }) => path === '/oauth/revoke')).toHaveLength(1);

    await cli('status');
    expect(await ended()).toBe(1);
    expect(await screen({ joined: true })).toMatch(/^Nobody is logged in/);
  });

  it('logs in with a pasted address, asks again after a wrong one, and leaves no code on the screen', async () => {
    const { cli, see, ended, screen, type, press } = await open();
    await cli('login --paste');
    const [, address] = await see(ADDRESS);
    await see(PASTE_QUESTION);
    await type('http://localhost:1455/auth/callback?nothing=here');
    await press('Enter');
    await see(/^warning: /m);
    await see(PASTE_QUESTION);
    const pasted = await authorize(address);
    await type(pasted);
    await press('Enter');
    expect(await ended()).toBe(0);
    const text = (await screen({ joined: true, scrolled: true })).replaceAll('\n', '');
    expect(text).toContain('Logged in as user@example.com (plus).');
    expect(text).not.toContain(new URL(pasted).searchParams.get('code'));
    expect(text).not.toMatch(PASTE_QUESTION);
  });

  it('takes an address that was broken over two lines in one paste', async () => {
    const { cli, see, ended, paste } = await open();
    await cli('login --paste');
    const [, address] = await see(ADDRESS);
    await see(PASTE_QUESTION);
    await paste(`${(await authorize(address)).replace(/(code=...)/, '$1\n')}\n`);
    expect(await ended()).toBe(0);
  });

  it('wipes the question away when the browser comes back', async () => {
    const { cli, see, ended, screen } = await open();
    await cli('login --browser --no-open');
    const [, address] = await see(ADDRESS);
    await see(PASTE_QUESTION);
    const page = await fetch(await authorize(address));
    expect(page.status).toBe(200);
    expect(await ended()).toBe(0);
    expect(await screen()).not.toMatch(PASTE_QUESTION);
  });

  it.each([
    ['login --device', /Waiting/],
    ['login --paste', PASTE_QUESTION],
  ])('ends %s on Ctrl-C with 130, stores nothing, and leaves the terminal in order', async (command, waiting) => {
    const { cli, see, ended, screen, press, enter, isStored } = await open();
    await cli(command);
    await see(waiting);
    await press('C-c');
    expect(await ended()).toBe(130);
    const text = await screen();
    expect(text).toContain('Cancelled. No login was changed.');
    expect(text).not.toMatch(waiting);
    expect(await isStored()).toBe(false);
    await enter('stty -a | tr " ;" "\\n\\n" | grep -xE -- "-?(echo|icanon|isig)"');
    expect(await ended()).toBe(0);
    expect((await screen()).split('\n').slice(0, 3).sort()).toEqual(['echo', 'icanon', 'isig']);
  });

  it('holds together in 40 columns, with the address in one piece', async () => {
    const { cli, see, ended, screen, emulator, press } = await open({ columns: 40 });
    await cli('login --paste');
    const [, address = ''] = await see(ADDRESS);
    expect(await authorize(address)).toContain('code=');
    await press('C-c');
    await ended();
    await cli('login --device');
    const [, userCode = ''] = await see(USER_CODE);
    await see(/Waiting \(Ctrl-C cancels\)$/m);
    const lines = (await screen()).split('\n');
    expect(lines.filter((line) => /Waiting/.test(line))).toHaveLength(1);
    emulator.oauth.approveDevice(userCode);
    expect(await ended()).toBe(0);
  });

  it('has colours, and none with NO_COLOR', async () => {
    for (const [env, isColoured] of [
      [{}, true],
      [{ NO_COLOR: '1' }, false],
    ] as const) {
      const { cli, see, ended, screen, emulator } = await open({ env });
      await cli('login --device');
      const [, userCode = ''] = await see(USER_CODE);
      emulator.oauth.approveDevice(userCode);
      await ended();
      expect((await screen({ colours: true })).includes('\u001b')).toBe(isColoured);
    }
  });
});

describe('with pipes', () => {
  it('ends after a login although the pipe that the address came from is held open', async () => {
    const { env, home } = await surroundings();
    const pipe = join(home, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const held = await openFile(pipe, 'r+');
    const child = spawn(process.execPath, [program, 'login', '--paste'], { env, stdio: [held.fd, 'pipe', 'pipe'] });
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await held.close();
    });
    const ended = once(child, 'exit');
    const address = await seen(child, ADDRESS);
    await held.write(`${await authorize(address)}\n`);
    expect((await ended)[0]).toBe(0);
  });

  it('says at once that nothing can be pasted when the input is closed', async () => {
    const { env } = await surroundings();
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    const child = spawn(process.execPath, [program, 'login', '--paste'], { env, stdio: [...stdio] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = once(child, 'exit');
    expect(await seen(child, /^error: (.*) See/m)).toBe('Nothing can be pasted: the input is closed. Use --device.');
    expect((await ended)[0]).toBe(2);
  });
});

/** What the first group of `pattern` finds on stderr. */
async function seen(child: ChildProcess, pattern: RegExp): Promise<string | undefined> {
  let text = '';
  for await (const chunk of child.stderr ?? []) {
    text += chunk;
    const found = pattern.exec(text);
    if (found) return found[1];
  }
  throw new Error(`${pattern} did not come: ${text}`);
}
