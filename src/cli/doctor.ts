import type { Context } from './context';
import { checkAccount } from './doctor/account';
import { type Check, type CheckState, ok, runCheck } from './doctor/check';
import { checkEnvironment, checkLogin, checkStore } from './doctor/login';
import { createMask, type Mask } from './doctor/mask';
import { checkNetworkSettings } from './doctor/network-settings';
import { checkServers } from './doctor/servers';
import { checkVersions } from './doctor/versions';
import { type AuthStatus, type AuthStore, openStore, statusOf } from './services';
import { styleOf, widthOf } from './terminal';
import { plainMessage, toJson, wrap } from './text';

export type DoctorArguments = { profile: string; json: boolean };

/** `doctor`: looks at everything that a call needs, and prints what others may read. 1: there is a problem; 0: none. */
export async function runDoctor({ profile, json }: DoctorArguments, context: Context): Promise<number> {
  const { terminal, screen } = context;
  const mask = createMask(terminal);
  const stop = json ? () => {} : screen.wait('Looking for what is wrong');
  let checks: Check[];
  try {
    checks = await examine(profile, context, mask);
  } finally {
    stop();
  }
  const shown = checks.map((check) => presentable(check, mask));
  const isFine = shown.every(({ state }) => state !== 'problem');
  terminal.stdout.write(`${json ? toJson({ ok: isFine, checks: shown }) : formatReport(shown, context)}\n`);
  return isFine ? 0 : 1;
}

/** Here first, then the servers without a login, then with it: each part explains why the next may fail. */
async function examine(profile: string, context: Context, mask: Mask): Promise<Check[]> {
  const { env, platform } = context.terminal;
  const { node } = process.versions;
  const here = await Promise.all([
    runCheck('versions', context, () => checkVersions(node, platform, process.arch)),
    runCheck('environment', context, () => checkEnvironment(context, profile)),
    runCheck('network', context, () => checkNetworkSettings(env, { node, execArgv: process.execArgv })),
  ]);
  // Another login and other servers than those that are meant say nothing.
  if (context.mistakes.length > 0) return here;
  const [stored, servers] = await Promise.all([examineLogin(profile, context, mask), checkServers(context)]);
  const isReached = servers.some(({ name, state }) => name === 'backend' && state !== 'problem');
  const account = stored.isUsable && isReached ? await checkAccount(context, profile, mask) : [];
  return [...here, ...stored.checks, ...servers, ...account];
}

async function examineLogin(profile: string, context: Context, mask: Mask) {
  let store: AuthStore | undefined;
  let status: AuthStatus | undefined;
  const login = await runCheck('login', context, async () => {
    store = openStore(context);
    status = await statusOf(context, store, profile);
    mask.learn(status.accountId, status.userId, status.otherAccount?.accountId);
    return checkLogin(status, context.terminal.runtime.now());
  });
  const isStored = status?.state === 'logged_in' || status?.state === 'relogin_required';
  const writes = await runCheck('store', context, () =>
    store && status && isStored ? checkStore(status, store) : ok('Not tried: there is no login to store.'),
  );
  return { checks: isStored ? [login, writes] : [login], isUsable: status?.state === 'logged_in' };
}

/** Made fit for a terminal and for others, whatever a check put into it. */
function presentable({ name, state, message, next }: Check, mask: Mask): Check {
  const fitted = (text: string) => mask.apply(plainMessage(text));
  return { name, state, message: fitted(message), ...(next !== undefined && { next: fitted(next) }) };
}

function formatReport(checks: readonly Check[], { terminal }: Context): string {
  const { stdout, env } = terminal;
  const style = styleOf(stdout, env);
  const width = widthOf(stdout);
  const paint: Record<CheckState, (text: string) => string> = {
    ok: style.green,
    warning: style.yellow,
    problem: style.red,
  };
  const lines = checks.flatMap(({ name, state, message, next }) => [
    `${paint[state](state.padEnd('problem'.length))}  ${style.bold(name)}`,
    wrap(message, width, '  '),
    ...(next === undefined ? [] : [wrap(`Next: ${next}`, width, '  ')]),
  ]);
  return [...lines, '', summaryOf(checks)].join('\n');
}

function summaryOf(checks: readonly Check[]): string {
  const count = (wanted: CheckState) => checks.filter(({ state }) => state === wanted).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  // Behind a warning there may be a reason why calls fail, such as an outage.
  const found = [problems > 0 && `${plural(problems, 'problem')}.`, warnings > 0 && `${plural(warnings, 'warning')}.`];
  return found.filter(Boolean).join(' ') || 'No problem was found.';
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
