import type { OpenReasoning } from './item-reasoning';
import type { OpenMessage } from './item-text';
import type { OpenToolCall } from './item-tool-call';

export type OpenItem = OpenMessage | OpenReasoning | OpenToolCall | { kind: 'other'; id: string };

/** Where an event says that its item is; either may be missing. */
export interface Place {
  index: number | undefined;
  id: string | undefined;
}

export interface Slot extends Place {
  item: OpenItem;
}

/**
 * The items that are being written, found by `output_index` and by id. Both agree on a well-behaved stream; proxies were
 * seen to give every event a new id, and either may be missing or, where somebody made it up, always the same.
 */
export class OpenItems {
  private readonly slots: Slot[] = [];
  private readonly finished = new Set<number | string>();
  private current: Slot | undefined;
  private opened = 0;

  /** The item that the event at this place belongs to. */
  find(index: unknown, id: unknown): OpenItem | undefined {
    const { current } = this;
    // Deltas come in runs.
    if (current && current.index === index && current.id === id) return current.item;
    this.current = this.search(index, id);
    return this.current?.item;
  }

  /** The open slot of an item. A second item that begins at the place of another is another, unless its id is the same. */
  slotOf({ index, id }: Place, begins: boolean): Slot | undefined {
    if (!begins) return this.search(index, id);
    return this.slots.find((slot) =>
      id === undefined ? slot.index === index : slot.id === id && slot.index === index,
    );
  }

  /** Whether everything that is known of a place belongs to an item that is complete. */
  isOver({ index, id }: Place): boolean {
    if (index === undefined && id === undefined) return false;
    return (index === undefined || this.finished.has(index)) && (id === undefined || this.finished.has(id));
  }

  /** Whether an item of the list in a terminal event was seen before: that list may be complete, shortened or empty. */
  wasSeen({ index, id }: Place): boolean {
    return (index !== undefined && this.finished.has(index)) || (id !== undefined && this.finished.has(id));
  }

  add(place: Place, item: OpenItem): Slot {
    const slot = { ...place, item };
    this.slots.push(slot);
    this.opened += 1;
    return slot;
  }

  finish(slot: Slot, id: string | undefined): void {
    this.slots.splice(this.slots.indexOf(slot), 1);
    this.current = undefined;
    for (const known of [slot.index, slot.id, id]) if (known !== undefined) this.finished.add(known);
  }

  /** Whether no item was ever begun. */
  get areNone(): boolean {
    return this.opened === 0;
  }

  /** A name for an item that has none. */
  nextName(): string {
    return `item-${this.opened}`;
  }

  all(): readonly Slot[] {
    return [...this.slots];
  }

  private search(index: unknown, id: unknown): Slot | undefined {
    const both = this.slots.find((slot) => slot.index === index && slot.id === id);
    if (both) return both;
    const byId = typeof id === 'string' ? this.slots.find((slot) => slot.id === id) : undefined;
    if (byId) return byId;
    return typeof index === 'number' ? this.slots.find((slot) => slot.index === index) : this.slots.at(-1);
  }
}
