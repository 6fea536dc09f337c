import type { BackendFailure } from './backend-failure';
import { readEventFailure } from './read-failure';
import type { ResponseEvent } from './response-event';

/** Why an exchange failed after the backend accepted it, in neutral words; the AI SDK's classes are made from it later. */
export interface ResponseFailure {
  /**
   * `response-failed`: the backend said so, in a `response.failed` or `error` event. `stream-ended`: the stream stopped
   * before a terminal event. `invalid-event`: a frame that is not JSON. `incomplete-output`: the response completed
   * although one of its items did not. `empty-response`: it completed without any item. `transport`: the connection broke
   * or a time limit passed; see `cause`.
   */
  kind: 'response-failed' | 'stream-ended' | 'invalid-event' | 'incomplete-output' | 'empty-response' | 'transport';
  message: string;
  /** Of `response-failed`: what the backend said. */
  said?: BackendFailure;
  /** The backend's `code` and `type`, in the order in which they count. */
  codes?: string[];
  /** The event as it came, or the beginning of the frame. */
  detail?: unknown;
  cause?: unknown;
}

/** The failure that a `response.failed` or `error` event reports. */
export function readFailure(event: ResponseEvent): ResponseFailure {
  const said = readEventFailure(event);
  return {
    kind: 'response-failed',
    message: said.message ?? 'The backend reported a failure without a message.',
    said,
    codes: said.codes,
    detail: event,
  };
}
