import type { ArgsDef } from 'citty';
import { ORIGINATOR } from '../shared/constants';
import type { Command } from './commands';
import { formatRows } from './text';

/** The help of the program. */
export function programHelp(commands: Readonly<Record<string, Command>>, width: number | undefined): string {
  return [
    'Use a ChatGPT subscription with the AI SDK.',
    `Usage: ${ORIGINATOR} <command> [options]`,
    section(
      'Commands',
      Object.entries(commands).map(([name, { description }]) => [name, description]),
      width,
    ),
    section(
      'Options',
      [
        ['-h, --help', 'this help, or that of a command'],
        ['-v, --version', 'the version'],
      ],
      width,
    ),
    section(
      'Environment',
      [
        ['AI_SDK_CODEX_HOME', 'folder in which logins are stored'],
        ['CODEX_BASE_URL', 'another address of the backend'],
        ['CODEX_ISSUER', 'another address to log in at'],
        ['CODEX_DEBUG=1', 'tell what goes on, without secrets'],
        ['NO_COLOR=1', 'plain lines'],
      ],
      width,
    ),
  ].join('\n\n');
}

/** The help of one command. */
export function commandHelp(name: string, { description, args }: Command, width: number | undefined): string {
  const entries = Object.entries(args as ArgsDef);
  const positional = entries.filter(([, { type }]) => type === 'positional').map(([argument]) => ` [${argument}]`);
  const rows = entries.map(([argument, { type, valueHint, description: what = '' }]) => {
    const option = `--${argument}${valueHint ? ` <${valueHint}>` : ''}`;
    return [type === 'positional' ? argument : option, what] as const;
  });
  const usage = `Usage: ${ORIGINATOR} ${name} [options]${positional.join('')}`;
  return [`${description}.`, usage, section('Options', rows, width)].join('\n\n');
}

function section(title: string, rows: readonly (readonly [string, string])[], width: number | undefined): string {
  return `${title}:\n${formatRows(rows, width)}`;
}
