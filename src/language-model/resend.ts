import type { BackendFailure, FailureClass } from '../codec/response/backend-failure';
import { classifyFailure } from '../codec/response/classify-failure';
import { readHttpFailure } from '../codec/response/read-failure';
import type { RequestAuthorizer } from '../shared/request-authorizer';
import { HttpFailure, TransportError } from '../shared/request-errors';
import type { Runtime } from '../shared/runtime';
import { recoverLogin } from './recover-login';
import { sentReasoning } from './sent-reasoning';
import { StreamFailure } from './stream-failure';
import { type FailedRequest, refusedTwice } from './to-provider-error';

export type ResendReason = 'unauthorized' | 'invalid_encrypted_content' | 'connection_refused';

/** A failure before the first output, with what the backend said, if it said something, and what that means. */
export interface JudgedFailure {
  failure: unknown;
  said?: BackendFailure;
  meaning?: FailureClass;
}

export function judge(failure: unknown, now: number): JudgedFailure {
  const said = HttpFailure.isInstance(failure)
    ? readHttpFailure(failure)
    : failure instanceof StreamFailure
      ? failure.failure.said
      : undefined;
  return { failure, ...(said && { said, meaning: classifyFailure(said, now) }) };
}

const PAUSE_MS = 100;
const JITTER_MS = 200;

export interface ResendContext {
  authorizer: RequestAuthorizer;
  runtime: Runtime;
  request: FailedRequest;
  /** The headers of the login that were sent. */
  authorization: Record<string, string>;
  signal: AbortSignal | undefined;
}

/**
 * Makes the next attempt possible, and names its reason. There are three, each good for one: a login that could be renewed,
 * encrypted reasoning that the backend cannot read, and a connection refused before anything was sent.
 *
 * @throws the failure, when there is no reason left; what the login needs; the reason of the signal.
 */
export async function prepareResend(
  judged: JudgedFailure,
  spent: readonly ResendReason[],
  context: ResendContext,
): Promise<ResendReason> {
  const { failure, said } = judged;
  const reason = resendReason(judged, context.request);
  if (reason === undefined) throw failure;
  const isSecond = spent.includes(reason);
  if (reason === 'unauthorized') {
    const { authorizer, request, authorization: headers, signal } = context;
    // Asked of a second refusal, too: it rejects with what the login needs.
    const isRenewed = await recoverLogin({ failure, codes: said?.codes ?? [], headers }, authorizer, request, signal);
    if (!isRenewed) throw failure;
    if (isSecond) throw refusedTwice(failure, request);
  } else if (isSecond) {
    throw failure;
  }
  if (reason === 'connection_refused') await pause(context);
  return reason;
}

function resendReason({ failure, meaning }: JudgedFailure, request: FailedRequest): ResendReason | undefined {
  if (TransportError.isInstance(failure)) return failure.code === 'connection_refused' ? failure.code : undefined;
  const code = meaning?.code;
  if (code === 'invalid_encrypted_content') return sentReasoning(request) ? code : undefined;
  return code === 'unauthorized' ? code : undefined;
}

/** 100 to 300 ms: who lost a server together must not come back to it together. */
async function pause({ runtime, signal }: ResendContext): Promise<void> {
  const [byte = 0] = runtime.randomBytes(1);
  await runtime.sleep(PAUSE_MS + Math.round((byte / 255) * JITTER_MS), signal, { keepAlive: true });
}
