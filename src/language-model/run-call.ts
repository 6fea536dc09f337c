import type { CodexUsage, UsageOptions } from '../catalog/fetch-usage';
import type { ModelCatalog } from '../catalog/model-catalog';
import type { CallWarning, CodexCall } from '../codec/call';
import type { RequestBody } from '../codec/request/request-body';
import type { ResponseFailure } from '../codec/response/response-failure';
import type { ResponsePart } from '../codec/response/response-part';
import { orAbort } from '../shared/abort';
import type { Logger } from '../shared/logger';
import type { RateLimits } from '../shared/rate-limits';
import type { RequestAuthorizer } from '../shared/request-authorizer';
import { HttpFailure } from '../shared/request-errors';
import type { Runtime } from '../shared/runtime';
import type { Transport } from '../transport/transport';
import { CallLog } from './call-log';
import { maskFor } from './clean';
import { LimitsObserver } from './observe-limits';
import { type PreparedCall, prepareCall } from './prepare-call';
import { readAnswer } from './read-answer';
import type { CallerHeaders } from './request-headers';
import { judge, prepareResend, type ResendReason } from './resend';
import { StreamFailure } from './stream-failure';
import { type FailedRequest, fromFailure, toProviderError, withAnswer } from './to-provider-error';
import { TURN_STATE_HEADER, type TurnStates } from './turn-state';

const MODELS_ETAG_HEADER = 'x-models-etag';

/** What every call of one provider shares. */
export interface CallEnvironment {
  baseURL: string;
  transport: Transport;
  authorizer: RequestAuthorizer;
  runtime: Runtime;
  turnStates: TurnStates;
  originator: string;
  clientVersion: string;
  defaultInstructions: string;
  headers: CallerHeaders;
  catalog: ModelCatalog;
  usage(options?: UsageOptions): Promise<CodexUsage>;
  onRateLimits: ((snapshot: RateLimits) => void) | undefined;
  logger: Logger;
  /** The sentence that tells how to log in. */
  loginHint: string;
  /** Forces the lite form of the protocol, or the classic one. */
  responsesLite: boolean | undefined;
  clampReasoningEffort: boolean;
}

export interface CallSettings {
  headers: CallerHeaders;
  signal: AbortSignal | undefined;
  /** The newest session id that the history carries. */
  historySessionId: string | undefined;
}

/** A call whose answer has begun. */
export interface RunningCall {
  body: RequestBody;
  warnings: CallWarning[];
  responseHeaders: Record<string, string>;
  /** Adds the next parts to `out`, at least one unless the stream is over; false when nothing follows. */
  next(out: ResponsePart[]): Promise<boolean>;
  cancel(reason?: unknown): void;
  /** The error to show for an error part. */
  toError(failure: ResponseFailure): unknown;
}

interface Run {
  call: CodexCall;
  environment: CallEnvironment;
  settings: CallSettings;
  log: CallLog;
  /** The newest attempt. */
  request: FailedRequest;
  resends: ResendReason[];
}

/**
 * Sends a call and waits for its first real part (a text, reasoning or tool part; not the metadata before it), so that a
 * failure up to there rejects and can be retried, and one after it is a part of the stream.
 */
export async function runCall(
  call: CodexCall,
  environment: CallEnvironment,
  settings: CallSettings,
): Promise<RunningCall> {
  const { baseURL, clientVersion, loginHint, logger, runtime } = environment;
  const request: FailedRequest = {
    url: `${baseURL}/responses`,
    body: undefined,
    modelId: call.modelId,
    loginHint,
    clientVersion,
    now: () => runtime.now(),
  };
  const run: Run = { call, environment, settings, log: new CallLog(logger, runtime), request, resends: [] };
  try {
    for (;;) {
      const running = await attempt(run);
      if (running) return running;
    }
  } catch (error) {
    throw run.log.failed(await explain(error, run));
  }
}

/** Sends once. Gives nothing when the call is to be sent again. */
async function attempt(run: Run): Promise<RunningCall | undefined> {
  const { call, environment, settings, log, resends } = run;
  const { authorizer, runtime } = environment;
  const { signal } = settings;
  signal?.throwIfAborted();
  const authorization = await orAbort(authorizer.headers(), signal);
  const withoutReasoning = resends.includes('invalid_encrypted_content');
  const prepared = await prepareCall(call, authorization, environment, settings, withoutReasoning);
  const { accountId, body } = prepared;
  const mask = maskFor(authorization.authorization);
  run.request = { ...run.request, body, mask, ...(accountId && { accountId }) };
  log.sending(prepared, call.tools.length);
  try {
    return await send(prepared, run);
  } catch (failure) {
    const { request } = run;
    const judged = judge(failure, runtime.now());
    const reason = await prepareResend(judged, resends, { authorizer, runtime, request, authorization, signal });
    resends.push(reason);
    log.resending(reason);
    return undefined;
  }
}

async function send(prepared: PreparedCall, { call, environment, settings, log, request, resends }: Run) {
  const { baseURL, catalog, transport, turnStates } = environment;
  const { accountId, account, body, headers, sessionId, warnings } = prepared;
  const limits = new LimitsObserver(environment);
  /** Of any answer, accepted or not. */
  const observe = (answered: Record<string, string>) => {
    limits.headers(answered);
    const etag = answered[MODELS_ETAG_HEADER];
    if (etag !== undefined) catalog.noteEtag(accountId, etag);
  };
  const exchange = await transport.send({ baseURL, headers, body, signal: settings.signal }).catch((failure) => {
    if (HttpFailure.isInstance(failure)) observe(failure.headers);
    throw failure;
  });
  observe(exchange.headers);
  await turnStates.remember(accountId, body.input, exchange.headers[TURN_STATE_HEADER]);
  const answer = await readAnswer(exchange, {
    ...(account && { origin: { account, model: call.modelId } }),
    sessionId,
    includeRawEvents: call.includeRawEvents,
    limits,
    resends,
  });
  log.firstPart(answer.first);
  return {
    body,
    warnings,
    responseHeaders: exchange.headers,
    async next(out: ResponsePart[]) {
      const more = await answer.next(out);
      if (!more) log.finished(out.at(-1));
      return more;
    },
    cancel: (reason?: unknown) => exchange.cancel(reason),
    toError(failure: ResponseFailure) {
      const { newest: rateLimits } = limits;
      const failed = { ...request, headers: exchange.headers, isLate: true, ...(rateLimits && { rateLimits }) };
      return log.failed(fromFailure(failure, failed));
    },
  };
}

/** The error to show. One about the model tells which ones there are. */
async function explain(error: unknown, { request, environment, settings: { signal } }: Run): Promise<unknown> {
  const code = judge(error, environment.runtime.now()).meaning?.code;
  let failed = request;
  if (code === 'model_not_supported' || code === 'model_not_found') {
    const liveIds = await orAbort(environment.catalog.liveIds(signal), signal).catch(() => undefined);
    if (signal?.aborted) return signal.reason;
    failed = { ...failed, ...(liveIds && { liveIds }) };
  }
  if (!(error instanceof StreamFailure)) return toProviderError(error, failed);
  return fromFailure(error.failure, withAnswer(failed, error));
}
