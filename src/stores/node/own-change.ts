import { AsyncLocalStorage } from 'node:async_hooks';
import { AuthStoreError } from '../../shared/auth-store-error';

interface Change {
  path: string;
  running: boolean;
  outer: Change | undefined;
}

const current = new AsyncLocalStorage<Change>();

/** Runs a change of `path` so that {@link refuseOwnChange} knows what was called from within it. */
export function runChange<T>(path: string, change: () => Promise<T>): Promise<T> {
  const entry: Change = { path, running: true, outer: current.getStore() };
  return current.run(entry, change).finally(() => {
    entry.running = false; // what it left behind, such as a timer, may update the file again
  });
}

/**
 * Refuses an update of `path` from within a change of it: each would wait for the other.
 *
 * @throws {@link AuthStoreError} `lock_timeout`
 */
export function refuseOwnChange(path: string): void {
  for (let change = current.getStore(); change !== undefined; change = change.outer) {
    if (!change.running || change.path !== path) continue;
    throw new AuthStoreError({
      code: 'lock_timeout',
      message: `${path} was updated from within a change of it, which would wait for itself. Return the new record from the change, or update another profile after it.`,
    });
  }
}
