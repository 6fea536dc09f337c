import { setImmediate as turn } from 'node:timers/promises';
import type { Runtime } from '../../src/shared/runtime';

interface Sleeper {
  ms: number;
  at: number;
  wake: () => void;
}

/** A clock that stands still until it is told to go on, beside real servers: nothing passes by itself. */
export class VirtualClock {
  /** The lengths of all sleeps that were asked for. */
  readonly asked: number[] = [];
  private readonly sleepers = new Set<Sleeper>();
  private shifted = 0;

  constructor(private time = Date.now()) {}

  readonly now = (): number => this.time + this.shifted;

  readonly sleep: Runtime['sleep'] = (ms, signal) => {
    this.asked.push(ms);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const giveUp = () => {
        this.sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const sleeper = { ms, at: this.time + ms, wake };
      this.sleepers.add(sleeper);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  };

  /** Lengths of the sleeps that go on. */
  get asleep(): number[] {
    return [...this.sleepers].map(({ ms }) => ms);
  }

  /** Sets the clock forward, or back: no time passes by that. */
  shift(ms: number): void {
    this.shifted += ms;
  }

  /** Lets `ms` pass, and everybody wake up in order. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      const next = [...this.sleepers].sort((a, b) => a.at - b.at)[0];
      if (!next || next.at > end) break;
      this.time = Math.max(this.time, next.at);
      this.sleepers.delete(next);
      next.wake();
      await turn();
    }
    this.time = end;
    await turn();
  }
}

/** Waits until `condition` holds; the time limit of the test bounds it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}
