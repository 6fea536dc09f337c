import type { ResponseEvent } from '../codec/response/response-event';
import { Concealed } from '../shared/concealed';
import { requestIdOf } from '../shared/headers';
import { inLayer, type Logger } from '../shared/logger';
import { HttpFailure, TransportError } from '../shared/request-errors';
import type { Runtime } from '../shared/runtime';
import { redact } from '../shared/secret';
import { shownUrl } from '../shared/secure-url';

/** How a stream came to its end: let go after its terminal event, over of itself, left by whoever reads it, or broken. */
export type StreamOutcome = 'released' | 'ended' | 'cancelled' | 'failed';

/** Headers that hold no secret, whoever set them; the values of all others are concealed. */
const OPEN_HEADERS = new Set(
  (
    'accept chatgpt-account-id content-type originator session-id user-agent version x-client-request-id ' +
    'x-openai-fedramp'
  ).split(' '),
);

/** A stream knows about thirty; a strange one must not fill the log. */
const MAX_TYPES = 100;

/**
 * Writes down one exchange: what was sent, what came back and, at the end of its stream, what that was. Where nobody reads
 * the log there is none, and nothing is gathered.
 */
export class ExchangeLog {
  private readonly http: Logger;
  private readonly types = new Map<string, number>();
  private readonly begun: number;
  private firstEventMs: number | undefined;
  private bytes = 0;
  private invalid = 0;
  /** Events of types beyond {@link MAX_TYPES}. */
  private more = 0;
  private isOver = false;

  private constructor(
    private readonly logger: Logger,
    private readonly runtime: Runtime,
  ) {
    this.http = inLayer('HTTP', logger);
    this.begun = runtime.now();
  }

  static open(logger: Logger, runtime: Runtime): ExchangeLog | undefined {
    return logger.isSilent ? undefined : new ExchangeLog(logger, runtime);
  }

  /** Without a body it is a GET. */
  sending(url: string, headers: Record<string, string>, body?: string): void {
    this.http.debug('request', {
      method: body === undefined ? 'GET' : 'POST',
      url: shownUrl(url),
      ...(body !== undefined && { bytes: byteLength(body) }),
      headers: concealUnknown(headers),
    });
  }

  /** `text` is the whole of an answer that is no stream. */
  answered(status: number, headers: Record<string, string>, text?: string): void {
    const requestId = requestIdOf(headers);
    const cfRay = headers['cf-ray'];
    this.http.debug('answer', {
      status,
      ...(requestId !== undefined && { requestId: redact(requestId) }),
      ...(cfRay !== undefined && { cfRay: redact(cfRay) }),
      ms: this.elapsed(),
      ...(text !== undefined && { bytes: byteLength(text) }),
    });
  }

  /** There is no stream to read. `error` is what the call is told, of which only the kind is written. */
  refused(error: unknown): void {
    const what = HttpFailure.isInstance(error) ? { status: error.status } : { code: codeOf(error) };
    this.http.debug('failure', { ...what, ms: this.elapsed(), bytes: this.bytes });
  }

  piece(bytes: Uint8Array): void {
    this.bytes += bytes.byteLength;
  }

  event({ type }: ResponseEvent): void {
    this.firstEventMs ??= this.elapsed();
    const seen = this.types.get(type);
    if (seen === undefined && this.types.size >= MAX_TYPES) this.more += 1;
    else this.types.set(type, (seen ?? 0) + 1);
  }

  invalidFrame(): void {
    this.invalid += 1;
  }

  /** The stream is over, because of `error` if there is one. Only the first time counts. */
  over(outcome: StreamOutcome, error?: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    const types = [...this.types].map(([type, count]) => [redact(type), count] as const);
    inLayer('STREAM', this.logger).debug('end', {
      outcome,
      ...(TransportError.isInstance(error) && { code: error.code }),
      events: types.reduce((sum, [, count]) => sum + count, this.more),
      ...(this.invalid > 0 && { invalidFrames: this.invalid }),
      bytes: this.bytes,
      ...(this.firstEventMs !== undefined && { firstEventMs: this.firstEventMs }),
      ms: this.elapsed(),
      types: Object.fromEntries(types),
    });
  }

  private elapsed(): number {
    return this.runtime.now() - this.begun;
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

function concealUnknown(headers: Record<string, string>): Record<string, string | Concealed> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    OPEN_HEADERS.has(name.toLowerCase()) ? value : new Concealed(value),
  ]);
  return Object.fromEntries(entries);
}

/** An abort may carry anything as its reason, a secret too: only what is ours is named. */
function codeOf(error: unknown): string {
  return TransportError.isInstance(error) ? error.code : 'aborted';
}
