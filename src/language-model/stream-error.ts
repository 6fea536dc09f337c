import type { ResponseFailure } from '../codec/response/response-failure';
import { asRecord } from '../shared/json';
import type { TransportError, TransportErrorCode } from '../shared/request-errors';
import { cleanData, cleanHeaders, cleanText } from './clean';
import { clip, whose } from './clip';
import { CodexStreamError, type CodexStreamErrorCode } from './errors';
import type { FailedRequest } from './to-provider-error';

type BrokenKind = Exclude<ResponseFailure['kind'], 'response-failed' | 'transport'>;

const BROKEN: Record<BrokenKind, { code: CodexStreamErrorCode; next: string }> = {
  'stream-ended': { code: 'stream_ended', next: 'What came before is not the whole answer: try again.' },
  'invalid-event': { code: 'invalid_event', next: 'Something of the answer is lost: try again.' },
  'incomplete-output': { code: 'incomplete_output', next: 'What came is not the whole answer: try again.' },
  'empty-response': { code: 'empty_response', next: 'Try again, or change the prompt.' },
};

const MAX_SAMPLE = 500;

/** An answer that the backend accepted and that broke off, was damaged, or held nothing. */
export function fromBrokenStream(kind: BrokenKind, failure: ResponseFailure, request: FailedRequest): CodexStreamError {
  const { code } = BROKEN[kind];
  const next = request.isLate || kind === 'empty-response' ? BROKEN[kind].next : 'Try again.';
  const data = cleanData(failure.detail, request.mask);
  const sample = kind === 'empty-response' ? [`It was: ${sampleOf(failure.detail, request)}`] : [];
  return streamError(code, [told(failure.message, request), next, ...sample], request, { data });
}

/** The event without what a response repeats of its request. */
function sampleOf(detail: unknown, { mask }: FailedRequest): string {
  const event = asRecord(detail);
  const { instructions: _i, tools: _t, input: _p, ...response } = asRecord(event?.response) ?? {};
  const shown = cleanData(event?.response ? { ...event, response } : detail, mask);
  return clip(JSON.stringify(shown) ?? 'nothing', MAX_SAMPLE);
}

const TRANSPORT: Record<TransportErrorCode, { code: CodexStreamErrorCode; next?: string }> = {
  connection_refused: { code: 'network', next: 'Is `baseURL` right, and is the network up?' },
  network: { code: 'network', next: 'Check the network and its proxy, and try again.' },
  connect_timeout: { code: 'connect_timeout' },
  first_event_timeout: { code: 'first_event_timeout' },
  idle_timeout: { code: 'idle_timeout' },
};

/** There was no answer, or its connection broke. */
export function fromTransport(cause: TransportError, request: FailedRequest): CodexStreamError {
  const { code, next } = TRANSPORT[cause.code];
  return streamError(code, [told(cause.message, request), ...(next ? [next] : [])], request, { cause });
}

/** The sentence, with whose call it was after what happened and before the advice that it may hold. */
function told(message: string, request: FailedRequest): string {
  const line = clip(cleanText(message, request.mask), 1_000);
  const [first = '', ...rest] = line.split(/(?<=[.!?])\s/);
  return [`${first.replace(/[.!?]$/, '')}${whose(request)}.`, ...rest].join(' ');
}

function streamError(
  code: CodexStreamErrorCode,
  sentences: string[],
  { url, body, headers, modelId, accountId, mask }: FailedRequest,
  more: { data?: unknown; cause?: unknown },
): CodexStreamError {
  return new CodexStreamError({
    url,
    requestBodyValues: body,
    ...(headers && { responseHeaders: cleanHeaders(headers, mask) }),
    message: sentences.join(' '),
    code,
    modelId,
    accountId,
    isRetryable: true,
    ...more,
  });
}
