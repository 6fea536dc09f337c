import { createKeyedQueue } from '../promise-queue';
import { acquireFileLock, type FileLock, type FileLockTimes, waitForTurn } from './file-lock';
import { refuseOwnChange, trueName } from './own-change';
import { writing } from './translated';

// Stores of one process queue up here instead of polling for each other's lock.
const queued = createKeyedQueue();

const CHANGE_MS = 60_000;

interface Exclusion<Opened> {
  name: string;
  /** Called when it is our turn in this process. */
  open(): Promise<Opened>;
  /** `false`: without a lock. */
  times: FileLockTimes | false;
}

/**
 * Opens what is called `name`, and runs `work` while no other call or process changes it.
 *
 * @throws {@link AuthStoreError} `lock_timeout`, or `unwritable` when it does not open or no lock can be made.
 */
export function runExclusively<Opened extends { lockFolder: string }, T>(
  { name, open, times }: Exclusion<Opened>,
  work: (opened: Opened, held: FileLock) => Promise<T>,
): Promise<T> {
  const locked = async () => {
    const opened = await writing(name, open);
    refuseOwnChange(await writing(name, () => trueName(opened.lockFolder)), name);
    const held = await writing(name, async () => (times ? acquireFileLock(opened.lockFolder, times) : UNLOCKED));
    try {
      return await work(opened, held);
    } finally {
      await held.release();
    }
  };
  return times
    ? queued(name, locked, (over) => waitForTurn(name, times.waitMs + (times.changeMs ?? CHANGE_MS), over))
    : locked();
}

const UNLOCKED: FileLock = { assertHeld: async () => {}, release: async () => {} };
