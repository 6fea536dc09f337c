import { AuthStoreError } from '../shared/auth-store-error';
import type { Runtime } from '../shared/runtime';
import { toHex } from '../shared/runtime';
import { databaseError } from './database-error';
import type { Lease, LeaseDatabase, LeaseTimes } from './lease-database';

export interface LeaseContext {
  database: LeaseDatabase;
  times: LeaseTimes;
  runtime: Runtime;
}

/** How often a statement is tried before a change has run: a server that restarts drops the connections of a pool. */
const TRIES = 3;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;
/** A holder that lives, and was only cut off from the server for a while, gets the time for a heartbeat. */
const LOOKS = 1.5;

/**
 * Takes the lease of `profile`, as soon as nobody else has it.
 *
 * @param where For messages.
 * @throws {@link AuthStoreError} `lock_timeout`, or `unwritable` when the server cannot be written to.
 */
export async function acquireLease(profile: string, where: string, context: LeaseContext) {
  const { database, times, runtime } = context;
  const owner = toHex(runtime.randomBytes(16));
  let watched = { fence: '', forMs: 0 };
  for (let waitedMs = 0, pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    const startedAt = runtime.now();
    const isDead = watched.forMs > times.heartbeatMs * LOOKS;
    const take = { profile, owner, leaseMs: times.leaseMs, dead: isDead ? watched.fence : undefined };
    const outcome = await tryBriefly(() => takeInTime(take, context), context).catch((error: unknown) => {
      // Perhaps only its answer was lost; everybody would wait for what we left behind.
      database.release(take).catch(() => {});
      throw databaseError(database.name, 'unwritable', error);
    });
    if ('fence' in outcome) {
      const { fence, before, record } = outcome;
      return { lease: { profile, owner, fence, before }, record };
    }
    if (waitedMs >= times.waitMs) throw timedOut(where, times.waitMs);
    const pause = await pauseFor(pauseMs, runtime);
    // A clock alone would say that hours have gone after a suspended laptop wakes, and pauses alone nothing of a slow server.
    waitedMs += Math.max(pause, Math.min(runtime.now() - startedAt, times.statementMs));
    const { fence = '', expired = false } = outcome.holder ?? {};
    watched = { fence, forMs: expired ? watched.forMs + pause : 0 };
  }
}

async function takeInTime(take: Parameters<LeaseDatabase['acquire']>[0], { database, times, runtime }: LeaseContext) {
  const taking = database.acquire(take);
  try {
    return await inTime(taking, times.statementMs, runtime);
  } catch (error) {
    // Should it get the lease after all, nobody is there to use it.
    const giveBack = (late: Awaited<typeof taking>) => ('fence' in late ? database.release(take) : undefined);
    taking.then(giveBack).catch(() => {});
    throw error;
  }
}

/** Gives signs of life for `lease` until the function that it returns is called, or the lease is lost. */
export function keepAlive(lease: Lease, { database, times, runtime }: LeaseContext): () => void {
  const stop = new AbortController();
  const beat = async () => {
    for (let isOurs = true; isOurs; ) {
      await runtime.sleep(times.heartbeatMs, stop.signal);
      isOurs = await inTime(database.renew(lease, times.leaseMs), times.statementMs, runtime).catch(() => true);
    }
  };
  beat().catch(() => {});
  return () => stop.abort();
}

/**
 * Runs `statement` again and again, for `writeMs` or until it gives something: what is written is the only refresh token
 * that still works.
 *
 * @throws what it threw last.
 */
export async function insist<T>(statement: () => Promise<T>, { times, runtime }: LeaseContext): Promise<T> {
  const done = new AbortController();
  let isOver = false;
  const over = runtime.sleep(times.writeMs, done.signal).then(() => {
    isOver = true;
  });
  over.catch(() => {});
  try {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
      try {
        return await inTime(statement(), times.statementMs, runtime);
      } catch (error) {
        if (isOver) throw error;
      }
      await pauseFor(pauseMs, runtime);
    }
  } finally {
    done.abort();
  }
}

/** Runs `statement`, and soon again when it fails; not when it hangs. */
export async function tryBriefly<T>(statement: () => Promise<T>, { times, runtime }: LeaseContext): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await inTime(statement(), times.statementMs, runtime);
    } catch (error) {
      if (tries === TRIES || error instanceof NoAnswer) throw error;
      await pauseFor(LONGEST_PAUSE_MS, runtime);
    }
  }
}

class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** `work`, or a failure if that takes longer than `ms`; the work itself goes on. */
export async function inTime<T>(work: Promise<T>, ms: number, runtime: Runtime): Promise<T> {
  const settled = new AbortController();
  const wait = async (): Promise<never> => {
    await runtime.sleep(ms, settled.signal);
    // Where nothing could run for that long, the clock is asked first, and then what has arrived meanwhile.
    await runtime.sleep(1, settled.signal);
    throw new NoAnswer(`no answer within ${ms / 1000} s`);
  };
  const tooLong = wait();
  tooLong.catch(() => {});
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    settled.abort();
  }
}

/** About `ms`, so that those who wait for one thing do not come at once; gives how long it was. */
async function pauseFor(ms: number, runtime: Runtime): Promise<number> {
  const [low = 0, high = 0] = runtime.randomBytes(2);
  const pause = ms * (0.5 + (low + high * 256) / 65_536);
  await runtime.sleep(pause, undefined, { keepAlive: true });
  return pause;
}

function timedOut(where: string, waitMs: number): AuthStoreError {
  return new AuthStoreError({
    code: 'lock_timeout',
    message: `Another process held ${where} for more than ${Math.round(waitMs / 1000)} s. Try again, or look for one that hangs.`,
  });
}
