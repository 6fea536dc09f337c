import { APICallError } from '@ai-sdk/provider';
import { hasMarker, mark } from '../shared/marked-error';

const marker = Symbol.for('ai-sdk-codex.CodexStreamError');

/**
 * `stream_ended`: it stopped before a terminal event. `invalid_event`: a frame was not JSON. `incomplete_output`: the
 * response completed, one of its items did not. `network`, `first_event_timeout`, `idle_timeout`: the connection.
 */
export type CodexStreamErrorCode =
  | 'stream_ended'
  | 'invalid_event'
  | 'incomplete_output'
  | 'network'
  | 'first_event_timeout'
  | 'idle_timeout';

/** The backend's answer broke off or was damaged: what came before it is not a complete answer. */
export class CodexStreamError extends APICallError {
  readonly code: CodexStreamErrorCode;

  constructor(options: ConstructorParameters<typeof APICallError>[0] & { code: CodexStreamErrorCode }) {
    super(options);
    this.code = options.code;
    mark(this, marker);
  }

  static override isInstance(error: unknown): error is CodexStreamError {
    return hasMarker(error, marker);
  }
}
