import { AsyncLocalStorage } from 'node:async_hooks';
import { realpath } from 'node:fs/promises';
import { AuthStoreError } from '../../shared/auth-store-error';
import { unless } from './errno';

interface Change {
  paths: readonly string[];
  running: boolean;
  outer: Change | undefined;
}

const current = new AsyncLocalStorage<Change>();

/** Runs a change of `path`, and its `aliases`, so that {@link refuseOwnChange} knows what was called from within it. */
export function runChange<T>(path: string, change: () => Promise<T>, ...aliases: string[]): Promise<T> {
  const entry: Change = { paths: [path, ...aliases], running: true, outer: current.getStore() };
  // Async: a change in JavaScript may give a record where a promise is due, or throw at once.
  return current
    .run(entry, async () => change())
    .finally(() => {
      entry.running = false; // what it left behind, such as a timer, may update the file again
    });
}

/**
 * Refuses an update of `path` from within a change of it: each would wait for the other.
 *
 * @param name What to call it in the message.
 * @throws {@link AuthStoreError} `lock_timeout`
 */
export function refuseOwnChange(path: string, name = path): void {
  for (let change = current.getStore(); change !== undefined; change = change.outer) {
    if (!change.running || !change.paths.includes(path)) continue;
    throw new AuthStoreError({
      code: 'lock_timeout',
      message: `${name} was updated from within a change of it, which would wait for itself. Return the new record from the change, or update another profile after it.`,
    });
  }
}

/** One name for a lock however it was reached, through a link to its folder for instance. */
export async function trueName(lockFolder: string): Promise<string> {
  return (await unless(['ENOENT'], realpath(lockFolder))) ?? lockFolder;
}
