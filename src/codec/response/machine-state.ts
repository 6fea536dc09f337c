import type { ReasoningOrigin } from '../call';
import type { OpenReasoning } from './item-reasoning';
import type { OpenMessage } from './item-text';
import type { OpenToolCall } from './item-tool-call';
import type { ResponseEvent } from './response-event';
import type { ResponsePart } from './response-part';

/** What the parts of a response are stamped with, so that a history tells later whose it is. */
export interface ResponseContext {
  origin?: ReasoningOrigin;
  sessionId?: string;
  includeRawEvents?: boolean;
}

export type OpenItem = OpenMessage | OpenReasoning | OpenToolCall | { kind: 'other'; id: string };

export type Out = ResponsePart[];

/** Everything the machine remembers between two events. */
export class MachineState {
  /** Items by `output_index`, which is stable even where a proxy renames item ids from event to event. */
  private readonly open = new Map<number, OpenItem>();
  private readonly finished = new Set<number | string>();
  private readonly claimed = new Set<string>();
  private count = 0;
  responseId: string | undefined;
  announced = false;
  hasToolCalls = false;
  refused = false;
  /** An `error` part went out although the stream went on. */
  damaged = false;
  closed = false;
  readonly warnings: string[] = [];

  constructor(readonly context: ResponseContext) {}

  /** The open item that an event belongs to. */
  find(event: ResponseEvent): OpenItem | undefined {
    if (typeof event.output_index === 'number') return this.open.get(event.output_index);
    let last: OpenItem | undefined;
    for (const item of this.open.values()) {
      if (item.id === event.item_id) return item;
      last = item;
    }
    return last;
  }

  /** The place of an item in the output. Events without an index are taken in the order they come. */
  placeOf(event: ResponseEvent, id: string | undefined): number {
    if (typeof event.output_index === 'number') return event.output_index;
    for (const [index, open] of this.open) if (id !== undefined && open.id === id) return index;
    return this.open.size + this.count;
  }

  /** An id that no other part of this kind has: two items of one name would be one to whoever reads the parts. */
  claim(kind: 'text' | 'reasoning' | 'call', id: string): string {
    let unique = id;
    for (let number = 2; this.claimed.has(`${kind} ${unique}`); number++) unique = `${id}-${number}`;
    this.claimed.add(`${kind} ${unique}`);
    return unique;
  }

  /** By place, or by id: the list in a terminal event may be complete, shortened or empty. */
  isFinished(item: number | string | null | undefined): boolean {
    return item != null && this.finished.has(item);
  }

  get(index: number): OpenItem | undefined {
    return this.open.get(index);
  }

  add<T extends OpenItem>(index: number, item: T): T {
    this.open.set(index, item);
    return item;
  }

  finish(index: number, id: string | null | undefined): void {
    this.open.delete(index);
    this.finished.add(index);
    if (id) this.finished.add(id);
    this.count++;
  }

  openItems(): IterableIterator<[number, OpenItem]> {
    return this.open.entries();
  }
}
