import type { APICallError } from '@ai-sdk/provider';
import { CodexAuthError } from '../auth/errors';
import type { BackendFailure } from '../codec/response/backend-failure';
import { classifyFailure } from '../codec/response/classify-failure';
import { mergeRateLimits, parseRateLimitHeaders } from '../codec/response/parse-rate-limits';
import { readHttpFailure } from '../codec/response/read-failure';
import type { ResponseFailure } from '../codec/response/response-failure';
import { headerWait } from '../codec/response/retry-after';
import { asRecord } from '../shared/json';
import type { RateLimits } from '../shared/rate-limits';
import type { HttpFailure } from '../shared/request-errors';
import { cleanData, cleanHeaders, cleanText, type Mask } from './clean';
import { createCallError } from './create-call-error';
import { describeFailure } from './describe-failure';
import { endedLogin } from './ended-login';
import type { ToldFailure } from './failure-texts';
import { sentReasoning } from './sent-reasoning';
import type { FailedRequest } from './to-provider-error';

/** A failure of the backend with the error that is made of it. */
export interface FailureError {
  told: ToldFailure;
  error: APICallError;
}

export function fromAnswer(failure: HttpFailure, request: FailedRequest): FailureError {
  const limits = parseRateLimitHeaders(failure.headers, request.now());
  return fromBackend(readHttpFailure(failure), limits, request, failure.body);
}

const WINDOW_HEADER = /^x-.+-(?:primary|secondary)-/;

/** The answer tells limits in headers and events; an event that fails may bring newer ones, in headers of its own. */
export function fromStream({ said, message, detail }: ResponseFailure, request: FailedRequest): FailureError {
  const known = said ?? { headers: {}, codes: [], message, isHtml: false, data: detail };
  const { headers = {}, rateLimits } = request;
  const older = rateLimits ?? parseRateLimitHeaders(headers, request.now());
  const newer = parseRateLimitHeaders(known.headers, request.now());
  // All or nothing: halves of two make no window.
  const tellsWindows = Object.keys(known.headers).some((name) => WINDOW_HEADER.test(name));
  const kept = Object.entries(headers).filter(([name]) => !tellsWindows || !WINDOW_HEADER.test(name));
  const merged = { ...Object.fromEntries(kept), ...known.headers };
  return fromBackend({ ...known, headers: merged }, newer ? mergeRateLimits(older, newer) : older, request);
}

function fromBackend(
  answer: BackendFailure,
  known: RateLimits | undefined,
  request: FailedRequest,
  body?: string,
): FailureError {
  const { modelId, accountId, liveIds, clientVersion, url, mask } = request;
  const now = request.now();
  const said = mask ? masked(answer, mask) : answer;
  const limits = asRecord(cleanData(known, mask)) as RateLimits | undefined;
  const meaning = classifyFailure(said, now, limits);
  const isRenewable = request.isLate && endedLogin(said.codes) === undefined;
  const told: ToldFailure = {
    said,
    meaning,
    modelId,
    accountId,
    liveIds,
    clientVersion,
    loginHint: isRenewable ? 'Try again: the login is renewed then, if it can be.' : request.loginHint,
    isRenewable: isRenewable ?? false,
    sentReasoning: sentReasoning(request),
    url,
    now,
    headers: said.headers,
    limits,
  };
  const data = cleanData(said.data, mask);
  const error = createCallError(told, {
    url,
    requestBodyValues: request.body,
    message: describeFailure(told),
    statusCode: meaning.status,
    responseHeaders: answerHeaders(told),
    responseBody: body === undefined ? JSON.stringify(data) : cleanText(body, mask),
    isRetryable: meaning.isRetryable,
    data,
  });
  return { told, error };
}

function masked({ message, param, planType, ...said }: BackendFailure, mask: Mask): BackendFailure {
  return {
    ...said,
    headers: cleanHeaders(said.headers, mask),
    codes: said.codes.map(mask),
    ...(message !== undefined && { message: mask(message) }),
    ...(param !== undefined && { param: mask(param) }),
    ...(planType !== undefined && { planType: mask(planType) }),
  };
}

/** With the wait where `ai` looks for it, when only an event or a sentence told it. */
function answerHeaders({ headers, meaning, now }: ToldFailure): Record<string, string> {
  const { retryAfterMs, isRetryable } = meaning;
  const clean = cleanHeaders(headers);
  if (!isRetryable || retryAfterMs === undefined || headerWait(headers, now) !== undefined) return clean;
  return { ...clean, 'retry-after-ms': String(Math.ceil(retryAfterMs)) };
}

/** Nothing but a login mends a token that was refused for good. */
export function asLoginError({ told, error }: FailureError): unknown {
  const { meaning, isRenewable } = told;
  const { message } = error;
  if (meaning.code === 'unauthorized') {
    return new CodexAuthError({ code: isRenewable ? 'refresh_failed' : 'relogin_required', message, cause: error });
  }
  if (meaning.code === 'api_key') return new CodexAuthError({ code: 'invalid_credential', message, cause: error });
  return error;
}
