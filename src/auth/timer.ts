import type { Runtime } from '../shared/runtime';

/** How long something may take as a whole. */
export interface Timer {
  leftMs(): number;
  isOver(): boolean;
  /** Waits for `ms`, or for what is left if that is less. */
  pause(ms: number): Promise<void>;
}

/** Goes by the clock and also by the pauses, because a clock may be set back while somebody waits. */
export function startTimer(limitMs: number, runtime: Runtime, signal: AbortSignal): Timer {
  const startedAt = runtime.now();
  let waitedMs = 0;
  const leftMs = () => limitMs - Math.max(runtime.now() - startedAt, waitedMs);
  return {
    leftMs,
    isOver: () => !(leftMs() > 0), // also for a limit that is no number
    async pause(ms) {
      const pauseMs = Math.max(0, Math.min(ms, leftMs()));
      await runtime.sleep(pauseMs, signal, { keepAlive: true });
      waitedMs += pauseMs;
    },
  };
}
