import type { Lease, LeaseDatabase, LeaseTimes } from '../../src/stores/lease-database';
import { leasedStore, type OwnChanges } from '../../src/stores/leased-store';
import { virtualTime } from './virtual-time';

interface Row {
  fence: number;
  before: number;
  owner: string;
  until: number;
  record?: string | undefined;
  aside?: string | undefined;
}

type Statement = keyof Omit<LeaseDatabase, 'name'>;
type Answer = Error | 'hang' | 'lost answer' | 'late';

const LOST = new Error('the connection was lost');

/** A database in memory with the clock of a {@link virtualTime}, whose statements fail as they are told to. */
export function leaseMemory() {
  const time = virtualTime();
  const troubles = new Map<Statement, (Answer | undefined)[]>();
  const hanging: (() => void)[] = [];
  const asked: Statement[] = [];
  const NOTHING: Row = { fence: 0, before: 0, owner: '', until: 0 };
  let behindMs = 0;
  const serverNow = () => time.now() - behindMs;
  let rows = new Map<string, Row>();

  async function ask<T>(statement: Statement, run: () => T): Promise<T> {
    asked.push(statement);
    const trouble = troubles.get(statement)?.shift();
    if (trouble instanceof Error) throw trouble;
    if (trouble === 'hang') await new Promise<void>((resolve) => hanging.push(resolve));
    if (trouble === 'late') {
      hanging.push(run);
      throw LOST;
    }
    const outcome = run();
    if (trouble === 'lost answer') throw LOST;
    return outcome;
  }

  /** The row, if `lease` may still change it; with the lease made to last. */
  function ours({ profile, owner, ...lease }: Lease, leaseMs: number): Row | undefined {
    const row = rows.get(profile) ?? NOTHING;
    const [fence, before] = [Number(lease.fence), Number(lease.before)];
    const isOurs = row.fence === fence ? row.owner === owner : row.fence < fence && row.fence <= before;
    if (!isOurs) return undefined;
    const renewed = { ...row, fence, before, owner, until: serverNow() + leaseMs };
    rows.set(profile, renewed);
    return renewed;
  }

  const database: LeaseDatabase = {
    name: 'the memory',
    read: (profile) => ask('read', () => rows.get(profile)?.record),
    acquire: ({ profile, owner, leaseMs, dead }) =>
      ask('acquire', () => {
        const row = rows.get(profile) ?? NOTHING;
        const leftMs = row.until - serverNow();
        const expired = leftMs <= 0 || leftMs > leaseMs;
        const isFree = ['', owner].includes(row.owner) || (expired && String(row.fence) === dead);
        if (!isFree) return { holder: { fence: String(row.fence), expired } };
        const next = { fence: Math.max(row.fence + 1, serverNow() * 1000), before: row.fence };
        const { fence, before } = row.owner === owner ? row : next;
        rows.set(profile, { ...row, fence, before, owner, until: serverNow() + leaseMs });
        return { fence: String(fence), before: String(before), record: row.record };
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
        if (row.record !== undefined) row.aside = row.aside === undefined ? row.record : `${row.aside}\n${row.record}`;
        row.record = undefined;
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
    put: (profile: string, row: Partial<Row>) => rows.set(profile, { ...NOTHING, fence: 1, ...row }),
    /** A process that has the lease and died. */
    die: async (profile: string) => {
      await database.acquire({ profile, owner: 'dead', leaseMs: 45_000, dead: undefined });
    },
    /** Puts the clock of the server back; time goes on from there. */
    setClockBack: (ms: number) => {
      behindMs += ms;
    },
    /**
     * How the next statements of this kind fail. One that hangs gives no answer until {@link answerLate}; one that is late
     * has failed by the time that it is carried out.
     */
    trouble: (statement: Statement, ...answers: (Answer | undefined)[]) => troubles.set(statement, answers),
    /** Those that hang or are late are carried out after all. */
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
