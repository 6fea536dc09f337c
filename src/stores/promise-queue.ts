/** Rejects when the wait has become too long. `over` is aborted when the wait is over. */
export type GiveUp = (over: AbortSignal) => Promise<never>;

/** Runs what it is given one after the other, in order; a failure does not stop the next, who gives up is not run. */
export type PromiseQueue = <T>(run: () => Promise<T>, giveUp: GiveUp) => Promise<T>;

function createPromiseQueue(): PromiseQueue {
  let last: Promise<unknown> = Promise.resolve();
  return (run, giveUp) => {
    const before = last;
    const result = turnAfter(before, giveUp).then(run);
    // Both: the next one must not slip past those before when this one gives up.
    last = Promise.allSettled([before, result]);
    return result;
  };
}

async function turnAfter(before: Promise<unknown>, giveUp: GiveUp): Promise<void> {
  const wait = new AbortController();
  const tooLong = giveUp(wait.signal);
  tooLong.catch(() => {});
  try {
    await Promise.race([before, tooLong]);
  } finally {
    wait.abort();
  }
}

/** One queue a key. A key is forgotten when its queue runs dry, so names that come and go do not pile up. */
export function createKeyedQueue(): <T>(key: string, run: () => Promise<T>, giveUp: GiveUp) => Promise<T> {
  const queues = new Map<string, { queue: PromiseQueue; waiting: number }>();
  return (key, run, giveUp) => {
    const entry = queues.get(key) ?? { queue: createPromiseQueue(), waiting: 0 };
    queues.set(key, entry);
    entry.waiting += 1;
    return entry.queue(run, giveUp).finally(() => {
      entry.waiting -= 1;
      if (entry.waiting === 0) queues.delete(key);
    });
  };
}
