import { CodexAuthError } from '../../auth/errors';
import { DEFAULT_MODEL_ORDER } from '../../catalog/model-order';
import { formatTime } from '../../shared/format-time';
import type { RateLimits, RateLimitWindow } from '../../shared/rate-limits';
import type { Context } from '../context';
import { type AccountProvider, type ListFailure, openAccount } from '../services';
import { plainMessage, plainName } from '../text';
import { type Check, type Finding, ok, problem, runCheck, warning } from './check';
import type { Mask } from './mask';
import { otherAddress } from './probe';

const MAX_LISTED = 12;
const FULL = 100;

/** What the backend says to the login: its models, and what is left of its plan. */
export async function checkAccount(context: Context, profile: string, mask: Mask): Promise<Check[]> {
  const account = await openAccount(context, profile);
  const { runtime } = context.terminal;
  const look = (name: string, ask: (signal: AbortSignal) => Promise<Finding>) =>
    runCheck(name, context, async (signal) => {
      try {
        return await ask(signal);
      } catch (error) {
        signal.throwIfAborted();
        return explainError(error, account);
      }
    });
  // One after the other: the first may renew the login, and what it fails with is what the second would fail with.
  const models = await look('models', async (signal) =>
    judgeModels(await account.models(signal), account.listFailure()),
  );
  const usage = await look('usage', async (signal) => {
    const seen = await account.usage(signal);
    mask.learn(seen.accountId, seen.userId);
    return judgeUsage(seen, runtime.now());
  });
  // Such as that the login could not be renewed, and works for a while all the same.
  return [models, usage, ...account.warnings.map((text) => ({ name: 'session', ...warning(plainMessage(text)) }))];
}

type Models = Awaited<ReturnType<AccountProvider['models']>>;
type Usage = Awaited<ReturnType<AccountProvider['usage']>>;

function judgeModels(all: Models, failure: ListFailure | undefined): Finding {
  if (failure) return explainNoList(failure);
  const models = all.filter(({ source }) => source === 'live');
  if (models.length === 0) {
    return warning(
      'The backend lists no model for this account.',
      'Ask whoever runs its workspace, or name a model yourself.',
    );
  }
  const listed = models.filter(({ isListed }) => isListed !== false).map(({ id }) => plainName(id));
  const more = listed.length > MAX_LISTED ? ` and ${listed.length - MAX_LISTED} more` : '';
  const message = `This account has ${models.length} ${models.length === 1 ? 'model' : 'models'}: ${listed.slice(0, MAX_LISTED).join(', ')}${more}.`;
  const first = DEFAULT_MODEL_ORDER.primary.replace(/^.*\//, '');
  if (models.some(({ id }) => id === first)) return ok(message);
  return warning(
    `${message} The first of the default order, ${first}, is not among them.`,
    'Name one of them in your app.',
  );
}

/** Failures of the moment; after any other, calls will hardly fare better. */
const PASSING = /timeout|^network$|^connection|overloaded|^server_error$|^rate_limit/;

function explainNoList({ code, status, requestId }: ListFailure): Finding {
  const traces = [code, status && `status ${status}`, requestId && `request ${requestId}`];
  const known = traces
    .filter((trace) => typeof trace === 'string' && trace !== 'unknown')
    .map((trace) => plainName(String(trace)));
  const message = `The backend did not give its list of models${known.length > 0 ? ` (${known.join(', ')})` : ''}.`;
  const isOutage = typeof status === 'number' ? status >= 500 || status === 429 : PASSING.test(String(code));
  if (isOutage) return warning(message, 'Try again later.');
  return problem(message, `See what the check of usage says. ${otherAddress('CODEX_BASE_URL')}`);
}

function judgeUsage({ planType, allowed, limitReached, rateLimits }: Usage, now: number): Finding {
  const plan = planType === undefined ? 'The plan is not named' : `The plan is ${plainName(planType)}`;
  const windows = windowsOf(rateLimits);
  if (limitReached || allowed === false) {
    const ends = windows.flatMap(({ usedPercent, resetsAt }) => (usedPercent >= FULL && resetsAt ? [resetsAt] : []));
    const reset = ends.length > 0 ? `, until ${formatTime(Math.max(...ends), now)}` : '';
    return warning(`${plan}, and its limit is reached${reset}.`, 'Wait for the reset, or use a fallback model.');
  }
  const used = windows.map(
    ({ usedPercent, resetsAt }) =>
      `${Math.round(usedPercent)} %${resetsAt ? ` until ${formatTime(resetsAt, now)}` : ''}`,
  );
  return ok(`${plan}${used.length > 0 ? `; used: ${used.join(', ')}` : ''}.`);
}

function windowsOf({ primary, secondary }: RateLimits): RateLimitWindow[] {
  return [primary, secondary].filter((window) => window !== undefined);
}

/** Messages of failed calls and logins say themselves what to do next. */
function explainError(error: unknown, { isPassing, tracesOf }: AccountProvider): Finding {
  const message = plainMessage(error instanceof Error ? error.message : String(error));
  if (CodexAuthError.isInstance(error)) return problem(message);
  const traces = tracesOf(error);
  const found = traces.length > 0 ? `${message} (${traces.map(plainName).join(', ')})` : message;
  return isPassing(error) ? warning(found) : problem(found);
}
