import { execFile, spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const run = promisify(execFile);
const LIMIT_MS = 20_000;
let count = 0;

export interface TerminalOptions {
  env: Record<string, string>;
  columns?: number;
}

/** A real terminal with a shell in it, which has nothing of our environment but the PATH. Ends with the test. */
export async function openTerminal({ env, columns = 80 }: TerminalOptions) {
  if (spawnSync('tmux', ['-V']).error) throw new Error('tmux is missing. Install it (Debian: apt-get install tmux).');
  // A server of its own: nobody else's sessions are seen or ended.
  const socket = `ai-sdk-codex-${process.pid}-${count++}`;
  const tmux = async (...args: string[]) => (await run('tmux', ['-L', socket, ...args])).stdout;
  const clean = { PATH: process.env.PATH ?? '', TERM: 'xterm-256color', LANG: 'C.UTF-8', PS1: '$ ', ...env };
  const assignments = Object.entries(clean).map(([name, value]) => `${name}=${value}`);
  const size = ['-x', String(columns), '-y', '45'];
  await tmux('-f', '/dev/null', 'new-session', '-d', ...size, 'env', '-i', ...assignments, 'sh');
  onTestFinished(async () => void (await tmux('kill-server').catch(() => {})));

  let entered = 0;
  const terminal = {
    /** What stands there; `colours` keeps the escape sequences, `joined` puts wrapped lines together, `scrolled` adds what left. */
    async screen({ colours = false, joined = false, scrolled = false } = {}): Promise<string> {
      const options = [...(colours ? ['-e'] : []), ...(joined ? ['-J'] : []), ...(scrolled ? ['-S', '-'] : [])];
      return (await tmux('capture-pane', '-p', ...options)).trimEnd();
    },
    async type(text: string): Promise<void> {
      await tmux('send-keys', '-l', text);
    },
    /** All at once, as from a clipboard. */
    async paste(text: string): Promise<void> {
      await tmux('set-buffer', text);
      await tmux('paste-buffer');
    },
    async press(...keys: string[]): Promise<void> {
      await tmux('send-keys', ...keys);
    },
    /** Waits until `pattern` stands there, and gives what it found. */
    async see(pattern: RegExp): Promise<string[]> {
      const until = performance.now() + LIMIT_MS;
      for (;;) {
        const screen = await terminal.screen({ joined: true });
        const found = pattern.exec(screen);
        if (found) return [...found];
        if (performance.now() > until) throw new Error(`${pattern} did not show up in:\n${screen}`);
        await pause(50);
      }
    },
    /** Runs a command to its end on an empty screen, with its exit code below. */
    async enter(command: string): Promise<void> {
      entered++; // what an earlier command left may still stand there
      await terminal.type(`clear; ${command}; echo "exit ${entered}: $?"`);
      await terminal.press('Enter');
    },
    ended: async (): Promise<number> => Number((await terminal.see(new RegExp(`^exit ${entered}: (\\d+)$`, 'm')))[1]),
  };
  await terminal.see(/^\$/);
  return terminal;
}
