import { orAbort } from '../../shared/abort';
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

/** What is asked of a model. */
export interface Question<Model extends AnyModel, Result> {
  ask(model: Model): PromiseLike<Result>;
  /** Lets go of a result that came after the abort. */
  discard?(result: Result, reason: unknown): unknown;
}

/** The result of the first model that has one. */
export async function tryInOrder<Model extends AnyModel, Result>(
  order: FallbackOrder<Model>,
  signal: AbortSignal | undefined,
  question: Question<Model, Result>,
): Promise<Answered<Model, Result>> {
  const { candidates, coolDowns, now } = order;
  const attempts = new Map<Candidate, JudgedAttempt>();
  const tryAnyway = repairable(order);
  const roundBegan = coolDowns.moment();
  const queue = [...candidates];
  for (const [at, candidate] of queue.entries()) {
    if (signal?.aborted) throw signal.reason;
    const giveUp = (attempt: JudgedAttempt) => {
      attempts.delete(candidate);
      attempts.set(candidate, attempt);
      report(order.onFallback, attempt, queue[at + 1]);
    };
    const coolDown = coolDowns.find(candidate, now());
    const isAgain = at >= candidates.length;
    if (coolDown && !tryAnyway.has(coolDown) && !(isAgain && coolDown.byLogin)) {
      const { until, verdict, error, byLogin, noted } = coolDown;
      // What one model of a login was refused may be granted to another: it is asked if nobody else answers.
      if (byLogin && noted > roundBegan) queue.push(candidate);
      giveUp(toAttempt(candidate, { ...verdict, until }, error, true));
      continue;
    }
    const began = coolDowns.moment();
    try {
      const result = await askOne(question, candidate.model, signal);
      coolDowns.clear(candidate, began);
      attempts.delete(candidate);
      return { result, used: candidate.model, attempts: [...attempts.values()] };
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      const verdict = judgeFailure(error, now());
      const attempt = toAttempt(candidate, verdict, error, verdict.kind === 'no-credentials');
      if (!verdict.switches) {
        attempts.delete(candidate);
        attempts.set(candidate, attempt);
        break;
      }
      // With nobody else to ask, whoever tries again hears how things stand then.
      if (candidates.length > 1) coolDowns.note(candidate, verdict, error);
      giveUp(attempt);
    }
  }
  throw conclude(attempts, order);
}

/** The error of the one model that failed, or of them all. A fallback without credentials was never asked: it does not count. */
function conclude(
  attempts: ReadonlyMap<Candidate, JudgedAttempt>,
  { candidates: [first], now }: FallbackOrder<AnyModel>,
): unknown {
  const failed = [...attempts].filter(([candidate, { code }]) => candidate === first || code !== 'no_credentials');
  if (failed.length === 1) return failed[0]?.[1].error;
  return new CodexFallbackError({ attempts: [...attempts.values()], now: now() });
}

/** A model that does not listen to the signal may go on, but nobody waits for it. */
async function askOne<Model extends AnyModel, Result>(
  { ask, discard }: Question<Model, Result>,
  model: Model,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const running = Promise.resolve(ask(model));
  try {
    const result = await orAbort(running, signal);
    signal?.throwIfAborted();
    return result;
  } catch (error) {
    if (signal?.aborted) void running.then((result) => discard?.(result, signal.reason)).catch(() => {});
    throw error;
  }
}

/** Where everybody is left alone: the cool-downs after a refused login, which may have been repaired since. */
function repairable({ candidates, coolDowns, now }: FallbackOrder<AnyModel>): ReadonlySet<CoolDown> {
  const found = candidates.map((candidate) => coolDowns.find(candidate, now()));
  return new Set(found.includes(undefined) ? [] : found.flatMap((coolDown) => (coolDown?.byLogin ? coolDown : [])));
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
