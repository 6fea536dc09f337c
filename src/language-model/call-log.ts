import { AISDKError } from '@ai-sdk/provider';
import { CodexAuthError } from '../auth/errors';
import type { ResponsePart } from '../codec/response/response-part';
import { inLayer, type Logger } from '../shared/logger';
import type { Runtime } from '../shared/runtime';
import { redact } from '../shared/secret';
import { CodexCallError } from './errors';
import type { PreparedCall } from './prepare-call';

/** The records of one call. */
export class CallLog {
  private readonly logger: Logger;
  private readonly started: number;

  constructor(
    logger: Logger,
    private readonly runtime: Runtime,
  ) {
    this.logger = inLayer('CODEX', logger);
    this.started = runtime.now();
  }

  sending({ body, sessionId, lite }: PreparedCall, tools: number): void {
    const { model, input, reasoning } = body;
    const effort = reasoning?.effort;
    this.logger.debug('sends a call', {
      model,
      ...(effort && { effort }),
      tools,
      items: input.length,
      sessionId,
      lite,
    });
  }

  resending(reason: string): void {
    this.logger.debug('sends it again', { reason, ms: this.ms() });
  }

  firstPart(part: ResponsePart | undefined): void {
    this.logger.debug('answer begins', { part: part?.type, ms: this.ms() });
  }

  /** Takes the last part. */
  finished(part: ResponsePart | undefined): void {
    if (part?.type !== 'finish') return;
    const { finishReason, rawFinishReason, usage } = part;
    const { inputTokens, cachedInputTokens, outputTokens, reasoningTokens } = usage;
    this.logger.debug('answer is over', {
      finishReason,
      ...(rawFinishReason !== undefined && { rawFinishReason: asWord(rawFinishReason) }),
      usage: { inputTokens, cachedInputTokens, outputTokens, reasoningTokens },
      ms: this.ms(),
    });
  }

  /** Gives the error back. */
  failed(error: unknown): unknown {
    this.logger.debug('call failed', { ...describe(error), ms: this.ms() });
    return error;
  }

  private ms(): number {
    return this.runtime.now() - this.started;
  }
}

/** What `AbortSignal` itself gives as a reason. */
const PLATFORM_ABORTS = ['AbortError', 'TimeoutError'];

/** Of strangers, such as the reason of an abort, nothing: their words and names may hold anything. */
function describe(error: unknown): Record<string, unknown> {
  if (CodexAuthError.isInstance(error)) return { error: error.name, code: error.code };
  if (!CodexCallError.isInstance(error)) {
    return { error: error instanceof Error && isNamed(error) ? error.name : 'aborted' };
  }
  const { name, code, statusCode, requestId } = error;
  return { error: name, code, ...(statusCode && { status: statusCode }), ...(requestId && { requestId }) };
}

/** Servers name their reasons by a word; a text is not for records. */
function asWord(reason: string): string {
  return /^[\w.:-]{1,64}$/.test(reason) ? redact(reason) : 'not a word';
}

function isNamed(error: Error): boolean {
  return PLATFORM_ABORTS.includes(error.name) || AISDKError.isInstance(error);
}
