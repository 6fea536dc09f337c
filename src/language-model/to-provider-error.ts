import { type APICallError, UnsupportedFunctionalityError } from '@ai-sdk/provider';
import { CodexAuthError } from '../auth/errors';
import { UnsupportedInputError } from '../codec/errors';
import type { BackendFailure } from '../codec/response/backend-failure';
import { classifyFailure } from '../codec/response/classify-failure';
import { parseRateLimitHeaders } from '../codec/response/parse-rate-limits';
import { readHttpFailure } from '../codec/response/read-failure';
import type { ResponseFailure } from '../codec/response/response-failure';
import { headerWait } from '../codec/response/retry-after';
import { HttpFailure, TransportError } from '../shared/request-errors';
import { redact } from '../shared/secret';
import { cleanData, whose } from './clip';
import { createCallError } from './create-call-error';
import { describeFailure } from './describe-failure';
import type { ToldFailure } from './failure-texts';
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
  if (HttpFailure.isInstance(cause)) return asLoginError(fromBackend(readHttpFailure(cause), request, cause.body));
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
  return asLoginError(fromBackend(saidInStream(failure, request.headers), request));
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
  if (HttpFailure.isInstance(refusal)) return fromBackend(readHttpFailure(refusal), request, refusal.body);
  if (!(refusal instanceof StreamFailure)) return undefined;
  return fromBackend(saidInStream(refusal.failure, refusal.headers), request);
}

const WINDOW_HEADER = /^x-.+-(?:primary|secondary)-/;

/** Headers of the answer tell limits, too. Those of the event are newer, and all or nothing: halves of two make no window. */
function saidInStream(
  { said, message, detail }: ResponseFailure,
  headers: Record<string, string> = {},
): BackendFailure {
  const known = said ?? { headers: {}, codes: [], message, isHtml: false, data: detail };
  const tellsWindows = Object.keys(known.headers).some((name) => WINDOW_HEADER.test(name));
  const older = Object.entries(headers).filter(([name]) => !tellsWindows || !WINDOW_HEADER.test(name));
  return { ...known, headers: { ...Object.fromEntries(older), ...known.headers } };
}

interface FailureError {
  told: ToldFailure;
  error: APICallError;
}

function fromBackend(said: BackendFailure, request: FailedRequest, body?: string): FailureError {
  const { modelId, accountId, liveIds, clientVersion, loginHint, url } = request;
  const now = request.now();
  const meaning = classifyFailure(said, now);
  const told: ToldFailure = {
    said,
    meaning,
    modelId,
    accountId,
    liveIds,
    clientVersion,
    loginHint,
    url,
    now,
    headers: said.headers,
    limits: parseRateLimitHeaders(said.headers, now),
  };
  const error = createCallError(told, {
    url,
    requestBodyValues: request.body,
    message: describeFailure(told),
    statusCode: meaning.status,
    responseHeaders: answerHeaders(told),
    ...(body !== undefined && { responseBody: redact(body) }),
    isRetryable: meaning.isRetryable,
    data: cleanData(said.data),
  });
  return { told, error };
}

/** With the wait where `ai` looks for it, when only an event or a sentence told it. */
function answerHeaders({ headers, meaning, now }: ToldFailure): Record<string, string> {
  const { retryAfterMs, isRetryable } = meaning;
  const clean = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, redact(value)]));
  if (!isRetryable || retryAfterMs === undefined || headerWait(headers, now) !== undefined) return clean;
  return { ...clean, 'retry-after-ms': String(Math.ceil(retryAfterMs)) };
}

/** Nothing but a login mends a token that was refused for good. */
function asLoginError({ told, error }: FailureError): unknown {
  const { code } = told.meaning;
  if (code === 'unauthorized')
    return new CodexAuthError({ code: 'relogin_required', message: error.message, cause: error });
  if (code === 'api_key')
    return new CodexAuthError({ code: 'invalid_credential', message: error.message, cause: error });
  return error;
}
