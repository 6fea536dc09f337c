/** Runs what it is given one after the other, in order; a failure does not stop the next. */
export type PromiseQueue = <T>(run: () => Promise<T>) => Promise<T>;

function createPromiseQueue(): PromiseQueue {
  let last: Promise<unknown> = Promise.resolve();
  return (run) => {
    const result = last.then(run);
    last = result.catch(() => {});
    return result;
  };
}

/** One queue a key. A key is forgotten when its queue runs dry, so names that come and go do not pile up. */
export function createKeyedQueue(): <T>(key: string, run: () => Promise<T>) => Promise<T> {
  const queues = new Map<string, { queue: PromiseQueue; waiting: number }>();
  return (key, run) => {
    const entry = queues.get(key) ?? { queue: createPromiseQueue(), waiting: 0 };
    queues.set(key, entry);
    entry.waiting += 1;
    return entry.queue(run).finally(() => {
      entry.waiting -= 1;
      if (entry.waiting === 0) queues.delete(key);
    });
  };
}
