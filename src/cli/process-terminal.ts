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
  onFailure(process.stdout);
  onFailure(process.stderr);
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

/** A reader such as `head` may leave early. Any other failure, as of a full disk, lost what was asked for. */
function onFailure(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.exitCode = 1;
    if (stream === process.stdout) process.stderr.write(`error: The output could not be written (${error.code}).\n`);
  });
}
