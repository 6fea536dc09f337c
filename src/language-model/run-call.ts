import { modelInfo } from '../catalog/known-models';
import type { CallWarning, CodexCall } from '../codec/call';
import { buildRequestBody } from '../codec/request/build-request-body';
import type { RequestBody } from '../codec/request/request-body';
import type { ResponseFailure } from '../codec/response/response-failure';
import { ResponseMachine } from '../codec/response/response-machine';
import type { ResponsePart } from '../codec/response/response-part';
import { orAbort } from '../shared/abort';
import type { RequestAuthorizer } from '../shared/request-authorizer';
import { type Runtime, randomUuid } from '../shared/runtime';
import { HttpFailure, TransportError } from '../transport/errors';
import type { EventSink, Exchange, Transport } from '../transport/transport';
import { readErrorBody } from './describe-failure';
import { buildHeaders, type CallerHeaders } from './request-headers';
import { accountFingerprint, deriveSessionId } from './session-id';
import { type FailedRequest, fromFailure, refusedTwice, toProviderError, withRefusal } from './to-provider-error';
import { TURN_STATE_HEADER, type TurnStates } from './turn-state';

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

/**
 * Sends a call and waits for its first real part (a text, reasoning or tool part; not the metadata before it), so that a
 * failure up to there rejects and can be retried, and one after it is a part of the stream.
 */
export async function runCall(
  call: CodexCall,
  environment: CallEnvironment,
  settings: CallSettings,
): Promise<RunningCall> {
  const request: FailedRequest = { url: `${environment.baseURL}/responses`, body: undefined, modelId: call.modelId };
  try {
    const sent = await sendCall(call, environment, settings, request);
    return await begin(sent, call, request);
  } catch (error) {
    throw toProviderError(error, request);
  }
}

interface SentCall {
  body: RequestBody;
  warnings: CallWarning[];
  exchange: Exchange;
  account: string;
  sessionId: string;
}

/**
 * Sends until it is accepted. Of itself it sends again only once for each of three reasons: a login that could be renewed,
 * encrypted reasoning that the backend cannot read, and a connection refused before anything was sent.
 */
async function sendCall(
  call: CodexCall,
  environment: CallEnvironment,
  settings: CallSettings,
  request: FailedRequest,
): Promise<SentCall> {
  const { authorizer, transport } = environment;
  const spent = new Set<string>();
  for (;;) {
    settings.signal?.throwIfAborted();
    const authorization = await orAbort(authorizer.headers(), settings.signal);
    const attempt = await prepare(call, authorization, environment, settings, spent.has('invalid_encrypted_content'));
    request.body = attempt.body;
    try {
      const { baseURL } = environment;
      const exchange = await transport.send({ ...attempt, baseURL, signal: settings.signal });
      await environment.turnStates.remember(attempt.accountId, attempt.body.input, exchange.headers[TURN_STATE_HEADER]);
      return { ...attempt, exchange };
    } catch (error) {
      const reason = resendReason(error);
      const isSecond = reason !== undefined && spent.has(reason);
      if (reason === undefined || (isSecond && reason !== 'unauthorized')) throw error;
      spent.add(reason);
      // Asked of a second refusal, too: it rejects with what the login needs.
      if (reason === 'unauthorized' && !(await recover(error, authorization, environment, settings, request))) {
        throw error;
      }
      if (isSecond) throw refusedTwice(error, request);
    }
  }
}

/** Of the words in an answer, those that end a login count before the others. */
const OVER = ['token_revoked', 'token_invalidated'];

/** Whether to send again after a 401. What the login fails with has that answer as its cause. */
async function recover(
  failure: unknown,
  refused: Record<string, string>,
  { authorizer }: CallEnvironment,
  { signal }: CallSettings,
  request: FailedRequest,
): Promise<boolean> {
  const codes = HttpFailure.isInstance(failure) ? readErrorBody(failure.body).codes : [];
  const code = codes.find((word) => OVER.includes(word)) ?? codes[0];
  try {
    return await orAbort(authorizer.onUnauthorized(refused, code === undefined ? {} : { code }), signal);
  } catch (error) {
    throw withRefusal(error, failure, request);
  }
}

function resendReason(error: unknown): 'unauthorized' | 'invalid_encrypted_content' | 'connection_refused' | undefined {
  if (TransportError.isInstance(error)) return error.code === 'connection_refused' ? error.code : undefined;
  if (!HttpFailure.isInstance(error)) return undefined;
  if (error.status === 401) return 'unauthorized';
  return readErrorBody(error.body).codes.includes('invalid_encrypted_content')
    ? 'invalid_encrypted_content'
    : undefined;
}

/** Body and headers depend on the account that sends, so they are made anew for every attempt. */
async function prepare(
  call: CodexCall,
  authorization: Record<string, string>,
  environment: CallEnvironment,
  settings: CallSettings,
  withoutReasoning: boolean,
) {
  const { runtime, turnStates } = environment;
  const accountId = authorization['chatgpt-account-id'] ?? '';
  const account = accountId && (await accountFingerprint(accountId, runtime));
  const sessionId =
    call.options.sessionId ?? settings.historySessionId ?? (await deriveSessionId(call.prompt, accountId, runtime));
  const { body, warnings } = buildRequestBody(call, {
    model: modelInfo(call.modelId),
    account,
    sessionId,
    defaultInstructions: environment.defaultInstructions,
    withoutReasoning,
  });
  const headers = buildHeaders(
    {
      authorization,
      originator: environment.originator,
      clientVersion: environment.clientVersion,
      sessionId,
      requestId: randomUuid(runtime),
      turnState: await turnStates.find(accountId, body.input),
    },
    environment.headers,
    settings.headers,
  );
  if (withoutReasoning) {
    warnings.push({
      type: 'other',
      message: 'The backend could not decrypt the reasoning of this history; the call was sent again without it.',
    });
  }
  return { body, warnings, headers, accountId, account, sessionId };
}

async function begin(sent: SentCall, call: CodexCall, request: FailedRequest): Promise<RunningCall> {
  const { exchange, account, sessionId } = sent;
  request.headers = exchange.headers;
  const machine = new ResponseMachine({
    ...(account && { origin: { account, model: call.modelId } }),
    sessionId,
    includeRawEvents: call.includeRawEvents,
  });
  const read = createReader(exchange, machine);
  const held: ResponsePart[] = [];
  let first: ResponsePart | undefined;
  while (!first && !machine.closed) {
    const seen = held.length;
    await read(held);
    first = held.slice(seen).find(isSignificant);
  }
  if (first?.type === 'error') {
    exchange.cancel();
    throw fromFailure(first.failure, request);
  }
  return {
    body: sent.body,
    warnings: sent.warnings,
    responseHeaders: exchange.headers,
    async next(out) {
      if (held.length > 0) out.push(...held.splice(0));
      else await read(out);
      return !machine.closed;
    },
    cancel: (reason) => exchange.cancel(reason),
    toError: (failure) => fromFailure(failure, request),
  };
}

function isSignificant({ type }: ResponsePart): boolean {
  return type !== 'response-metadata' && type !== 'raw';
}

/** Reads until there is at least one part. A connection that breaks becomes a failure of the response; an abort is thrown. */
function createReader(exchange: Exchange, machine: ResponseMachine): (out: ResponsePart[]) => Promise<void> {
  let target: ResponsePart[] = [];
  const sink: EventSink = {
    event: (event) => machine.handle(event, target),
    invalid: (frame) => machine.invalid(frame, target),
  };
  return async (out) => {
    target = out;
    const before = out.length;
    while (out.length === before && !machine.closed) {
      try {
        if (!(await exchange.pull(sink))) machine.end(out);
      } catch (error) {
        if (!TransportError.isInstance(error)) throw error;
        machine.fail({ kind: 'transport', message: error.message, cause: error }, out);
      }
    }
    if (machine.closed) exchange.release();
  };
}
