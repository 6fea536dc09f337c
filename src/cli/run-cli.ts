import { setTimeout as pause } from 'node:timers/promises';
import { orAbort } from '../shared/abort';
import { isSet } from '../shared/is-set';
import { VERSION } from '../shared/version';
import { isFlagSet, mayHoldCode, optionsOf, readArguments } from './arguments';
import { COMMANDS } from './commands';
import { type Context, createContext } from './context';
import { CriticalWork } from './critical-work';
import { reportError, toJsonError } from './report-error';
import { Interrupted, type Terminal, UsageError, widthOf } from './terminal';
import { wrap } from './text';

const GRACE_MS = 500;

/**
 * Runs one command line (without the program's name) and resolves to its exit code: 0; 1 for a failure; 2 for wrong
 * arguments; 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP. Never rejects. Once it resolves, the process may end at any time: what
 * must not be broken off is over by then, and nothing of the kind begins any more.
 */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  const critical = new CriticalWork();
  const code = await dispatch(argv, terminal, critical).catch((thrown: unknown) => {
    const error = thrown instanceof Interrupted && critical.hasBegun ? new Interrupted(thrown.exitCode, true) : thrown;
    if (isJsonAsked(argv)) terminal.stdout.write(`${toJsonError(error)}\n`);
    return reportError(error, terminal, isSet(terminal.env.CODEX_DEBUG));
  });
  return (await finishOrLeave(critical, terminal)) ?? code;
}

/** Waits for what must not be broken off. Ctrl-C ends that, too: it gives its exit code. */
async function finishOrLeave(critical: CriticalWork, terminal: Terminal): Promise<number | undefined> {
  const { interrupted } = terminal;
  const finished = critical.finish(() => tellToWait(terminal));
  // After a first Ctrl-C the second one ends the process by itself.
  if (interrupted.aborted) await finished;
  else await orAbort(finished, interrupted).catch(() => {});
  return interrupted.aborted ? (interrupted.reason as Interrupted).exitCode : undefined;
}

function tellToWait({ stderr, interrupted }: Terminal): void {
  const keys = interrupted.aborted ? 'Ctrl-C again' : 'Ctrl-C';
  stderr.write(`${wrap(`Finishing a renewal of the login; press ${keys} to stop anyway.`, widthOf(stderr))}\n`);
}

async function dispatch(
  [name = '--help', ...rest]: readonly string[],
  terminal: Terminal,
  critical: CriticalWork,
): Promise<number> {
  const { stdout } = terminal;
  if (name === '--version' || name === '-v') {
    stdout.write(`${VERSION}\n`);
    return 0;
  }
  if (isHelp(name) || name === 'help') {
    const { programHelp } = await import('./help');
    stdout.write(`${programHelp(COMMANDS, widthOf(stdout))}\n`);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command)
    throw new UsageError(
      `There is no ${mayHoldCode(name) ? 'such command' : JSON.stringify(name)}; there are ${Object.keys(COMMANDS).join(', ')}.`,
    );
  if (optionsOf(rest).some(isHelp)) {
    const { commandHelp } = await import('./help');
    stdout.write(`${commandHelp(name, command, widthOf(stdout))}\n`);
    return 0;
  }
  const context = createContext(terminal, critical);
  const [mistake] = context.mistakes;
  if (mistake !== undefined && !command.takesMistakes) throw new UsageError(mistake);
  return orInterrupted(command.run(readArguments(rest, command.args), context), context);
}

/** The command, which has a moment after Ctrl-C to end in good order. What waits for an answer or a lock might not. */
async function orInterrupted(running: Promise<number>, { terminal, screen }: Context): Promise<number> {
  const { interrupted } = terminal;
  try {
    return await orAbort(running, interrupted);
  } catch (error) {
    if (!interrupted.aborted) throw error;
  }
  const given = new AbortController();
  const tooLate = pause(GRACE_MS, undefined, { signal: given.signal }).then(() => {
    screen.stop();
    throw new Interrupted((interrupted.reason as Interrupted).exitCode, true);
  });
  try {
    return await Promise.race([running, tooLate]);
  } finally {
    given.abort();
    tooLate.catch(() => {});
  }
}

/** Whoever asked for JSON gets it for a failure, too. */
function isJsonAsked([name = '', ...rest]: readonly string[]): boolean {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  return command !== undefined && isFlagSet(rest, command.args, 'json');
}

function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h';
}
