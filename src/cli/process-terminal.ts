import { existsSync } from 'node:fs';
import { createRuntime } from '../shared/runtime';
import { Interrupted, type Terminal } from './terminal';

/** The terminal of this process. The first Ctrl-C ends what is going on in good order, a second one ends the process. */
export function processTerminal(): Terminal {
  const interruption = new AbortController();
  const interrupt = (exitCode: number) => {
    process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
    interruption.abort(new Interrupted(exitCode));
  };
  process.once('SIGINT', () => interrupt(130));
  process.once('SIGTERM', () => interrupt(143));
  // A reader such as `head` may leave early.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    platform: process.platform,
    isContainer: () => existsSync('/.dockerenv') || existsSync('/run/.containerenv') || Boolean(process.env.container),
    runtime: createRuntime(),
    interrupted: interruption.signal,
    interrupt: () => interrupt(130),
  };
}
