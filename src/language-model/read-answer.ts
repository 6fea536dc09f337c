import type { ResponseContext } from '../codec/response/machine-state';
import { ResponseMachine } from '../codec/response/response-machine';
import type { ResponsePart } from '../codec/response/response-part';
import { TransportError } from '../shared/request-errors';
import type { EventSink, Exchange } from '../transport/transport';
import { StreamFailure } from './stream-failure';

/** The parts of an answer that has begun. */
export interface Answer {
  /** The first part that is more than metadata. */
  first: ResponsePart | undefined;
  /** Adds the next parts to `out`, at least one unless the stream is over; false when nothing follows. */
  next(out: ResponsePart[]): Promise<boolean>;
}

/**
 * Reads up to the first part that counts and holds what came until then.
 *
 * @throws {@link StreamFailure} when that is an error; `HttpFailure` for what is no stream of events; the reason of an abort.
 */
export async function readAnswer(exchange: Exchange, context: ResponseContext): Promise<Answer> {
  const machine = new ResponseMachine(context);
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
    throw new StreamFailure(first.failure, exchange.headers, context.limits?.newest);
  }
  return {
    first,
    async next(out) {
      if (held.length > 0) out.push(...held.splice(0));
      else await read(out);
      return !machine.closed;
    },
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
