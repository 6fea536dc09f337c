import { asRecord, asString } from '../../shared/json';
import type { ScriptedEvent } from '../script';

/** For whom an encrypted reasoning was made. */
export interface SealOwner {
  accountId: string;
  family: string;
}

/** Mints encrypted reasoning: opaque to everybody, bound to an account and a model family. */
export class ReasoningSeals {
  private readonly owners = new Map<string, Set<string>>();

  constructor(private readonly randomBytes: (length: number) => Uint8Array) {}

  mint(owner: SealOwner): string {
    const sealed = `gAAAAA${Buffer.from(this.randomBytes(96)).toString('base64url')}`;
    this.note(sealed, owner);
    return sealed;
  }

  /** Whether the content was sent to this account by a model of this family. */
  opensFor(sealed: string, owner: SealOwner): boolean {
    return this.owners.get(sealed)?.has(keyOf(owner)) ?? false;
  }

  /** Passes events on. The encrypted content that a script put into them is from then on that of `owner`. */
  async *watch(
    events: Iterable<ScriptedEvent> | AsyncIterable<ScriptedEvent>,
    owner: SealOwner,
  ): AsyncGenerator<ScriptedEvent> {
    for await (const event of events) {
      for (const sealed of sealsIn(event)) this.note(sealed, owner);
      yield event;
    }
  }

  private note(sealed: string, owner: SealOwner): void {
    this.owners.set(sealed, (this.owners.get(sealed) ?? new Set()).add(keyOf(owner)));
  }
}

function keyOf({ accountId, family }: SealOwner): string {
  return JSON.stringify([accountId, family]);
}

/** An item stands in an event of its own, and among the output of the whole response. */
function sealsIn(event: ScriptedEvent): string[] {
  const output = asRecord(asRecord(event)?.response)?.output;
  const items: unknown[] = [asRecord(event)?.item, ...(Array.isArray(output) ? output : [])];
  return items.flatMap((item) => asString(asRecord(item)?.encrypted_content) || []);
}
