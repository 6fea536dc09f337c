import { VERSION } from '../shared/version';
import { readArguments } from './arguments';
import { COMMANDS } from './commands';
import { createContext } from './context';
import { isSet } from './environment';
import { reportError } from './report-error';
import { type Terminal, UsageError, widthOf } from './terminal';

/**
 * Runs one command line (without the program's name) and resolves to its exit code: 0; 1 for a failure; 2 for wrong
 * arguments; 130 after Ctrl-C. Never rejects.
 */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(argv, terminal);
  } catch (error) {
    return reportError(error, terminal, isSet(terminal.env.CODEX_DEBUG));
  }
}

async function dispatch([name = '--help', ...rest]: readonly string[], terminal: Terminal): Promise<number> {
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
    throw new UsageError(`There is no ${JSON.stringify(name)}; there are ${Object.keys(COMMANDS).join(', ')}.`);
  if (rest.some(isHelp)) {
    const { commandHelp } = await import('./help');
    stdout.write(`${commandHelp(name, command, widthOf(stdout))}\n`);
    return 0;
  }
  return command.run(readArguments(rest, command.args), createContext(terminal));
}

function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h';
}
