import { type FileHandle, link, open, readFile, rename, unlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { errno } from './errno';

/** What Windows and some disks do differently, so that a test can stand in for them. */
export interface System {
  platform: NodeJS.Platform;
  link(existing: string, path: string): Promise<void>;
  open(path: string, flags: string, mode: number): Promise<FileHandle>;
  readFile(path: string, encoding: 'utf8'): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

export const SYSTEM: System = { platform: process.platform, link, open, readFile, rename, unlink };

const RETRIES = 5;
const FIRST_PAUSE_MS = 10;

/** Windows refuses to touch a file that somebody has open, a virus scanner for instance, or that is being deleted. */
export function isBusy(error: unknown, { platform }: System): boolean {
  return platform === 'win32' && ['EPERM', 'EBUSY', 'EACCES'].includes(errno(error) ?? '');
}

/** Does `work` again, five times in a third of a second, while Windows finds its file busy. */
export async function retryWhileBusy<T>(work: () => Promise<T>, system: System): Promise<T> {
  for (let retries = 0; ; retries++) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error, system) || retries === RETRIES) throw error;
      await delay(FIRST_PAUSE_MS * 2 ** retries);
    }
  }
}
