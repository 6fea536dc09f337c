import { AuthStoreError } from '../shared/auth-store-error';
import type { OAuthCredentials } from '../shared/credentials';
import { parseJson } from '../shared/json';
import { createRuntime, type Runtime, randomUuid } from '../shared/runtime';
import type { AuthStore } from './auth-store';
import { copyRecord } from './copy-record';
import { databaseError } from './database-error';
import { acquireLease, insist, inTime, keepAlive, type LeaseContext, tryBriefly } from './lease';
import { LEASE_TIMES, type Lease, type LeaseDatabase, type LeaseTimes } from './lease-database';
import { decodeProfile, encodeProfile } from './profile-key';
import { createKeyedQueue } from './promise-queue';

/** Knows from within which change it is called; what this is made of differs by platform. */
export interface OwnChanges {
  run<T>(key: string, change: () => Promise<T>): Promise<T>;
  /** Throws within a change of `key`. */
  refuse(key: string): void;
}

export interface LeasedStoreOptions {
  ownChanges?: OwnChanges;
  times?: Partial<LeaseTimes>;
  runtime?: Runtime;
}

/** The call before may wait for a dead holder as long as it likes; this is for what it does then. */
const TURN_MS = 60_000;

type Change = Parameters<AuthStore['update']>[1];

/** A store over a database that many machines share. Nothing of a connection is held while a change runs. */
export function leasedStore(database: LeaseDatabase, options: LeasedStoreOptions = {}): AuthStore {
  const { runtime = createRuntime(), ownChanges } = options;
  const times = { ...LEASE_TIMES, ...options.times };
  const context: LeaseContext = { database, times, runtime };
  const queued = createKeyedQueue();
  const id = randomUuid(runtime);

  const reading = <T>(statement: () => Promise<T>) =>
    tryBriefly(statement, context).catch((error: unknown) => {
      throw databaseError(database.name, 'unreadable', error);
    });

  return {
    async read(profile) {
      return parseRecord(await reading(() => database.read(encodeProfile(profile))), whereIs(profile, database));
    },
    async update(profile, change) {
      const where = whereIs(profile, database);
      const key = `${id} ${profile}`;
      refuseOwn(key, where, ownChanges);
      const guarded: Change = (current) => (ownChanges ? ownChanges.run(key, () => change(current)) : change(current));
      const exclusively = () => updateUnderLease(encodeProfile(profile), where, guarded, context);
      return queued(profile, exclusively, (over) => waitForTurn(where, over, context));
    },
    profiles: async () => (await reading(() => database.profiles())).map(decodeProfile),
    describe: async () => ({ location: database.name }),
  };
}

async function updateUnderLease(profile: string, where: string, change: Change, context: LeaseContext) {
  const { database, times, runtime } = context;
  const { lease, record } = await acquireLease(profile, where, context);
  const stop = keepAlive(lease, context);
  try {
    return await replaceRecord(lease, record, where, change, context);
  } finally {
    stop();
    // Who cannot give it back is found dead later.
    await inTime(database.release(lease), times.statementMs, runtime).catch(() => {});
  }
}

async function replaceRecord(
  lease: Lease,
  record: string | undefined,
  where: string,
  change: Change,
  context: LeaseContext,
): Promise<OAuthCredentials | undefined> {
  const { database, times } = context;
  if (isDamaged(record)) {
    await store(() => database.setAside(lease), where, context);
    throw corrupt(`There was no login in ${where}. The record is kept where nobody reads it. Log in again.`);
  }
  const current = parseRecord(record, where);
  const next = await change(current);
  if (next === current) return current;
  const written = next === undefined ? undefined : copyRecord(next, where);
  await store(() => database.write(lease, times.leaseMs, written && JSON.stringify(written)), where, context);
  return written;
}

async function store(statement: () => Promise<boolean>, where: string, context: LeaseContext): Promise<void> {
  const isStored = await insist(statement, context).catch((error: unknown) => {
    throw databaseError(context.database.name, 'unwritable', error);
  });
  if (isStored) return;
  throw new AuthStoreError({
    code: 'lock_lost',
    message: `Another process took over ${where}, because this one stood still or was cut off for too long. What is stored there now is not from this change.`,
  });
}

function refuseOwn(key: string, where: string, ownChanges: OwnChanges | undefined): void {
  try {
    ownChanges?.refuse(key);
  } catch (cause) {
    throw new AuthStoreError({
      code: 'lock_timeout',
      message: `The ${where} was updated from within a change of it, which would wait for itself. Return the new record from the change.`,
      cause,
    });
  }
}

async function waitForTurn(where: string, over: AbortSignal, { times, runtime }: LeaseContext): Promise<never> {
  const waitMs = times.waitMs + TURN_MS;
  await runtime.sleep(waitMs, over);
  throw new AuthStoreError({
    code: 'lock_timeout',
    message: `Another change of ${where} in this process has not ended for ${Math.round(waitMs / 1000)} s. Try again, or look for one that hangs.`,
  });
}

function parseRecord(text: string | undefined, where: string): OAuthCredentials | undefined {
  if (text === undefined) return undefined;
  if (isDamaged(text)) throw corrupt(`There is no login in ${where}. Log in again: that sets the record aside.`);
  return copyRecord(parseJson(text), where);
}

/** Whether there is a record that is no login. */
function isDamaged(text: string | undefined): boolean {
  if (text === undefined) return false;
  const record = parseJson(text) as { accessToken?: unknown } | null | undefined;
  return typeof record?.accessToken !== 'string';
}

function whereIs(profile: string, { name }: LeaseDatabase): string {
  return `profile "${profile}" of ${name}`;
}

function corrupt(message: string): AuthStoreError {
  return new AuthStoreError({ code: 'corrupt', message });
}
