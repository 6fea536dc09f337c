import type { Lease, LeaseDatabase, LeaseTimes } from '../../src/stores/lease-database';
import { leasedStore, type OwnChanges } from '../../src/stores/leased-store';
import { virtualTime } from './virtual-time';

interface Row {
  fence: number;
  owner: string;
  until: number;
  record?: string | undefined;
  aside?: string | undefined;
}

type Statement = keyof Omit<LeaseDatabase, 'name'>;
type Answer = Error | 'hang' | 'lost answer';

/** A database in memory with the clock of a {@link virtualTime}, whose statements fail as they are told to. */
export function leaseMemory() {
  const time = virtualTime();
  const troubles = new Map<Statement, Answer[]>();
  const hanging: (() => void)[] = [];
  const asked: Statement[] = [];
  let rows = new Map<string, Row>();

  async function ask<T>(statement: Statement, run: () => T): Promise<T> {
    asked.push(statement);
    const trouble = troubles.get(statement)?.shift();
    if (trouble instanceof Error) throw trouble;
    if (trouble === 'hang') await new Promise<void>((resolve) => hanging.push(resolve));
    const outcome = run();
    if (trouble === 'lost answer') throw new Error('the connection was lost');
    return outcome;
  }

  /** The row, if `lease` may still change it; with the lease made to last. */
  function ours({ profile, owner, fence }: Lease, leaseMs: number): Row | undefined {
    const row = rows.get(profile) ?? { fence: 0, owner: '', until: 0 };
    const isOurs = row.fence < Number(fence) || (row.fence === Number(fence) && row.owner === owner);
    if (!isOurs) return undefined;
    const renewed = { ...row, fence: Number(fence), owner, until: time.now() + leaseMs };
    rows.set(profile, renewed);
    return renewed;
  }

  const database: LeaseDatabase = {
    name: 'the memory',
    read: (profile) => ask('read', () => rows.get(profile)?.record),
    acquire: ({ profile, owner, leaseMs, dead }) =>
      ask('acquire', () => {
        const row = rows.get(profile) ?? { fence: 0, owner: '', until: 0 };
        const expired = row.until <= time.now();
        const isFree = ['', owner].includes(row.owner) || (expired && String(row.fence) === dead);
        if (!isFree) return { holder: { fence: String(row.fence), expired } };
        const fence = Math.max(row.fence + 1, time.now() * 1000);
        rows.set(profile, { ...row, fence, owner, until: time.now() + leaseMs });
        return { fence: String(fence), record: row.record };
      }),
    renew: (lease, leaseMs) => ask('renew', () => ours(lease, leaseMs) !== undefined),
    write: (lease, leaseMs, record) =>
      ask('write', () => {
        const row = ours(lease, leaseMs);
        if (row) row.record = record;
        return row !== undefined;
      }),
    setAside: ({ profile, owner, fence }) =>
      ask('setAside', () => {
        const row = rows.get(profile);
        if (row?.owner !== owner || row.fence !== Number(fence)) return false;
        Object.assign(row, { aside: row.record, record: undefined });
        return true;
      }),
    release: ({ profile, owner }) =>
      ask('release', () => {
        const row = rows.get(profile);
        if (row?.owner === owner) row.owner = '';
      }),
    profiles: () =>
      ask('profiles', () => [...rows].flatMap(([name, { record }]) => (record === undefined ? [] : name))),
  };

  return {
    time,
    database,
    /** What was asked, in order. */
    asked,
    count: (statement: Statement) => asked.filter((one) => one === statement).length,
    row: (profile: string) => rows.get(profile),
    put: (profile: string, row: Partial<Row>) => rows.set(profile, { fence: 1, owner: '', until: 0, ...row }),
    /** A process that has the lease and died. */
    die: async (profile: string) => {
      await database.acquire({ profile, owner: 'dead', leaseMs: 45_000, dead: undefined });
    },
    /** How the next statements of this kind fail; a text that does not fit is no answer at all. */
    trouble: (statement: Statement, ...answers: Answer[]) => troubles.set(statement, answers),
    /** Those that hang are carried out after all. */
    answerLate: () => hanging.splice(0).map((resolve) => resolve()),
    /** A way back to what is stored now, as after a crash that lost the newest writes. */
    snapshot() {
      const copy = structuredClone(rows);
      return () => {
        rows = structuredClone(copy);
      };
    },
    /** A store of one process. */
    open: (times: Partial<LeaseTimes> = {}, ownChanges?: OwnChanges) =>
      leasedStore(database, { times, runtime: time.runtime, ...(ownChanges && { ownChanges }) }),
  };
}
