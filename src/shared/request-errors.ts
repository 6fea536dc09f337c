import { hasMarker, mark } from './marked-error';

const failureMarker = Symbol.for('ai-sdk-codex.HttpFailure');
const errorMarker = Symbol.for('ai-sdk-codex.TransportError');

/** The backend answered with a status other than 2xx, or with something else than it was asked for. The body may quote anything, so it never enters the message. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  /** At most 64 KiB. */
  declare readonly body: string;

  constructor(options: { status: number; headers: Record<string, string>; body: string }) {
    super(`The backend answered with status ${options.status}.`);
    this.status = options.status;
    this.headers = options.headers;
    Object.defineProperty(this, 'body', { value: options.body, enumerable: false });
    mark(this, failureMarker);
  }

  static isInstance(error: unknown): error is HttpFailure {
    return hasMarker(error, failureMarker);
  }
}

/** `connection_refused` is the one case in which certainly nothing was sent. */
export type TransportErrorCode =
  | 'connection_refused'
  | 'network'
  | 'connect_timeout'
  | 'first_event_timeout'
  | 'idle_timeout';

/** There was no answer, or it broke off. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: TransportErrorCode;

  constructor(options: { code: TransportErrorCode; message: string; cause?: unknown }) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    mark(this, errorMarker);
  }

  static isInstance(error: unknown): error is TransportError {
    return hasMarker(error, errorMarker);
  }
}
