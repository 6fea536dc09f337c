import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuthStore } from '../../../src/stores/auth-store';
import { openFileStore } from '../../../src/stores/node/file-store';

/** Milliseconds. Shortened, so that a proof about a dead holder does not take a minute. */
export interface EngineTimes {
  leaseMs: number;
  heartbeatMs: number;
  waitMs: number;
}

/** A store that several processes share, made anew for each case. */
export interface Engine {
  name: string;
  /** `args` open the same store in a child process: see `openStore` in ../children/open-store.ts. */
  prepare(): Promise<{ args: string[]; store: AuthStore; close(): Promise<void> }>;
}

const TIMES: EngineTimes = { leaseMs: 2_000, heartbeatMs: 300, waitMs: 20_000 };

export function timesOf(args: readonly string[]): EngineTimes {
  const [leaseMs = TIMES.leaseMs, heartbeatMs = TIMES.heartbeatMs, waitMs = TIMES.waitMs] = args.map(Number);
  return { leaseMs, heartbeatMs, waitMs };
}

export function fileEngine(times: EngineTimes = TIMES): Engine {
  return {
    name: 'file',
    async prepare() {
      const folder = await mkdtemp(join(tmpdir(), 'engine-'));
      const path = join(folder, 'auth.json');
      const { leaseMs, heartbeatMs, waitMs } = times;
      return {
        args: ['file', path, ...[leaseMs, heartbeatMs, waitMs].map(String)],
        store: openFileStore(path, { lock: times }),
        close: () => rm(folder, { recursive: true }),
      };
    },
  };
}
