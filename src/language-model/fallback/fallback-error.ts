import { APICallError } from '@ai-sdk/provider';
import { hasMarker, mark } from '../../shared/marked-error';
import type { CodexFallbackAttempt } from './candidate';
import { describeAttempts } from './describe-attempts';

const marker = Symbol.for('ai-sdk-codex.CodexFallbackError');
/** `ai` waits as long as an answer asks for, up to this. */
const LONGEST_WAIT_MS = 60_000;

/** An attempt, and whether the same model may answer within a minute. */
export type JudgedAttempt = CodexFallbackAttempt & { readonly isRetryable: boolean };

/**
 * Several models failed or were skipped, and none answered. The message has a line for each. Retryable if one of them may
 * answer within a minute; the wait until then is in `responseHeaders`, where `ai` finds it. `cause` is the last failure.
 */
export class CodexFallbackError extends APICallError {
  readonly code = 'all_failed';
  /** What became of each model, in order. */
  readonly attempts: readonly CodexFallbackAttempt[];
  /** Epoch milliseconds at which the first can be asked again; undefined unless every model has to wait. */
  readonly retryAt: number | undefined;

  /** `now` in epoch milliseconds. */
  constructor({ attempts, now }: { attempts: readonly JudgedAttempt[]; now: number }) {
    const last = attempts.findLast(({ skipped }) => !skipped) ?? attempts.at(-1);
    const failed = APICallError.isInstance(last?.error) ? last.error : undefined;
    const wait = shortestWait(attempts, now);
    super({
      message: describeAttempts(attempts, now),
      url: failed?.url ?? '',
      requestBodyValues: {}, // each attempt's error has its own
      ...(failed?.statusCode !== undefined && { statusCode: failed.statusCode }),
      ...(wait && { responseHeaders: { 'retry-after-ms': String(wait) } }),
      isRetryable: wait !== undefined,
    });
    this.name = 'CodexFallbackError';
    this.attempts = attempts.map(withHiddenError);
    const ends = attempts.flatMap(({ until }) => until ?? []);
    this.retryAt = ends.length === attempts.length ? earliest(ends) : undefined;
    // A foreign error holds whole prompts: it is there for whoever asks, not for whoever prints.
    Object.defineProperty(this, 'cause', { value: last?.error, enumerable: false });
    mark(this, marker);
  }

  static override isInstance(error: unknown): error is CodexFallbackError {
    return hasMarker(error, marker);
  }
}

/** Milliseconds after which another round makes sense; undefined when that is a minute or more. */
function shortestWait(attempts: readonly JudgedAttempt[], now: number): number | undefined {
  const waits = attempts.filter((attempt) => attempt.isRetryable).map(({ until = now }) => Math.max(0, until - now));
  return earliest(waits.filter((wait) => wait < LONGEST_WAIT_MS));
}

function earliest(times: readonly number[]): number | undefined {
  return times.length > 0 ? Math.min(...times) : undefined;
}

function withHiddenError({ error, isRetryable: _, ...plain }: JudgedAttempt): CodexFallbackAttempt {
  return Object.defineProperty(plain, 'error', { value: error, enumerable: false }) as CodexFallbackAttempt;
}
