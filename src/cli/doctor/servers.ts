import { CODEX_CLIENT_VERSION } from '../../shared/constants';
import type { Context } from '../context';
import { type Check, type Finding, ok, problem, runCheck, warning } from './check';
import { explainAnswer, hostOf, otherAddress, type Probe, probe } from './probe';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/** A token is renewed 5 minutes before its end; a clock that is further off takes good ones for expired and the reverse. */
const MOST_MS = 5 * MINUTE_MS;

/** Whether issuer and backend can be reached, and whether the clock agrees with theirs. No token is sent. */
export async function checkServers(context: Context): Promise<Check[]> {
  const { issuer, baseURL } = context;
  const probes: Probe[] = [];
  const look = (name: string, url: string, variable: string, answered: (answer: Probe) => Finding | undefined) =>
    runCheck(name, context, async (signal) => {
      const seen = await probe(url, context.terminal.runtime, signal);
      probes.push(seen);
      return seen.failure ?? explainAnswer(seen, variable) ?? answered(seen) ?? isThere(seen);
    });
  const reached = await Promise.all([
    look('issuer', `${issuer}/.well-known/openid-configuration`, 'CODEX_ISSUER', () => undefined),
    look('backend', `${baseURL}/models?client_version=${CODEX_CLIENT_VERSION}`, 'CODEX_BASE_URL', judgeBackend),
  ]);
  return [...reached, { name: 'clock', ...compareClocks(probes.map(({ clockAheadMs }) => clockAheadMs)) }];
}

/** Without a token, a refusal in JSON is the right answer; a server that asks for none may give a list. */
function judgeBackend({ url, answer }: Probe): Finding | undefined {
  if (!answer) return undefined;
  const { status, text } = answer;
  const isJson = /^\s*[{[]/.test(text);
  if (isJson && [200, 401, 403].includes(status)) return undefined;
  const host = hostOf(url);
  if (status === 429)
    return warning(`${host} answers with status ${status}: there were too many requests.`, 'Try again later.');
  const what = isJson ? '' : ' and no JSON';
  return problem(
    `${host} answers with status ${status}${what}, which is not how the backend answers.`,
    otherAddress('CODEX_BASE_URL'),
  );
}

/** Any answer that came from the server itself tells that it is there. */
function isThere({ url, answer }: Probe): Finding {
  return ok(`${hostOf(url)} answers (status ${answer?.status}).`);
}

/** Of several servers the nearest counts: an answer out of a cache is as old as its date. */
function compareClocks(ahead: readonly (number | undefined)[]): Finding {
  const known = ahead.filter((one) => one !== undefined).sort((one, other) => Math.abs(one) - Math.abs(other));
  const [nearest] = known;
  if (nearest === undefined) return warning('No server told its time, so the clock could not be compared.');
  const off = Math.abs(nearest);
  if (off <= MINUTE_MS) return ok('The clock agrees with that of the servers.');
  const message = `The clock is ${lengthOf(off)} ${nearest > 0 ? 'ahead' : 'behind'}.`;
  const next = 'Set it, best by network time: whether a token has expired is read from it.';
  return off > MOST_MS ? problem(message, next) : warning(message, next);
}

function lengthOf(ms: number): string {
  return ms < 1.5 * MINUTE_MS ? `${Math.round(ms / SECOND_MS)} seconds` : `${Math.round(ms / MINUTE_MS)} minutes`;
}
