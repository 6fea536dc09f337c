/** For every account, the time since something was done for it in which it is not done again. */
export class Pauses {
  readonly #ms: number;
  readonly #clock: { now(): number };
  readonly #begun = new Map<string, number>();

  constructor(ms: number, clock: { now(): number }) {
    this.#ms = ms;
    this.#clock = clock;
  }

  begin(accountId: string, at = this.#clock.now()): void {
    this.#begun.set(accountId, at);
  }

  end(accountId: string): void {
    this.#begun.delete(accountId);
  }

  /** False also for one that a clock which was set back says begins in the future. */
  isOn(accountId: string): boolean {
    const age = this.#clock.now() - (this.#begun.get(accountId) ?? Number.NEGATIVE_INFINITY);
    return age >= 0 && age < this.#ms;
  }
}
