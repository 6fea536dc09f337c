import {
  APICallError,
  EmptyResponseBodyError,
  InvalidArgumentError,
  InvalidPromptError,
  InvalidResponseDataError,
  JSONParseError,
  LoadAPIKeyError,
  LoadSettingError,
  NoContentGeneratedError,
  NoSuchModelError,
  TypeValidationError,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider';
import { CodexAuthError } from '../../auth/errors';
import { headerWait } from '../../codec/response/retry-after';
import { hasMarker } from '../../shared/marked-error';
import { CodexCallError, CodexRateLimitError, CodexStreamError, CodexUsageLimitError } from '../errors';
import { type CodexFallbackCode, type FailureKind, kindOf, passes, switches } from './failure-kinds';
import { CodexFallbackError } from './fallback-error';
import { readForeignFailure, refine } from './read-foreign-failure';

/** What a failure of one model means for the order of models. */
export interface Verdict {
  switches: boolean;
  kind: FailureKind;
  code: CodexFallbackCode;
  isRetryable: boolean;
  /** Epoch milliseconds before which the model need not be asked again, if the failure says so. */
  until?: number;
}

/** How long a usage limit lasts that does not say when it ends. */
const LIMIT_MS = 15 * 60_000;
/** How long a service is left alone that refused the login; a person may be repairing it. */
const AUTH_MS = 60_000;
/** Causes may be circles. */
const MAX_DEPTH = 8;

const retryMarker = Symbol.for('vercel.ai.error.AI_RetryError');

const AI_SDK_ERRORS: readonly [{ isInstance(error: unknown): boolean }, CodexFallbackCode][] = [
  [LoadAPIKeyError, 'no_credentials'],
  [LoadSettingError, 'no_credentials'],
  [NoSuchModelError, 'model_not_found'],
  [EmptyResponseBodyError, 'empty_response'],
  [NoContentGeneratedError, 'empty_response'],
  [InvalidResponseDataError, 'invalid_event'],
  [JSONParseError, 'invalid_event'],
  [TypeValidationError, 'invalid_event'],
  [InvalidPromptError, 'invalid_request'],
  [InvalidArgumentError, 'invalid_request'],
  [UnsupportedFunctionalityError, 'unsupported'],
];

/**
 * Judges what a model rejected with, or put into an `error` part before its first output. Errors of every copy of this
 * package and of the AI SDK are recognised, also inside a RetryError or as the cause of something unknown. An abort by the
 * caller is not judged: an `AbortError` that comes here is of a time limit that somebody else has set.
 */
export function judgeFailure(error: unknown, now: number): Verdict {
  let one = error;
  for (let depth = 0; depth < MAX_DEPTH && one !== undefined && one !== null; depth++) {
    const verdict = judgeOne(one, now);
    if (verdict) return verdict;
    one = within(one);
  }
  return verdictOf('unknown', 'unknown', error, now);
}

/** The last failure of those that `ai` saw, or the cause. */
function within(error: unknown): unknown {
  const { lastError, errors, cause } = Object(error) as { lastError?: unknown; errors?: unknown[]; cause?: unknown };
  return hasMarker(error, retryMarker) ? (lastError ?? errors?.at(-1)) : cause;
}

function judgeOne(error: unknown, now: number): Verdict | undefined {
  if (CodexFallbackError.isInstance(error)) return judgeInner(error, now);
  if (CodexAuthError.isInstance(error)) return judgeAuth(error, now);
  if (CodexCallError.isInstance(error)) return judgeCall(error, now);
  for (const [type, code] of AI_SDK_ERRORS) {
    if (type.isInstance(error)) return verdictOf(code, kindOf(code) ?? 'unknown', error, now);
  }
  const code = readForeignFailure(error, APICallError.isInstance(error));
  return code && verdictOf(code, kindOf(code) ?? 'unknown', error, now);
}

/** One order inside another: what its last model said counts, and its cool-downs. */
function judgeInner(error: CodexFallbackError, now: number): Verdict {
  const { until: _, ...verdict } = judgeFailure(error.cause, now);
  const { isRetryable, retryAt } = error;
  // Its models may have several owners, so that what it waits for is the order's own.
  return { ...verdict, isRetryable, ...(verdict.switches && retryAt && { kind: 'limit', until: retryAt }) };
}

function judgeAuth(error: CodexAuthError, now: number): Verdict {
  return error.code === 'not_logged_in'
    ? verdictOf('no_credentials', 'no-credentials', error, now)
    : verdictOf(error.code, 'auth', error, now);
}

function judgeCall(error: CodexCallError, now: number): Verdict {
  const unknown = CodexStreamError.isInstance(error) ? 'network' : 'unknown';
  const code = error.code === 'forbidden' ? refine(error.code, error.message) : error.code;
  return verdictOf(code, kindOf(code) ?? unknown, error, now);
}

function verdictOf(code: CodexFallbackCode, kind: FailureKind, error: unknown, now: number): Verdict {
  const { isRetryable } = Object(error) as { isRetryable?: unknown };
  const until = endOf(kind, error, now);
  return {
    switches: switches(kind),
    kind,
    code,
    isRetryable: typeof isRetryable === 'boolean' ? isRetryable : passes(kind),
    ...(until !== undefined && { until }),
  };
}

function endOf(kind: FailureKind, error: unknown, now: number): number | undefined {
  const told = CodexUsageLimitError.isInstance(error)
    ? error.resetsAt
    : CodexRateLimitError.isInstance(error)
      ? (error.retryAt ?? after(error.retryAfterMs, now))
      : undefined;
  switch (kind) {
    case 'limit':
      return told ?? askedFor(error, now) ?? now + LIMIT_MS;
    case 'throttle':
    case 'overload':
      return told ?? askedFor(error, now);
    case 'auth':
      return now + AUTH_MS;
    default:
      return undefined;
  }
}

function askedFor(error: unknown, now: number): number | undefined {
  const { responseHeaders } = Object(error) as { responseHeaders?: Record<string, string> };
  return responseHeaders && after(headerWait(responseHeaders, now), now);
}

function after(ms: number | undefined, now: number): number | undefined {
  return ms === undefined ? undefined : now + ms;
}
