import { APICallError, UnsupportedFunctionalityError } from '@ai-sdk/provider';
import { CodexAuthError } from '../auth/errors';
import { UnsupportedInputError } from '../codec/errors';
import type { ResponseFailure } from '../codec/response/response-failure';
import { redact, redactDeep } from '../shared/secret';
import { HttpFailure, TransportError, type TransportErrorCode } from '../transport/errors';
import { failureFacts, readErrorBody, statusFacts } from './describe-failure';
import { CodexStreamError, type CodexStreamErrorCode } from './errors';

/** The request that failed, for those who look into the error. */
export interface FailedRequest {
  url: string;
  body: unknown;
  modelId: string;
  headers?: Record<string, string>;
}

/** The one place where failures become errors of the AI SDK. Aborts, login errors and strangers pass untouched. */
export function toProviderError(cause: unknown, request: FailedRequest): unknown {
  if (HttpFailure.isInstance(cause)) return fromHttp(cause, request);
  if (TransportError.isInstance(cause)) return fromTransport(cause, request);
  if (UnsupportedInputError.isInstance(cause)) {
    return new UnsupportedFunctionalityError({ functionality: cause.functionality, message: cause.message });
  }
  return cause;
}

/** An error for a failure that the stream itself reported. */
export function fromFailure(failure: ResponseFailure, request: FailedRequest): unknown {
  if (failure.kind === 'transport') return toProviderError(failure.cause, request);
  if (failure.kind !== 'response-failed') {
    return streamError(FAILURE_CODES[failure.kind], failure.message, request, failure.detail);
  }
  const { codes = [] } = failure;
  const facts = failureFacts(codes);
  const label = codes[0] ? ` (${codes[0]})` : '';
  const said = `${redact(failure.message)}${label}`;
  const error = new APICallError({
    ...common(request),
    message: sentence(`Codex failed for ${request.modelId}: ${said}`, facts.advice),
    statusCode: facts.status,
    isRetryable: facts.isRetryable,
    data: redactDeep(failure.detail),
  });
  return facts.status === 401 ? loginError(said, error) : error;
}

const FAILURE_CODES = {
  'stream-ended': 'stream_ended',
  'invalid-event': 'invalid_event',
  'incomplete-output': 'incomplete_output',
} satisfies Record<Exclude<ResponseFailure['kind'], 'response-failed' | 'transport'>, CodexStreamErrorCode>;

/** An error of the login that came of the answer `refusal`, with it as its cause, unless it has one of its own. */
export function withRefusal(error: unknown, refusal: unknown, request: FailedRequest): unknown {
  if (!CodexAuthError.isInstance(error) || error.cause !== undefined || !HttpFailure.isInstance(refusal)) return error;
  const { code, message } = error;
  return new CodexAuthError({ code, message, cause: apiCallError(refusal, request).error });
}

/** The error of a call whose two tokens were refused, when there is a third by then. */
export function refusedTwice(refusal: unknown, request: FailedRequest): unknown {
  if (!HttpFailure.isInstance(refusal)) return refusal;
  const { said, error: cause } = apiCallError(refusal, request);
  const what = `The Codex backend refused two tokens of this login (${said}).`;
  return new CodexAuthError({ code: 'refresh_failed', message: `${what} There is a newer one now: try again.`, cause });
}

function fromHttp(failure: HttpFailure, request: FailedRequest): unknown {
  const { said, error } = apiCallError(failure, request);
  return failure.status === 401 ? loginError(said, error) : error;
}

function apiCallError(failure: HttpFailure, request: FailedRequest): { said: string; error: APICallError } {
  const { message, codes, data } = readErrorBody(failure.body);
  const facts = statusFacts(failure.status, codes);
  const said = message ? redact(message) : silence(failure);
  const error = new APICallError({
    ...common({ ...request, headers: failure.headers }),
    message: sentence(`Codex answered ${failure.status} for ${request.modelId}: ${said}`, facts.advice),
    statusCode: failure.status,
    responseBody: redact(failure.body),
    isRetryable: facts.isRetryable,
    data: redactDeep(data),
  });
  return { said, error };
}

function silence({ status, headers }: HttpFailure): string {
  if (status >= 300 && status < 400) {
    return `it redirects to ${redact(headers.location ?? 'nowhere')}, which is not followed`;
  }
  return 'the answer had no message';
}

function loginError(said: string, cause: APICallError): CodexAuthError {
  return new CodexAuthError({
    code: 'relogin_required',
    message: `The Codex backend refused this login (${said}). Log in again.`,
    cause,
  });
}

function fromTransport(cause: TransportError, request: FailedRequest): CodexStreamError {
  return streamError(STREAM_CODES[cause.code], cause.message, request, undefined, cause);
}

const STREAM_CODES = {
  connection_refused: 'network',
  network: 'network',
  first_event_timeout: 'first_event_timeout',
  idle_timeout: 'idle_timeout',
} satisfies Record<TransportErrorCode, CodexStreamErrorCode>;

function streamError(
  code: CodexStreamErrorCode,
  message: string,
  request: FailedRequest,
  data: unknown,
  cause?: unknown,
): CodexStreamError {
  return new CodexStreamError({
    ...common(request),
    code,
    message: `Codex failed for ${request.modelId}: ${redact(message)}`,
    isRetryable: true,
    data: redactDeep(data),
    cause,
  });
}

function common({ url, body, headers }: FailedRequest) {
  return { url, requestBodyValues: body, ...(headers && { responseHeaders: headers }) };
}

function sentence(text: string, advice: string | undefined): string {
  const end = /[.!?]$/.test(text) ? text : `${text}.`;
  return advice ? `${end} ${advice}` : end;
}
