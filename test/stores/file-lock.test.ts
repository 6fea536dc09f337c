import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireFileLock, claimNumber, FILE_LOCK_TIMES, type FileLockTimes } from '../../src/stores/node/file-lock';
import { SYSTEM } from '../../src/stores/node/system';
import { bundleChild } from '../support/bundle-child';

const QUICK: FileLockTimes = { leaseMs: 200, heartbeatMs: 40, waitMs: 5_000 };
const IMPATIENT: FileLockTimes = { leaseMs: 60_000, heartbeatMs: 5_000, waitMs: 60 };
const HEARTLESS: FileLockTimes = { ...QUICK, heartbeatMs: 1_000_000 };

let folder: string;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'lock-')), 'lock');
});
afterEach(() => rm(dirname(folder), { recursive: true }));

/** Lets many callers in one after the other; gives how many were inside at the same time at most. */
async function crowd(size: number, times: FileLockTimes): Promise<number> {
  let inside = 0;
  let most = 0;
  const visit = async () => {
    const lock = await acquireFileLock(folder, times);
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await lock.assertHeld();
    inside -= 1;
    await lock.release();
  };
  await Promise.all(Array.from({ length: size }, visit));
  return most;
}

test('lets one in at a time', async () => {
  expect(await crowd(10, { ...QUICK, leaseMs: 10_000 })).toBe(1);
});

test('leaves one small file behind, however often it was taken', async () => {
  for (let round = 0; round < 5; round++) await (await acquireFileLock(folder)).release();
  expect(await readdir(folder)).toEqual(['5']);
});

test('gives up on a holder that lives, naming the lock', async () => {
  const lock = await acquireFileLock(folder);
  await expect(acquireFileLock(folder, IMPATIENT)).rejects.toMatchObject({
    code: 'lock_timeout',
    message: expect.stringContaining(folder),
  });
  await lock.assertHeld();
  await lock.release();
});

test('a holder keeps the lock by its heartbeat, far beyond the lease', async () => {
  const times = { leaseMs: 600, heartbeatMs: 50, waitMs: 1_800 };
  const lock = await acquireFileLock(folder, times);
  await expect(acquireFileLock(folder, times)).rejects.toMatchObject({ code: 'lock_timeout' });
  await lock.assertHeld();
  await lock.release();
});

test('a holder that only looks dead, because its machine was suspended, gets the time for a heartbeat', async () => {
  const lock = await acquireFileLock(folder, { ...QUICK, heartbeatMs: 50 });
  await utimes(join(folder, '1'), 1_000, 1_000);
  const patient = { leaseMs: 10_000, heartbeatMs: 500, waitMs: 900 };
  await expect(acquireFileLock(folder, patient)).rejects.toMatchObject({ code: 'lock_timeout' });
  await lock.assertHeld();
  await lock.release();
});

test('who comes with a number from long ago stays outside', async () => {
  const lock = await acquireFileLock(folder);
  await rename(join(folder, '1'), join(folder, '5'));
  expect(await claimNumber(folder, 3, FILE_LOCK_TIMES)).toBeUndefined();
  expect(await readdir(folder)).toEqual(['5']);
  await lock.release();
});

test('a holder whose process was killed is succeeded, by one of many who wait', async () => {
  const program = await bundleChild(new URL('./children/hold-lock.ts', import.meta.url));
  const child = spawn(process.execPath, [program, folder]);
  await once(child.stdout, 'data');
  await expect(acquireFileLock(folder, IMPATIENT)).rejects.toMatchObject({ code: 'lock_timeout' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await crowd(8, { ...QUICK, leaseMs: 1_000 })).toBe(1);
});

test('of many who find the same dead holder only one succeeds it, time after time', async () => {
  for (let round = 1; round <= 5; round++) {
    await mkdir(folder, { recursive: true });
    const dead = join(folder, String(round * 100));
    await writeFile(dead, '1 nobody\n');
    await utimes(dead, 1_000, 1_000);
    expect(await crowd(6, { ...QUICK, leaseMs: 1_000, heartbeatMs: 10 })).toBe(1);
  }
});

test('a dead holder with a time stamp from the future is succeeded too', async () => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '7'), '1 nobody\n');
  await utimes(join(folder, '7'), 4_000_000_000, 4_000_000_000);
  await (await acquireFileLock(folder, QUICK)).release();
  expect(await readdir(folder)).toEqual(['8']);
});

test('a holder that comes back late knows that it lost, and cannot release the lock of its successor', async () => {
  const late = await acquireFileLock(folder, HEARTLESS);
  const successor = await acquireFileLock(folder, QUICK);
  await expect(late.assertHeld()).rejects.toMatchObject({ code: 'lock_lost' });
  await late.release();
  await successor.assertHeld();
  await expect(acquireFileLock(folder, IMPATIENT)).rejects.toMatchObject({ code: 'lock_timeout' });
  await successor.release();
});

test('a release that fails is no failure of what was done under the lock', async () => {
  const failing = async (...args: Parameters<typeof SYSTEM.open>) => {
    const file = await open(...args);
    const close = file.close.bind(file);
    file.close = async () => {
      await close();
      throw Object.assign(new Error('EIO: made up'), { code: 'EIO' });
    };
    return file;
  };
  const lock = await acquireFileLock(folder, QUICK, { ...SYSTEM, open: failing });
  await lock.release();
  await (await acquireFileLock(folder, QUICK)).release();
});

test('a holder notices that somebody deleted the lock', async () => {
  const lock = await acquireFileLock(folder);
  await rm(folder, { recursive: true });
  await expect(lock.assertHeld()).rejects.toMatchObject({ code: 'lock_lost' });
  const other = await acquireFileLock(folder);
  await expect(lock.assertHeld()).rejects.toMatchObject({ code: 'lock_lost' });
  await lock.release();
  await other.assertHeld();
  await other.release();
});
