import { setImmediate as turn } from 'node:timers/promises';
import { createRuntime, type Runtime } from '../../src/shared/runtime';

interface Sleeper {
  at: number;
  wake: () => void;
}

/** A clock that jumps to whatever comes next, once nothing else is to be done. */
export function virtualTime() {
  let now = 0;
  const sleepers = new Set<Sleeper>();

  const sleep: Runtime['sleep'] = (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const giveUp = () => {
        sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const sleeper = { at: now + ms, wake };
      sleepers.add(sleeper);
      signal?.addEventListener('abort', giveUp);
    });

  async function jump(): Promise<void> {
    await turn();
    const next = [...sleepers].toSorted((a, b) => a.at - b.at)[0];
    if (next === undefined) return;
    now = Math.max(now, next.at);
    sleepers.delete(next);
    next.wake();
    await turn();
  }

  return {
    now: () => now,
    /** How many wait for a time to come. */
    sleeping: () => sleepers.size,
    runtime: createRuntime({ now: () => now, sleep }),
    /** Lets time pass until `work` has come to an end; gives that. */
    async until<T>(work: Promise<T>): Promise<T> {
      let settled = false;
      const end = work.finally(() => {
        settled = true;
      });
      end.catch(() => {});
      await turn();
      while (!settled) await jump();
      return end;
    },
    /** Lets `ms` pass. */
    async pass(ms: number): Promise<void> {
      const end = now + ms;
      await turn();
      while ([...sleepers].some(({ at }) => at <= end)) await jump();
      now = end;
    },
  };
}
