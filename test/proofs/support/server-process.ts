import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const READY_MS = 30_000;

/**
 * The path of a program: from PATH, or from where Debian keeps those of PostgreSQL.
 *
 * @param debian The package that has it.
 */
export function findProgram(name: string, debian: string): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin', ...postgresFolders()];
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (found === undefined) throw new Error(`${name} is not installed. On Debian: apt-get install ${debian}`);
  return found;
}

function postgresFolders(): string[] {
  try {
    return readdirSync('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`);
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A server that can be killed and started again. */
export interface ServerProcess {
  start(): Promise<void>;
  stop(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<void>;
}

/**
 * @param args Or what gives them, for each start anew.
 * @param isReady Asked again and again; a server that ends early is started anew, such as while its own remains end.
 */
export function serverProcess(
  program: string,
  args: string[] | (() => Promise<string[]>),
  options: SpawnOptions,
  isReady: () => Promise<boolean>,
): ServerProcess {
  let child: ChildProcess | undefined;
  let output = '';
  const run = async () => {
    const all = typeof args === 'function' ? await args() : args;
    child = spawn(program, all, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (text: Buffer) => {
      output = `${output}${text}`.slice(-4_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
  };
  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;

  return {
    async start() {
      for (let waitedMs = 0; waitedMs < READY_MS; waitedMs += 50) {
        if (!isRunning()) await run();
        if ((await isReady().catch(() => false)) && isRunning()) return;
        await delay(50);
      }
      throw new Error(`${program} did not start:\n${output}`);
    },
    async stop(signal) {
      if (!child || !isRunning()) return;
      const ended = once(child, 'close');
      child.kill(signal);
      await ended;
    },
  };
}
