import { type AnyModel, type Candidate, type CodexFallbackModel, nameOf } from './candidate';
import type { CoolDown, CoolDowns } from './cool-downs';
import type { CodexFallbackCode } from './failure-kinds';
import { CodexFallbackError, type JudgedAttempt } from './fallback-error';
import { judgeFailure, type Verdict } from './judge-failure';

/** A model was given up, before any output. */
export interface CodexFallbackEvent {
  from: CodexFallbackModel;
  /** The next of the order, which may be given up in turn; undefined after the last. */
  to: CodexFallbackModel | undefined;
  code: CodexFallbackCode;
  /** No request was made: it has no credentials, or is left alone for a while. */
  skipped: boolean;
  /** What it failed with, now or when it was asked last. */
  error: unknown;
}

/** Called for every model that is given up. What it throws or rejects with is ignored. */
export type OnFallback = (event: CodexFallbackEvent) => void | PromiseLike<void>;

export interface FallbackOrder<Model extends AnyModel> {
  candidates: readonly Candidate<Model>[];
  coolDowns: CoolDowns;
  onFallback: OnFallback | undefined;
  now(): number;
}

export interface Answered<Model extends AnyModel, Result> {
  result: Result;
  used: Model;
  /** The models given up before it. */
  attempts: readonly JudgedAttempt[];
}

/** The result of the first model for which `call` resolves. */
export async function tryInOrder<Model extends AnyModel, Result>(
  order: FallbackOrder<Model>,
  signal: AbortSignal | undefined,
  call: (model: Model) => PromiseLike<Result>,
): Promise<Answered<Model, Result>> {
  const { candidates, coolDowns, now } = order;
  const attempts: JudgedAttempt[] = [];
  const tryAnyway = repairable(order);
  for (const [at, candidate] of candidates.entries()) {
    if (signal?.aborted) throw signal.reason;
    const giveUp = (attempt: JudgedAttempt) => {
      attempts.push(attempt);
      report(order.onFallback, attempt, candidates[at + 1]);
    };
    const coolDown = coolDowns.find(candidate, now());
    if (coolDown && !tryAnyway.has(coolDown)) {
      const { until, verdict, error } = coolDown;
      giveUp(toAttempt(candidate, { ...verdict, until }, error, true));
      continue;
    }
    try {
      const result = await call(candidate.model);
      coolDowns.clear(candidate);
      return { result, used: candidate.model, attempts };
    } catch (error) {
      const verdict = judgeFailure(error, now());
      if (signal?.aborted) throw verdict.kind === 'abort' ? error : signal.reason;
      if (verdict.kind === 'abort') throw error;
      const attempt = toAttempt(candidate, verdict, error, verdict.kind === 'no-credentials');
      if (!verdict.switches) {
        attempts.push(attempt);
        break;
      }
      // With nobody else to ask, it is for whoever tries again to wait as long as the failure asks for.
      if (candidates.length > 1 || !verdict.isRetryable) coolDowns.note(candidate, verdict, error);
      giveUp(attempt);
    }
  }
  throw attempts.length === 1 ? attempts[0]?.error : new CodexFallbackError({ attempts, now: now() });
}

/** Where everybody is left alone: the cool-downs after a refused login, which may have been repaired since. */
function repairable({ candidates, coolDowns, now }: FallbackOrder<AnyModel>): ReadonlySet<CoolDown> {
  const found = candidates.map((candidate) => coolDowns.find(candidate, now()));
  return new Set(found.includes(undefined) ? [] : found.flatMap((coolDown) => (coolDown?.byOwner ? coolDown : [])));
}

function toAttempt(
  { model }: Candidate,
  { code, isRetryable, until }: Verdict,
  error: unknown,
  skipped: boolean,
): JudgedAttempt {
  return {
    ...nameOf(model),
    code,
    ...(skipped && { skipped }),
    ...(until !== undefined && { until }),
    error,
    isRetryable,
  };
}

function report(onFallback: OnFallback | undefined, attempt: JudgedAttempt, next: Candidate | undefined): void {
  const { code, skipped = false, error } = attempt;
  try {
    const told = onFallback?.({ from: nameOf(attempt), to: next && nameOf(next.model), code, skipped, error });
    // A promise of any kind, which nobody waits for.
    void Promise.resolve(told).catch(() => {});
  } catch {
    // The call matters more than whoever watches it.
  }
}
