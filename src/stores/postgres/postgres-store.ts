import { asRecord, asString } from '../../shared/json';
import type { AuthStore } from '../auth-store';
import type { LeaseDatabase } from '../lease-database';
import { type LeasedStoreOptions, leasedStore } from '../leased-store';
import { refuseOwnChange, runChange } from '../node/own-change';
import { statementsFor } from './statements';
import { quoteTable } from './table-name';

/** A `Pool` of `pg`, or whatever queries like it. */
export interface PgPoolLike {
  query(text: string, values: (string | null)[]): Promise<{ rows: unknown[] }>;
}

export interface PostgresAuthStoreOptions {
  /**
   * A `Pool` of `pg`; one connection is enough. Yours to close; listen to its `error` events, or a restart of the server
   * ends your process.
   */
  pool: PgPoolLike;
  /** The table, with a schema if you like: `schema.table`. Default `ai_sdk_codex_auth`. Made by the first `update`. */
  table?: string;
}

/**
 * Logins in a table of PostgreSQL (9.5 or later), shared by every machine that uses it. A change is made under a lease that
 * is renewed every 5 s and can be taken over once it has run out, after 45 s; its outcome is only written while nobody has
 * taken over, and again and again for 60 s while the server is away. Waiting for other processes ends after 60 s, for other
 * calls of the same store after 120 s. All statements are short, and neither a transaction nor a connection is held while a
 * change runs.
 *
 * The role needs SELECT, INSERT and UPDATE, and may create the table unless it is there. Tokens are stored in the clear: who
 * can read the table has the logins. A record that is no login is added to the column `aside` by the next `update`,
 * which rejects.
 *
 * @throws TypeError for a `table` that can be no name.
 * @throws {@link AuthStoreError} from its methods: `unreadable`, `unwritable`, `corrupt`, `lock_timeout`, `lock_lost`.
 */
export function postgresAuthStore(options: PostgresAuthStoreOptions): AuthStore {
  return openPostgresStore(options);
}

/** With what only our own tests may set. */
export function openPostgresStore(
  { pool, table = 'ai_sdk_codex_auth' }: PostgresAuthStoreOptions,
  internals: LeasedStoreOptions = {},
): AuthStore {
  const ownChanges = { run: runChange, refuse: refuseOwnChange };
  return leasedStore(postgresDatabase(pool, table), { ownChanges, ...internals });
}

type Values = (string | null)[];

function postgresDatabase(pool: PgPoolLike, table: string): LeaseDatabase {
  const statements = statementsFor(quoteTable(table));
  const query = async (text: string, values: Values) => (await pool.query(text, values)).rows.map(asRow);
  /**
   * Makes the table only when it is missing: a role that may not create can use one that is there. Who loses a race to make
   * it gets an error, and is tried again like after any.
   */
  const change = async (text: string, values: Values) =>
    (await unless(MISSING, query(text, values))) ?? query(statements.create, []).then(() => query(text, values));

  return {
    name: `PostgreSQL table ${table}`,
    async read(profile) {
      const rows = await unless(MISSING, query(statements.read, [profile]));
      return asString(rows?.[0]?.record);
    },
    async acquire({ profile, owner, leaseMs, dead }) {
      const taking = change(statements.acquire, [profile, owner, String(leaseMs), dead ?? null]);
      const [row] = (await unless(OVERTAKEN, taking)) ?? [];
      if (row === undefined) return { holder: undefined };
      const fence = String(row.fence);
      return row.taken === true
        ? { fence, before: String(row.fence_before), record: asString(row.record) }
        : { holder: { fence, expired: row.expired === true } };
    },
    async renew({ profile, owner, fence, before }, leaseMs) {
      return (await change(statements.renew, [profile, owner, fence, before, String(leaseMs)])).length > 0;
    },
    async write({ profile, owner, fence, before }, leaseMs, record) {
      const values = [profile, owner, fence, before, String(leaseMs), record ?? null];
      return (await change(statements.write, values)).length > 0;
    },
    async setAside({ profile, owner, fence }) {
      return (await query(statements.setAside, [profile, owner, fence])).length > 0;
    },
    async release({ profile, owner }) {
      await query(statements.release, [profile, owner]);
    },
    async profiles() {
      const rows = await unless(MISSING, query(statements.profiles, []));
      return (rows ?? []).map(({ profile }) => String(profile));
    },
  };
}

/** undefined_table */
const MISSING = ['42P01'];
/** serialization_failure and deadlock_detected: somebody else was faster, where a role's isolation is strict. */
const OVERTAKEN = ['40001', '40P01'];

/** `work`; undefined when it fails with one of `codes`. */
async function unless<T>(codes: string[], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codes.includes(String((error as { code?: unknown } | null)?.code))) return undefined;
    throw error;
  }
}

function asRow(row: unknown): Record<string, unknown> {
  return asRecord(row) ?? {};
}
