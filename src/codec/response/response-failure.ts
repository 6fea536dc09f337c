import { asRecord, asString } from '../../shared/json';
import type { ResponseEvent } from './response-event';

/** Why an exchange failed after the backend accepted it, in neutral words; the AI SDK's classes are made from it later. */
export interface ResponseFailure {
  /**
   * `response-failed`: the backend said so, in a `response.failed` or `error` event. `stream-ended`: the stream stopped
   * before a terminal event. `invalid-event`: a frame that is not JSON. `incomplete-output`: the response completed
   * although one of its items did not. `transport`: the connection broke or a time limit passed; see `cause`.
   */
  kind: 'response-failed' | 'stream-ended' | 'invalid-event' | 'incomplete-output' | 'transport';
  message: string;
  /** The backend's `code` and `type`, in the order in which they count. */
  codes?: string[];
  /** The event as it came, or the beginning of the frame. */
  detail?: unknown;
  cause?: unknown;
}

/** Reads `response.failed`, and `error` with its fields nested or flat. */
export function readFailure(event: ResponseEvent): ResponseFailure {
  const error = asRecord(asRecord(event.response)?.error) ?? asRecord(event.error) ?? asRecord(event) ?? {};
  // Where the fields stand flat beside the event's own type, that is no word about the failure.
  const type = error.type === event.type ? undefined : error.type;
  const codes = [error.code, type].flatMap((code) => asString(code) ?? []);
  return {
    kind: 'response-failed',
    message: asString(error.message) || asString(event.error) || 'The backend reported a failure without a message.',
    codes,
    detail: event,
  };
}
