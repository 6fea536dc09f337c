import { DEFAULT_PROFILE } from '../shared/constants';
import { chooseWay, type Way } from './choose-way';
import type { Context } from './context';
import { nameOf, toPrintable } from './describe-status';
import { logIn } from './login-ways';
import { formatModelOrder, modelOrder, type OrderedModel } from './model-order';
import { type AuthStatus, copyLogin, type ForeignTool, openStore, statusOf } from './services';
import { styleOf, UsageError } from './terminal';
import { plain, plainName, toJson } from './text';

export interface LoginArguments {
  profile: string;
  browser: boolean;
  device: boolean;
  paste: boolean;
  /** False: the address is only printed. */
  open: boolean;
  /** Copies the login of this program instead. */
  from: ForeignTool | undefined;
  /** The file of that program, where it is not in its usual place. */
  path: string | undefined;
  /** The copy takes the place of a login that is there. */
  replace: boolean;
  json: boolean;
}

/** `login`: stores a new login in place of an old one. Rejects, and leaves that as it was, when there is none. */
export async function runLogin(args: LoginArguments, context: Context): Promise<number> {
  const { profile, open, from, path, replace } = args;
  const { terminal, screen } = context;
  const choice = chooseWay(askedWay(args), terminal);
  const authStore = openStore(context);
  const credentials = await (from
    ? copyLogin(context, authStore, { profile, from, path, replace })
    : logIn(choice, { profile, open, authStore, context }));
  const status = await statusOf(context, authStore, profile);
  const stopWaiting = screen.wait('Asking which models this account has');
  const models = await modelOrder(context, credentials, profile).finally(stopWaiting);
  terminal.stdout.write(
    `${args.json ? toJson({ ...toPrintable(status), modelOrder: models }) : format(status, models, context)}\n`,
  );
  return 0;
}

function askedWay(args: LoginArguments): Way | undefined {
  const asked = (['browser', 'device', 'paste'] as const).filter((way) => args[way]);
  const options = [...asked, ...(args.from ? ['import'] : [])].map((way) => `--${way}`);
  if (options.length > 1) throw new UsageError(`Choose one of ${options.join(' and ')}.`);
  if (!args.from && (args.replace || args.path !== undefined)) {
    throw new UsageError(`${args.replace ? '--replace' : '--path'} belongs to --import.`);
  }
  return asked[0];
}

function format(status: AuthStatus, models: readonly OrderedModel[], context: Context): string {
  const { stdout, env } = context.terminal;
  const { green } = styleOf(stdout, env);
  const profile = status.profile === DEFAULT_PROFILE ? '' : `, profile ${plainName(status.profile)}`;
  return [
    `${green('Logged in')} as ${nameOf(status)}${profile}.`,
    ...(status.location ? [`Stored in ${plain(status.location)}`] : []),
    '',
    'Models, in the usual order:',
    formatModelOrder(models, context),
  ].join('\n');
}
