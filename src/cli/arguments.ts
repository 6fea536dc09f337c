import { type ArgsDef, parseArgs } from 'citty';
import { UsageError } from './terminal';

export type Arguments = Record<string, string | boolean | number | string[] | undefined>;

/** Codes are longer. */
const MAX_QUOTED = 40;

/**
 * The arguments of one command. citty passes over what it does not know; a misspelt option must not. A command may take one
 * argument without a name, which may look like anything.
 *
 * @throws UsageError
 */
export function readArguments(raw: string[], definition: ArgsDef): Arguments {
  const { positional, options, args, texts, parsed } = parse(raw, definition);
  checkOptions(parsed, optionsOf(args), options);
  const [first, second] = texts;
  if (positional === undefined) {
    if (first !== undefined) throw new UsageError(nothingToDo(first));
    return parsed;
  }
  if (second !== undefined) throw new UsageError(`There is one ${positional}; put it in quotes.`);
  return { ...parsed, [positional]: first };
}

/** Whether a flag is set, however it is written, also among arguments that are wrong otherwise. */
export function isFlagSet(raw: readonly string[], definition: ArgsDef, name: string): boolean {
  return name in definition && parse([...raw], definition).parsed[name] === true;
}

function parse(raw: string[], definition: ArgsDef) {
  const entries = Object.entries(definition);
  const positional = entries.find(([, { type }]) => type === 'positional')?.[0];
  const options = Object.fromEntries(entries.filter(([name]) => name !== positional));
  const args = positional === undefined ? raw : textsLast(raw, options);
  const { _: texts, ...parsed }: Arguments = { ...parseArgs(args, options) };
  return { positional, options, args, texts: texts as string[], parsed };
}

/** The arguments that may be options: those before a lone `--`. */
export function optionsOf(raw: readonly string[]): readonly string[] {
  const end = raw.indexOf('--');
  return end === -1 ? raw : raw.slice(0, end);
}

function checkOptions(parsed: Arguments, raw: readonly string[], options: ArgsDef): void {
  // `--no-open` arrives as `open`.
  const known = Object.keys(options).flatMap((name) => [name, camelCase(name), name.replace(/^no-/, '')]);
  for (const [name, value] of Object.entries(parsed)) {
    if (!known.includes(name)) throw new UsageError(`There is no option ${optionName(name, value)}.`);
    if (value === false && !(`no-${name}` in options) && raw.includes(`--no-${name}`)) {
      throw new UsageError(`There is no option --no-${name}.`);
    }
  }
}

/** What begins with a dash but is no option, as `- one, - two: sort them`, goes behind a `--`, where it is taken as it is. */
function textsLast(raw: readonly string[], options: ArgsDef): string[] {
  const before = optionsOf(raw);
  const isText = (argument: string, at: number) =>
    /^-.*\s/s.test(argument) && !/^--[\w-]+=/.test(argument) && !takesNext(before[at - 1], options);
  const texts = before.filter(isText);
  const others = before.filter((argument, at) => !isText(argument, at));
  return [...others, '--', ...texts, ...raw.slice(before.length + 1)];
}

function takesNext(argument: string | undefined, options: ArgsDef): boolean {
  return argument?.startsWith('--') === true && options[argument.slice(2)]?.type === 'string';
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
