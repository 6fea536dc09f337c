import { UnsupportedFunctionalityError } from '@ai-sdk/provider';
import { CodexAuthError } from '../auth/errors';
import { UnsupportedInputError } from '../codec/errors';
import type { ResponseFailure } from '../codec/response/response-failure';
import type { RateLimits } from '../shared/rate-limits';
import { HttpFailure, TransportError } from '../shared/request-errors';
import { asLoginError, type FailureError, fromAnswer, fromStream } from './backend-error';
import type { Mask } from './clean';
import { whose } from './clip';
import { fromBrokenStream, fromTransport } from './stream-error';
import { StreamFailure } from './stream-failure';

/** The request that failed, for those who look into the error. */
export interface FailedRequest {
  url: string;
  body: unknown;
  /** Absent for a GET that concerns no model. */
  modelId?: string;
  accountId?: string;
  /** Headers of the answer, when it failed after it had begun. */
  headers?: Record<string, string>;
  /** What that answer told of the plan's limits. */
  rateLimits?: RateLimits;
  /** Its output had begun, so that nothing was tried to mend it. */
  isLate?: boolean;
  /** Hides the token that was sent. */
  mask?: Mask;
  /** The sentence that tells how to log in. */
  loginHint: string;
  now(): number;
  /** The models that the account has, if the backend was asked. */
  liveIds?: readonly string[];
  /** What was sent as `version`. */
  clientVersion?: string;
}

/** The one place where failures become errors of the AI SDK. Aborts, login errors and strangers pass untouched. */
export function toProviderError(cause: unknown, request: FailedRequest): unknown {
  if (HttpFailure.isInstance(cause)) return asLoginError(fromAnswer(cause, request));
  if (TransportError.isInstance(cause)) return fromTransport(cause, request);
  if (UnsupportedInputError.isInstance(cause)) {
    return new UnsupportedFunctionalityError({ functionality: cause.functionality, message: cause.message });
  }
  return cause;
}

/** An error for a failure that the stream itself reported. */
export function fromFailure(failure: ResponseFailure, request: FailedRequest): unknown {
  if (failure.kind === 'transport') return toProviderError(failure.cause, request);
  if (failure.kind !== 'response-failed') return fromBrokenStream(failure.kind, failure, request);
  return asLoginError(fromStream(failure, request));
}

/** The request, with the answer that failed before its output. */
export function withAnswer(request: FailedRequest, { headers, rateLimits }: StreamFailure): FailedRequest {
  return { ...request, headers, ...(rateLimits && { rateLimits }) };
}

/** An error of the login that came of the answer `refusal`, with it as its cause, unless it has one of its own. */
export function withRefusal(error: unknown, refusal: unknown, request: FailedRequest): unknown {
  if (!CodexAuthError.isInstance(error) || error.cause !== undefined) return error;
  const cause = refusalError(refusal, request);
  return cause ? new CodexAuthError({ code: error.code, message: error.message, cause: cause.error }) : error;
}

/** The error of a call whose two tokens were refused, when there is a third by then. */
export function refusedTwice(refusal: unknown, request: FailedRequest): unknown {
  const cause = refusalError(refusal, request);
  if (!cause) return refusal;
  const what = `The Codex backend refused two tokens of this login${whose(request)}.`;
  const message = `${what} There is a newer one now: try again.`;
  return new CodexAuthError({ code: 'refresh_failed', message, cause: cause.error });
}

function refusalError(refusal: unknown, request: FailedRequest): FailureError | undefined {
  if (HttpFailure.isInstance(refusal)) return fromAnswer(refusal, request);
  return refusal instanceof StreamFailure ? fromStream(refusal.failure, withAnswer(request, refusal)) : undefined;
}
