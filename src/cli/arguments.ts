import { type ArgsDef, parseArgs } from 'citty';
import { UsageError } from './terminal';

export type Arguments = Record<string, string | boolean | number | string[] | undefined>;

/** Codes are longer. */
const MAX_QUOTED = 40;

/**
 * The arguments of one command. citty passes over what it does not know; a misspelt option must not.
 *
 * @throws UsageError
 */
export function readArguments(raw: string[], definition: ArgsDef): Arguments {
  const parsed: Arguments = { ...parseArgs(raw, definition) };
  // `--no-open` arrives as `open`.
  const known = Object.keys(definition).flatMap((name) => [name, camelCase(name), name.replace(/^no-/, '')]);
  for (const [name, value] of Object.entries(parsed)) {
    if (name === '_') {
      const [extra] = value as string[];
      if (extra !== undefined) throw new UsageError(nothingToDo(extra));
    } else if (!known.includes(name)) throw new UsageError(`There is no option ${optionName(name, value)}.`);
    else if (value === false && !(`no-${name}` in definition) && raw.includes(`--no-${name}`)) {
      throw new UsageError(`There is no option --no-${name}.`);
    }
  }
  return parsed;
}

function nothingToDo(extra: string): string {
  if (mayHoldCode(extra)) return 'An address is not taken here. Run it without the address; you are asked for it.';
  return `There is nothing to do with ${JSON.stringify(extra)}.`;
}

/** Whether it looks like the address at which a browser ended, or the code in it, which nobody must read. */
export function mayHoldCode(argument: string): boolean {
  return argument.length > MAX_QUOTED || /code=|state=|:\/\/|#/i.test(argument);
}

function optionName(name: string, value: unknown): string {
  if (value === false) return `--no-${name}`;
  return name.length === 1 ? `-${name}` : `--${name}`;
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
