import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What a process ended with: the headers of a request, or why there are none. */
export interface Outcome {
  authorization?: string;
  code?: string;
  message?: string;
}

export interface Refresher {
  /** Lets it ask for headers. */
  go(): void;
  outcome: Promise<Outcome>;
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
}

/** Starts `children/refresh-once.ts`, bundled as `program`, and waits until it is ready. */
export async function startRefresher(program: string, issuer: string, args: string[]): Promise<Refresher> {
  const child = spawn(process.execPath, [program, issuer, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout);
  const next = () => once(lines, 'line').then(([line]) => String(line));
  const ended = once(child, 'close').then(([code, signal]): never => {
    throw new Error(`the process ended early, with ${code ?? signal}`);
  });
  await Promise.race([next(), ended]);
  const outcome = Promise.race([next(), ended]).then((line): Outcome => JSON.parse(line));
  outcome.catch(() => {});
  return {
    go: () => void child.stdin.write('go\n'),
    outcome,
    signal: (name) => void child.kill(name),
  };
}
