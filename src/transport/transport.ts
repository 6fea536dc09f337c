import type { RequestBody } from '../codec/request/request-body';
import type { ResponseEvent } from '../codec/response/response-event';

export interface TransportRequest {
  /** Base URL of the backend, without the `/responses` at its end. */
  baseURL: string;
  headers: Record<string, string>;
  body: RequestBody;
  signal: AbortSignal | undefined;
}

export interface EventSink {
  event(event: ResponseEvent): void;
  /** A frame that is not JSON. */
  invalid(frame: string): void;
}

/** One exchange that the backend accepted: its headers are here, its events come as they are asked for. */
export interface Exchange {
  /** Names in lower case. */
  headers: Record<string, string>;
  /**
   * Waits for the next piece of the stream and hands over the events in it, if any; false when the stream is over.
   * Nothing is read ahead between two calls.
   *
   * @throws {@link TransportError} when the connection breaks or a time limit passes; {@link HttpFailure} at the end of
   *   what was something else than a stream of events; the abort reason, as it is.
   */
  pull(sink: EventSink): Promise<boolean>;
  /** The terminal event was seen: let the rest run out so that the connection can serve again. */
  release(): void;
  /** Nobody wants the rest: close the connection. */
  cancel(reason?: unknown): void;
}

/** Sends a body and gives the exchange. */
export interface Transport {
  /** @throws {@link HttpFailure} for any status but 2xx, {@link TransportError} when there was no answer at all. */
  send(request: TransportRequest): Promise<Exchange>;
}

/** Time limits in milliseconds; 0 turns one off. */
export interface Timeouts {
  /** From sending the request to the headers of its answer. */
  connectMs: number;
  /** From sending the request to the first event. Comments, `keepalive` events and other bytes do not count. */
  firstEventMs: number;
  /** Between two pieces of the stream, of any kind. */
  idleMs: number;
}

const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 60_000, firstEventMs: 120_000, idleMs: 300_000 };

/** Timers count in 32 bits; what is longer (or no number) would pass at once, and means never. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The limits in force: defaults for what is absent, 0 for what never passes. */
export function resolveTimeouts(timeouts: { [Name in keyof Timeouts]?: number | undefined } = {}): Timeouts {
  const resolve = (name: keyof Timeouts) => {
    const limit = timeouts[name] ?? DEFAULT_TIMEOUTS[name];
    return limit > 0 && limit <= LONGEST_TIMER ? limit : 0;
  };
  return { connectMs: resolve('connectMs'), firstEventMs: resolve('firstEventMs'), idleMs: resolve('idleMs') };
}
