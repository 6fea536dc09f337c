import { formatTime } from '../shared/format-time';
import type { Context } from './context';
import type { AuthStatus } from './services';
import { styleOf, widthOf } from './terminal';
import { formatRows, plain, plainMessage, plainName, wrap } from './text';

/** Who is logged in: `user@example.com (plus)`. */
export function nameOf({ email, accountId, planType }: AuthStatus): string {
  const name = plainName(email ?? (accountId && `account ${accountId}`) ?? 'an account without a name');
  return planType ? `${name} (${plainName(planType)})` : name;
}

type Stored = Exclude<AuthStatus['state'], 'not_logged_in'>;

const HEADINGS: Record<Stored, (status: AuthStatus) => string> = {
  logged_in: (status) => `Logged in as ${nameOf(status)}`,
  relogin_required: (status) => `The login of ${nameOf(status)} is over`,
  unreadable: ({ profile }) => `The login of profile ${plainName(profile)} cannot be read`,
  invalid: ({ profile }) => `What is stored as profile ${plainName(profile)} cannot be used`,
};

/** The status for programs: the same advice as people get, since they are the ones who read it. */
export function toPrintable<Status extends AuthStatus>(status: Status): Status {
  return status.problem === undefined ? status : { ...status, problem: plainMessage(status.problem) };
}

/** One login for people. */
export function formatStatus(status: AuthStatus, { terminal }: Context): string {
  const { stdout, env, runtime } = terminal;
  const style = styleOf(stdout, env);
  const width = widthOf(stdout);
  const { state } = status;
  const problem = status.problem ? [wrap(plainMessage(status.problem), width)] : [];
  if (state === 'not_logged_in') return problem[0] ?? `Nobody is logged in as profile ${plainName(status.profile)}.`;
  const heading = HEADINGS[state](status);
  return [
    state === 'logged_in' ? style.green(heading) : style.yellow(heading),
    formatRows(rowsOf(status, runtime.now()), width),
    ...problem,
  ].join('\n');
}

function rowsOf(status: AuthStatus, now: number): [string, string][] {
  const { profile, accountId, location, otherAccount } = status;
  const rows: [string, string | undefined][] = [
    ['profile', plainName(profile)],
    ['account', accountId && plainName(accountId)],
    ['token', tokenOf(status, now)],
    ['last refresh', refreshOf(status, now)],
    ['stored in', location],
    [
      'kept aside',
      otherAccount && `a login of ${plainName(otherAccount.email ?? otherAccount.accountId ?? 'another account')}`,
    ],
  ];
  return rows.flatMap(([label, value]) => (value ? [[label, plain(value)] as [string, string]] : []));
}

function tokenOf({ state, expiresAt, expired, renewable }: AuthStatus, now: number): string | undefined {
  if (state !== 'logged_in' && state !== 'relogin_required') return undefined;
  const ending = renewable ? 'renewed by itself' : 'cannot be renewed here';
  if (expiresAt === undefined) return `of unknown life, ${ending}`;
  return `${expired ? 'expired' : 'until'} ${formatTime(expiresAt, now)}, ${ending}`;
}

function refreshOf({ lastRefresh, refreshing }: AuthStatus, now: number): string | undefined {
  if (refreshing) return `under way since ${formatTime(refreshing.startedAt, now)}`;
  if (!lastRefresh) return undefined;
  const result = lastRefresh.ok ? 'succeeded' : `failed (${lastRefresh.code ?? 'unknown'})`;
  return `${formatTime(lastRefresh.at, now)}, ${result}`;
}
