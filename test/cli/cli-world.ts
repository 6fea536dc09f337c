import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { onTestFinished, vi } from 'vitest';
import { runCli } from '../../src/cli/run-cli';
import { Interrupted, type Terminal } from '../../src/cli/terminal';
import { openFileStore } from '../../src/stores/node/file-store';
import type { CodexEmulatorOptions } from '../../src/testing/emulator';
import { startWorld } from '../auth/login-world';

const REGISTERED = /(localhost|127\.0\.0\.1)(:|%3A)\d+(?=\/auth\/callback|%2Fauth%2Fcallback)/g;
/** The issuer knows two ports alone; tests of one machine must not fight over them, so each has its own. */
const asRegistered = (text: string) => text.replace(REGISTERED, '$1$21455');

export interface RunOptions {
  env?: Record<string, string>;
  platform?: NodeJS.Platform;
  isContainer?: boolean;
  /** Which of the three is a terminal. Default: none. */
  tty?: readonly ('stdin' | 'stdout' | 'stderr')[];
  columns?: number;
  /** What stands in stdin, up to its end. Default: nothing, and no end. */
  input?: string;
  /** Called once the command is on its way. */
  onStart?: (keys: Keys) => void;
  /** Called with all of stdout whenever it grows. */
  onStdout?: (text: string, keys: Keys) => void;
  /** Called with all of stderr whenever it grows. */
  onStderr?: (text: string, keys: Keys) => void;
  openBrowser?: (url: string) => void | Promise<void>;
  fetch?: Terminal['runtime']['fetch'];
}

/** What a person can do while a command runs. */
export interface Keys {
  type(text: string): void;
  endInput(): void;
  interrupt(): void;
}

/** An emulator, an empty home, and a way to run command lines in this process as if in a terminal. */
export async function startCliWorld(options: CodexEmulatorOptions = {}) {
  const world = await startWorld({ models: ['gpt-5.3-codex', 'gpt-5.5'], ...options });
  const home = await mkdtemp(join(tmpdir(), 'cli-'));
  const codexHome = await mkdtemp(join(tmpdir(), 'codex-'));
  for (const [name, value] of Object.entries({ AI_SDK_CODEX_HOME: home, CODEX_HOME: codexHome }))
    vi.stubEnv(name, value);
  vi.stubEnv('CODEX_ACCESS_TOKEN', undefined);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await Promise.all([home, codexHome].map((folder) => rm(folder, { recursive: true, force: true })));
  });
  const path = join(home, 'auth.json');
  const printed: string[] = [];

  /** The browser of the person: goes where the issuer sends it. Resolves to the title of the last page. */
  const browse = async (url: string) => {
    const ended = await authorize(url);
    const page = await (await globalThis.fetch(ended)).text();
    return /<h1>(.*)<\/h1>/.exec(page)?.[1];
  };
  const authorize = async (url: string) => {
    const { host } = new URL(new URL(url).searchParams.get('redirect_uri') ?? '');
    const response = await globalThis.fetch(asRegistered(url), { redirect: 'manual' });
    const ended = new URL(response.headers.get('location') ?? '');
    world.secrets.add(ended.searchParams.get('code') ?? 'no code');
    ended.host = host;
    return ended.href;
  };

  const run = async (argv: string[], run: RunOptions = {}) => {
    const { tty = [], columns = 80, onStdout = () => {}, onStderr = () => {} } = run;
    const interruption = new AbortController();
    const interrupt = () => interruption.abort(new Interrupted(130));
    const stdin = Object.assign(new PassThrough(), { isTTY: tty.includes('stdin'), setRawMode: () => {} });
    const keys: Keys = {
      type: (text) => setImmediate(() => stdin.write(text)),
      endInput: () => stdin.end(),
      interrupt,
    };
    if (run.input !== undefined) stdin.end(run.input);
    const stdout = recorder(tty.includes('stdout'), columns, (text) => onStdout(text, keys));
    const stderr = recorder(tty.includes('stderr'), columns, (text) => onStderr(text, keys));
    const send = run.fetch ?? world.runtime.fetch;
    const fetch: typeof send = (input, init = {}) =>
      send(input, { ...init, ...(init.body && { body: asRegistered(String(init.body)) }) });
    const env = {
      DISPLAY: ':0',
      CODEX_BASE_URL: world.emulator.baseURL,
      CODEX_ISSUER: world.issuer,
      ...run.env,
    };
    const running = runCli(argv, {
      stdin,
      stdout: stdout.stream,
      stderr: stderr.stream,
      env: withoutKey(env),
      platform: run.platform ?? 'linux',
      isContainer: () => run.isContainer ?? false,
      runtime: { ...world.runtime, fetch },
      interrupted: interruption.signal,
      interrupt,
      openBrowser: run.openBrowser ?? (() => {}),
      callbackPorts: [0],
    });
    run.onStart?.(keys);
    const code = await running;
    printed.push(stdout.text(), stderr.text());
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  };

  return {
    ...world,
    path,
    codexHome,
    store: openFileStore(path),
    run,
    browse,
    authorize,
    /** Secrets that were sent or received and stand in something that was printed. A user code is meant to. */
    leaks: () =>
      [...world.secrets].filter((one) => !/^[A-Z]{4}-\d{5}$/.test(one) && printed.some((text) => text.includes(one))),
  };
}

/** The variable must not even be looked at. */
function withoutKey(env: Record<string, string>): Record<string, string | undefined> {
  return new Proxy(env, {
    get(target, name: string) {
      if (name === 'OPENAI_API_KEY') throw new Error('OPENAI_API_KEY was read');
      return target[name];
    },
  });
}

function recorder(isTTY: boolean, columns: number, onText: (text: string) => void = () => {}) {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
      onText(text);
    },
  });
  return { stream: Object.assign(stream, { isTTY, columns }), text: () => text };
}

/** The address that a login shows, once it stands there in a line of its own. */
export function addressIn(text: string): string | undefined {
  return /^(http\S+\/oauth\/authorize\?\S+)$/m.exec(stripVTControlCharacters(text))?.[1];
}

/** The code that a device login shows. */
export function userCodeIn(text: string): string | undefined {
  return /^ {4}([A-Z]{4}-\d{5})$/m.exec(stripVTControlCharacters(text))?.[1];
}

export function hasAnsi(...texts: string[]): boolean {
  return texts.some((text) => text.includes('\u001b'));
}

/** Calls `act` once, with the first thing that `find` finds. */
export function once<Found>(find: (text: string) => Found | undefined, act: (found: Found, keys: Keys) => void) {
  let isDone = false;
  return (text: string, keys: Keys) => {
    const found = isDone ? undefined : find(text);
    if (found === undefined) return;
    isDone = true;
    act(found, keys);
  };
}
