import { DEFAULT_PROFILE } from '../../shared/constants';
import { formatTime } from '../../shared/format-time';
import type { Context } from '../context';
import { nameOf } from '../describe-status';
import type { AuthStatus, AuthStore } from '../services';
import { plain, plainMessage, plainName } from '../text';
import { type Finding, ok, problem, warning } from './check';

const DAY_MS = 86_400_000;
/** Variables of the environment that change where a login comes from and where it is sent. */
const SETTINGS = ['AI_SDK_CODEX_HOME', 'CODEX_HOME', 'CODEX_BASE_URL', 'CODEX_ISSUER'];

/** What is stored, as far as it can be told without a network. */
export function checkLogin(status: AuthStatus, now: number): Finding {
  if (status.state !== 'logged_in') return problem(plainMessage(status.problem ?? 'The login cannot be used.'));
  const { accountId, location, lastRefresh, otherAccount } = status;
  const account = accountId === undefined ? 'of an account that it does not name' : `account ${plainName(accountId)}`;
  const place = location === undefined ? '' : `, from ${plain(location)}`;
  const message = `Logged in as ${nameOf(status)}, ${account}${place}. ${tokenOf(status, now)}`;
  if (otherAccount) {
    return warning(`${message} A refresh brought a login of another account, which is not used.`, 'Log in again.');
  }
  if (lastRefresh && !lastRefresh.ok) {
    const code = plainName(lastRefresh.code ?? 'unknown');
    return warning(`${message} The last refresh failed (${code}, ${formatTime(lastRefresh.at, now)}).`, status.problem);
  }
  const { expiresAt, renewable } = status;
  if (!renewable && expiresAt !== undefined && expiresAt - now < DAY_MS) {
    return warning(message, 'Log in here with `npx ai-sdk-codex login`: a login of our own is renewed by itself.');
  }
  return ok(message);
}

function tokenOf({ expiresAt, expired, renewable }: AuthStatus, now: number): string {
  const ending = renewable ? 'is renewed by itself' : 'cannot be renewed here';
  if (expiresAt === undefined) return `Its token does not tell when it ends, and ${ending}.`;
  return `Its token ${expired ? 'expired' : 'lasts until'} ${formatTime(expiresAt, now)} and ${ending}.`;
}

/** Whether a renewed login could be stored. Runs an empty change, which writes nothing. */
export async function checkStore(status: AuthStatus, store: AuthStore): Promise<Finding> {
  if (status.readonly) return ok('The login belongs to others, and is only read.');
  await store.update(status.profile, async (current) => current);
  return ok('The store can be written.');
}

/** What the environment says of logins. No value of it is shown. */
export function checkEnvironment(
  { terminal: { env }, mistakes }: Pick<Context, 'terminal' | 'mistakes'>,
  profile: string,
): Finding {
  if (mistakes.length > 0) {
    return problem(mistakes.join(' '), 'Correct or unset it. Login and servers were not looked at.');
  }
  const set = SETTINGS.filter((name) => env[name]?.trim());
  const settings = set.length > 0 ? ` Set as well: ${set.join(', ')}.` : '';
  const token = env.CODEX_ACCESS_TOKEN;
  if (!token?.trim()) return ok(`CODEX_ACCESS_TOKEN is not set.${settings}`);
  if (profile !== DEFAULT_PROFILE) {
    return ok(`CODEX_ACCESS_TOKEN is set, and counts for the profile ${DEFAULT_PROFILE} alone.${settings}`);
  }
  const mistake = mistakeIn(token.trim());
  if (mistake === undefined) {
    return ok(
      `CODEX_ACCESS_TOKEN is set: it is used in place of a stored login, and nothing here renews it.${settings}`,
    );
  }
  return problem(
    `CODEX_ACCESS_TOKEN ${mistake}.${settings}`,
    'Set it to a ChatGPT access token, or unset it to use a stored login.',
  );
}

function mistakeIn(token: string): string | undefined {
  if (/^["'`]/.test(token)) return 'holds quotation marks';
  if (/^bearer\b/i.test(token)) return 'begins with "Bearer", which is no part of the token';
  if (token.startsWith('sk-'))
    return 'holds an OpenAI platform key (`sk-`), and this backend takes ChatGPT logins only';
  if (/^(?:rt[-_.]|oaistb_rt)/.test(token)) return 'holds a refresh token';
  if (token.startsWith('{')) return 'holds JSON: of an auth.json, only the access token belongs there';
  if (/\s/.test(token)) return 'holds white space';
  return undefined;
}
