/** Scripted replies, in the order in which they are taken. */
export class ReplyQueue<Reply> {
  readonly #waiting: Reply[] = [];

  /** @param check Throws for a reply that cannot be sent. */
  constructor(readonly check: (reply: unknown) => void) {}

  /** Takes all of them, or throws and takes none. */
  add(...replies: Reply[]): void {
    replies.forEach((reply) => void this.check(reply));
    this.#waiting.push(...replies);
  }

  next(): Reply | undefined {
    return this.#waiting.shift();
  }
}
