import type { ArgsDef } from 'citty';
import { DEFAULT_PROFILE } from '../shared/constants';
import type { Arguments } from './arguments';
import type { Context } from './context';
import { UsageError } from './terminal';

/** A command: what it is called with, and what it does, which is loaded when it runs. */
export interface Command {
  description: string;
  args: ArgsDef;
  /** It is there to tell what is wrong with the environment. Default false. */
  takesMistakes?: true;
  run(args: Arguments, context: Context): Promise<number>;
}

const profile = {
  type: 'string',
  default: DEFAULT_PROFILE,
  valueHint: 'name',
  description: `which login, if you have several (${DEFAULT_PROFILE})`,
} as const;
/** All that any model is known to take; which of them one does is another question. */
const EFFORTS: readonly string[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'ultra'];

const json = { type: 'boolean', description: 'print one JSON object' } as const;

const login: Command = {
  description: 'Log in with a ChatGPT account',
  args: {
    profile,
    browser: {
      type: 'boolean',
      description:
        'use the browser of this machine; over SSH open the address at home, after `ssh -L 1455:localhost:1455 HOST`',
    },
    device: { type: 'boolean', description: 'use a code that is entered on another device' },
    paste: { type: 'boolean', description: 'use any browser, and paste the address it ends at' },
    'no-open': { type: 'boolean', description: 'print the address, do not open it' },
    import: {
      type: 'string',
      valueHint: 'tool',
      description: 'copy the login of opencode or pi; either copy ends when the other one is renewed',
    },
    path: { type: 'string', valueHint: 'file', description: 'with --import: the auth.json of that tool' },
    replace: { type: 'boolean', description: 'with --import: take the place of a login that is there' },
    json,
  },
  async run(args, context) {
    const { runLogin } = await import('./login');
    const flags = flagsOf(args, ['browser', 'device', 'paste', 'replace', 'json']);
    const from = toolOf(args);
    return runLogin(
      { profile: profileOf(args), open: args.open !== false, from, path: pathOf(args), ...flags },
      context,
    );
  },
};

const logout: Command = {
  description: 'Delete a login and revoke its tokens',
  args: { profile },
  async run(args, context) {
    const { runLogout } = await import('./logout');
    return runLogout({ profile: profileOf(args) }, context);
  },
};

const status: Command = {
  description: 'Show who is logged in, until when, and where that is stored',
  args: { profile, all: { type: 'boolean', description: 'show every profile' }, json },
  async run(args, context) {
    const { runStatus } = await import('./status');
    return runStatus({ profile: profileOf(args), ...flagsOf(args, ['all', 'json']) }, context);
  },
};

const models: Command = {
  description: 'List the models of the account',
  args: {
    profile,
    refresh: { type: 'boolean', description: 'ask the backend even if the list is younger than 5 minutes' },
    json,
  },
  async run(args, context) {
    const { runModels } = await import('./models');
    return runModels({ profile: profileOf(args), ...flagsOf(args, ['refresh', 'json']) }, context);
  },
};

const usage: Command = {
  description: 'Show how much of the plan is used, and when it resets',
  args: { profile, json },
  async run(args, context) {
    const { runUsage } = await import('./usage');
    return runUsage({ profile: profileOf(args), ...flagsOf(args, ['json']) }, context);
  },
};

const ask: Command = {
  description: 'Ask a model something, and print its answer as it comes',
  args: {
    question: {
      type: 'positional',
      required: false,
      description: 'in quotes; what is piped in is read for - and where there is none, and not beside it',
    },
    model: { type: 'string', valueHint: 'id', description: 'which model (the first one of the account)' },
    effort: { type: 'string', valueHint: 'word', description: `how hard it thinks: ${EFFORTS.join(', ')}` },
    profile,
    json: { type: 'boolean', description: 'print one JSON object when the answer is complete' },
  },
  async run(args, context) {
    const { runAsk } = await import('./ask');
    const [model, effort] = [wordOf(args, 'model'), effortOf(args)];
    const question = typeof args.question === 'string' ? args.question : undefined;
    return runAsk({ profile: profileOf(args), question, model, effort, ...flagsOf(args, ['json']) }, context);
  },
};

const doctor: Command = {
  description: 'Look for what is wrong, in a report that is safe to show to others',
  args: { profile, json },
  takesMistakes: true,
  async run(args, context) {
    const { runDoctor } = await import('./doctor');
    return runDoctor({ profile: profileOf(args), ...flagsOf(args, ['json']) }, context);
  },
};

export const COMMANDS: Readonly<Record<string, Command>> = { login, logout, status, models, usage, ask, doctor };

function profileOf({ profile: name }: Arguments): string {
  if (typeof name === 'string' && name.trim() !== '' && !name.startsWith('-')) return name;
  throw new UsageError('--profile needs a name.');
}

function wordOf(args: Arguments, option: 'model' | 'effort'): string | undefined {
  const word = args[option];
  if (word === undefined || (typeof word === 'string' && word.trim() !== '' && !word.startsWith('-'))) return word;
  throw new UsageError(`--${option} needs a ${option === 'model' ? "model's id" : 'word'}.`);
}

function effortOf(args: Arguments): string | undefined {
  const effort = wordOf(args, 'effort');
  if (effort === undefined || EFFORTS.includes(effort)) return effort;
  throw new UsageError(`--effort is one of ${EFFORTS.join(', ')}.`);
}

function toolOf({ import: tool }: Arguments): 'opencode' | 'pi' | undefined {
  if (tool === undefined || tool === 'opencode' || tool === 'pi') return tool;
  throw new UsageError('--import needs the name of a tool: opencode or pi.');
}

function pathOf({ path }: Arguments): string | undefined {
  if (path === undefined || (typeof path === 'string' && path.trim() !== '' && !path.startsWith('-'))) return path;
  throw new UsageError('--path needs the name of a file.');
}

function flagsOf<Name extends string>(args: Arguments, names: readonly Name[]): Record<Name, boolean> {
  return Object.fromEntries(names.map((name) => [name, args[name] === true])) as Record<Name, boolean>;
}
