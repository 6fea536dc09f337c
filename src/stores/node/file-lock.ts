import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AuthStoreError } from '../../shared/auth-store-error';
import { createRuntime } from '../../shared/runtime';
import { errno, unless } from './errno';
import { isBusy, retryWhileBusy, SYSTEM, type System } from './system';

/** Milliseconds. The lease outlasts the longest refresh (30 s), and the wait outlasts the lease. */
export interface FileLockTimes {
  /** A lock whose holder gave no sign of life for this long is taken over. 45,000. */
  leaseMs: number;
  /** How often a holder gives one. 5,000. */
  heartbeatMs: number;
  /** How long to wait for other processes. 60,000. */
  waitMs: number;
  /** How much longer to wait for another call of this process, which may itself wait for other processes. 60,000. */
  changeMs?: number;
}

export const FILE_LOCK_TIMES: FileLockTimes = { leaseMs: 45_000, heartbeatMs: 5_000, waitMs: 60_000 };

export interface FileLock {
  /** @throws {@link AuthStoreError} `lock_lost` when somebody else has taken over. */
  assertHeld(): Promise<void>;
  /** Never rejects: what was done under the lock has been done. Who fails to release is found dead later. */
  release(): Promise<void>;
}

const RELEASED = 'released\n';
const { now } = createRuntime();

/**
 * Excludes other processes, and other calls, by files in `folder`, which stays.
 *
 * Each holder creates the next number with O_EXCL, once the highest one there is released or stale; the highest number
 * holds the lock. The highest is never deleted or renamed, so two who find the same stale lock compete for one name, and
 * a holder that wakes up late can only touch its own file.
 *
 * @throws {@link AuthStoreError} `lock_timeout` after `waitMs`.
 */
export async function acquireFileLock(
  folder: string,
  times: FileLockTimes = FILE_LOCK_TIMES,
  system: System = SYSTEM,
): Promise<FileLock> {
  let watched = { state: '', forMs: 0 };
  for (let waitedMs = 0, pauseMs = 20; ; pauseMs = Math.min(pauseMs * 1.5, 250)) {
    const top = await highest(folder, system);
    if (top === undefined || isFree(top, watched.state === top.state ? watched.forMs : 0, times)) {
      const lock = await claimNumber(folder, (top?.number ?? 0) + 1, times, system);
      if (lock) return lock;
      continue;
    }
    if (waitedMs >= times.waitMs) throw timedOut(folder, times.waitMs);
    const pause = pauseMs * (0.5 + jitter());
    await delay(pause);
    // Pauses are added up instead of reading a clock: after a suspended laptop wakes, a clock says that hours have gone.
    waitedMs += pause;
    watched = { state: top.state, forMs: watched.state === top.state ? watched.forMs + pause : pause };
  }
}

interface Holder {
  number: number;
  released: boolean;
  heartbeatAt: number;
  /** Changes whenever the holder does something. */
  state: string;
}

async function highest(folder: string, system: System): Promise<Holder | undefined> {
  const number = Math.max(0, ...(await numbersIn(folder)));
  if (number === 0) return undefined;
  const holder = await lookAt(join(folder, String(number)), number, system);
  return holder ?? highest(folder, system); // overtaken between the two looks
}

async function lookAt(path: string, number: number, system: System): Promise<Holder | undefined> {
  try {
    const [text, stats] = await Promise.all([system.readFile(path, 'utf8'), stat(path)]);
    const heartbeatAt = stats.mtimeMs;
    return { number, released: text.startsWith(RELEASED), heartbeatAt, state: `${number} ${heartbeatAt}` };
  } catch (error) {
    if (errno(error) === 'ENOENT') return undefined;
    // On its way out, or being scanned: held, as far as we can see, and looked at again.
    if (isBusy(error, system)) return { number, released: false, heartbeatAt: now(), state: `${number} busy` };
    throw error;
  }
}

/**
 * Dead by the clock is not enough: the heart of a holder on a machine that was suspended stood still as well, so it must
 * also miss a beat while we watch. A wrong clock (a file from the future) does not matter to those who watch long enough.
 */
function isFree(holder: Holder, watchedMs: number, { leaseMs, heartbeatMs }: FileLockTimes): boolean {
  if (holder.released || watchedMs > leaseMs) return true;
  return now() - holder.heartbeatAt > leaseMs && watchedMs > heartbeatMs * 1.5;
}

/** Takes the lock under `number`; undefined when somebody else was faster. */
export async function claimNumber(
  folder: string,
  number: number,
  times: FileLockTimes,
  system: System = SYSTEM,
): Promise<FileLock | undefined> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, String(number));
  // Windows: busy is a number on its way out, whose file somebody gave up and a scanner still looks at.
  const claim = () => system.open(path, 'wx', 0o600);
  const file = await unless(['EEXIST'], retryWhileBusy(claim, system));
  if (file === undefined) return undefined;
  const owner = `${process.pid} ${randomBytes(16).toString('hex')}\n`;
  let numbers: number[];
  try {
    await file.write(owner, 0);
    numbers = await numbersIn(folder);
  } catch (error) {
    await giveUp(file, path, system); // safe: the number below is still there
    throw error;
  }
  if (Math.max(...numbers) > number) {
    await giveUp(file, path, system); // we looked long ago, and this number had come and gone since
    return undefined;
  }
  const older = numbers.filter((other) => other < number);
  await Promise.all(older.map((other) => system.unlink(join(folder, String(other))).catch(() => {})));
  return hold({ folder, number, file, owner, system }, times.heartbeatMs);
}

async function numbersIn(folder: string): Promise<number[]> {
  const names = (await unless(['ENOENT'], readdir(folder))) ?? [];
  return names.filter((name) => /^[1-9]\d{0,14}$/.test(name)).map(Number);
}

async function giveUp(file: FileHandle, path: string, system: System): Promise<void> {
  await file.close();
  await system.unlink(path).catch(() => {}); // whoever holds a higher number deletes it, or it is found dead later
}

interface OwnNumber {
  folder: string;
  number: number;
  file: FileHandle;
  owner: string;
  system: System;
}

function hold({ folder, number, file, owner, system }: OwnNumber, heartbeatMs: number): FileLock {
  let beating: Promise<void> = Promise.resolve();
  const heart = setInterval(() => {
    // By handle: should the file be someone else's by now, only our own, deleted one is touched.
    beating = file.utimes(new Date(now()), new Date(now())).catch(() => {});
  }, heartbeatMs);
  heart.unref();

  return {
    async assertHeld() {
      const text = await unless(['ENOENT'], system.readFile(join(folder, String(number)), 'utf8'));
      if (text === owner && (await highest(folder, system))?.number === number) return;
      throw new AuthStoreError({
        code: 'lock_lost',
        message: `Another process took over ${folder}, because this one stood still for too long. Nothing was written.`,
      });
    },
    async release() {
      clearInterval(heart);
      await beating;
      // Written over the owner's name, so that a full disk cannot prevent it.
      await file.write(RELEASED, 0).catch(() => {});
      await file.close().catch(() => {});
    },
  };
}

/**
 * The wait for other calls of this process, until `over` is aborted.
 *
 * @throws {@link AuthStoreError} `lock_timeout` after `waitMs`.
 */
export async function waitForTurn(path: string, waitMs: number, over: AbortSignal): Promise<never> {
  await delay(waitMs, undefined, { signal: over });
  const seconds = Math.round(waitMs / 1000);
  throw new AuthStoreError({
    code: 'lock_timeout',
    message: `Another change of ${path} in this process has not ended for ${seconds} s. Try again, or look for one that hangs.`,
  });
}

function timedOut(folder: string, waitMs: number): AuthStoreError {
  const seconds = Math.round(waitMs / 1000);
  return new AuthStoreError({
    code: 'lock_timeout',
    message: `Another process held ${folder} for more than ${seconds} s. Try again, or look for one that hangs.`,
  });
}

function jitter(): number {
  return randomBytes(2).readUInt16LE() / 65_536;
}
