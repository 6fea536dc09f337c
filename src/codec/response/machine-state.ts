import type { RateLimits } from '../../shared/rate-limits';
import type { ReasoningOrigin } from '../call';
import { OpenItems } from './open-items';
import type { ResponseEvent } from './response-event';
import type { ResponsePart } from './response-part';

/** What is known of the plan's limits while a response runs. Whoever keeps it has a clock; the machine has none. */
export interface LimitsKeeper {
  /** An event of the stream told them. */
  event(event: ResponseEvent): void;
  readonly newest: RateLimits | undefined;
}

/** What the parts of a response are stamped with, so that a history tells later whose it is. */
export interface ResponseContext {
  origin?: ReasoningOrigin;
  sessionId?: string;
  includeRawEvents?: boolean;
  limits?: LimitsKeeper;
  /** Why the call was sent again, once for each time. */
  resends?: readonly string[];
}

export type Out = ResponsePart[];

/** Everything the machine remembers between two events. */
export class MachineState {
  readonly items = new OpenItems();
  private readonly claimed = new Set<string>();
  responseId: string | undefined;
  announced = false;
  hasToolCalls = false;
  refused = false;
  /** An `error` part went out although the stream went on. */
  damaged = false;
  closed = false;
  readonly warnings: string[] = [];

  constructor(readonly context: ResponseContext) {}

  /** An id that no other part of this kind has: two items of one name would be one to whoever reads the parts. */
  claim(kind: 'text' | 'reasoning' | 'call', id: string): string {
    let unique = id;
    for (let number = 2; this.claimed.has(`${kind} ${unique}`); number++) unique = `${id}-${number}`;
    this.claimed.add(`${kind} ${unique}`);
    return unique;
  }
}
