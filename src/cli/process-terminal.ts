import { existsSync } from 'node:fs';
import { createRuntime } from '../shared/runtime';
import { Interrupted, type Terminal } from './terminal';

/** Ctrl-C, the system's own request to end, and a terminal that was closed, each with its exit code. */
const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const;

/** The terminal of this process. The first Ctrl-C ends what is going on in good order, a second one ends the process. */
export function processTerminal(): Terminal {
  const interruption = new AbortController();
  const interrupt = (exitCode: number) => {
    for (const [signal] of SIGNALS) process.removeAllListeners(signal);
    interruption.abort(new Interrupted(exitCode));
  };
  for (const [signal, exitCode] of SIGNALS) process.once(signal, () => interrupt(exitCode));
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
    // A closed terminal takes nothing any more.
    if (error.code === 'EPIPE' || error.code === 'EIO') return;
    process.exitCode = 1;
    if (stream === process.stdout) process.stderr.write(`error: The output could not be written (${error.code}).\n`);
  });
}
