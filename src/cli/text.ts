import { loginHint } from '../auth/login-hint';
import { DEFAULT_PROFILE } from '../shared/constants';
import { redact } from '../shared/secret';

// Escape sequences, marks that make a text read differently from what it is, halves of characters.
const CONTROLS = /[\p{C}\p{Zl}\p{Zp}]/gu;
const MAX_NAME = 200;

/** Text from outside, fit for a terminal: one line, without control characters and secrets. */
export function plain(text: string): string {
  return redact(text.replace(/[\t\r\n]+/g, ' ').replace(CONTROLS, ''));
}

// Beside line breaks: joiners make one sign of several in many scripts.
const CONTROLS_OF_TEXT = /(?![\n\t\u200c\u200d])[\p{C}\p{Zl}\p{Zp}]/gu;

/** A text of many lines that is shown for its own sake, so with whatever it says, but without control characters. */
export function plainText(text: string): string {
  return text.replace(CONTROLS_OF_TEXT, '');
}

/** Like {@link plain}, of a name, which is never longer than a few lines. */
export function plainName(text: string): string {
  const name = plain(text.slice(0, 10 * MAX_NAME));
  return name.length > MAX_NAME ? `${plain(name.slice(0, MAX_NAME))}…` : name;
}

/** What a hint says after its command: functions to call, which is no advice for a terminal. */
const HINT_FOR_PROGRAMS = loginHint(DEFAULT_PROFILE).split('`').at(-1) ?? '';

/** Advice of the library for programs, and what stands in its place for people. */
const ADVICE = [
  ...(HINT_FOR_PROGRAMS ? ([[HINT_FOR_PROGRAMS, '.']] as const) : []),
  ['set `replace`', 'use --replace'],
  ['Give the `path` of its auth.json', 'Give its auth.json with --path'],
  ['loginWithDeviceCode() or the setting `paste`; --device or --paste on the command line', '--device or --paste'],
] as const;

/** The same of a message of ours, with the advice for people alone. */
export function plainMessage(text: string): string {
  return plain(ADVICE.reduce((message, [library, people]) => message.replaceAll(library, people), text));
}

/** JSON whose every character a terminal can take. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(CONTROLS, (character) =>
    character === '\n' ? character : character.split('').map(escapeUnit).join(''),
  );
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Breaks `text` between words so that no line is longer than `width`; words that are longer stay whole. */
export function wrap(text: string, width: number | undefined, indent = ''): string {
  if (width === undefined) return indent + text;
  const limit = Math.min(width, 80) - 1;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line && indent.length + line.length + 1 + word.length > limit) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line].map((one) => indent + one).join('\n');
}

/** Lines of label and value, aligned; under each other where there is no room. */
export function formatRows(rows: readonly (readonly [string, string])[], width: number | undefined): string {
  const longest = Math.max(...rows.map(([label]) => label.length));
  const isNarrow = width !== undefined && width < 60;
  return rows
    .map(([label, value]) =>
      isNarrow ? `  ${label}\n${wrap(value, width, '    ')}` : `  ${label.padEnd(longest + 2)}${value}`,
    )
    .join('\n');
}
