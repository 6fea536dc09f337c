import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { Pool, PoolConfig } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type PgPoolLike, postgresAuthStore } from '../../src/postgres';
import { LEASE_TIMES } from '../../src/stores/lease-database';
import { openPostgresStore } from '../../src/stores/postgres/postgres-store';
import { authStoreContract } from '../../src/testing/auth-store-contract';
import { describeCrowdCases } from './support/crowd-cases';
import { describeHolderCases } from './support/holder-cases';
import { describeOutageCases } from './support/outage-cases';
import { openPool, type PostgresServer, startPostgresServer } from './support/postgres-server';
import { postgresEngine } from './support/server-engines';

const LOGIN = { accessToken: 'access-CANARY', refreshToken: 'refresh-CANARY' };
const READ_ONLY = { options: '-c default_transaction_read_only=on' };

let server: PostgresServer;
let made = 0;
const pools: Pool[] = [];

beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(() => server.close());
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.end();
});

function open(options: PoolConfig = {}): Pool {
  const pool = openPool(server.host, options);
  pools.push(pool);
  return pool;
}
const newTable = () => `Table "${made++}"`;
const quoted = (table: string) => `"${table.replaceAll('"', '""')}"`;
const rows = (table: string) => server.admin(`SELECT * FROM ${quoted(table)} ORDER BY profile`);
/** A role that may do nothing yet. */
async function newRole(): Promise<string> {
  const role = `role_${made++}`;
  await server.admin(`CREATE ROLE ${role} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC`);
  return role;
}

/** Five changes in each of eight pools, as of eight processes; gives what all of them have counted. */
async function countInEightPools(options: PoolConfig): Promise<number | undefined> {
  const table = newTable();
  const stores = Array.from({ length: 8 }, () => postgresAuthStore({ pool: open(options), table }));
  const count = (store: (typeof stores)[number]) =>
    store.update('default', async (current) => {
      await delay(1);
      return { accessToken: 'a', lastRefreshAt: (current?.lastRefreshAt ?? 0) + 1 };
    });
  await Promise.all(stores.flatMap((store) => Array.from({ length: 5 }, () => count(store))));
  return (await stores[0]?.read('default'))?.lastRefreshAt;
}

describe('postgresAuthStore, with a pool of one connection', () => {
  const createUnwritable = {
    'the role may only read': async () => {
      const table = newTable();
      await postgresAuthStore({ pool: open(), table }).update('default', async () => undefined);
      const user = await newRole();
      await server.admin(`GRANT SELECT ON ${quoted(table)} TO ${user}`);
      return postgresAuthStore({ pool: open({ user }), table });
    },
    'the role may read and add, but not change': async () => {
      const table = newTable();
      await postgresAuthStore({ pool: open(), table }).update('default', async () => undefined);
      const user = await newRole();
      await server.admin(`GRANT SELECT, INSERT ON ${quoted(table)} TO ${user}`);
      return postgresAuthStore({ pool: open({ user }), table });
    },
    'there is no table, and the role may not create it': async () => {
      const user = await newRole();
      return postgresAuthStore({ pool: open({ user }), table: newTable() });
    },
    'there is no such schema': async () => postgresAuthStore({ pool: open(), table: 'nowhere.logins' }),
    'all transactions only read': async () => postgresAuthStore({ pool: open(READ_ONLY), table: newTable() }),
    'there is no server': async () => postgresAuthStore({ pool: openPool('/nowhere', { password: 'CANARY' }) }),
    'no connection becomes free': async () => {
      const pool = open({ max: 1 });
      const client = await pool.connect();
      const release = pool.end.bind(pool);
      pool.end = () => {
        client.release();
        return release();
      };
      return openPostgresStore({ pool, table: newTable() }, { times: { statementMs: 300 } });
    },
  };
  const create = async () => postgresAuthStore({ pool: open({ max: 1 }), table: newTable() });
  for (const { name: check, run } of authStoreContract(create, { createUnwritable })) test(check, run);

  test('changes of many profiles run at once, with heartbeats, and hold no connection', async () => {
    const pool = open({ max: 1 });
    const store = openPostgresStore({ pool, table: newTable() }, { times: { heartbeatMs: 20 } });
    let inside = 0;
    let enter = () => {};
    const allInside = new Promise<void>((resolve) => {
      enter = resolve;
    });
    let transactions: unknown;
    const change = async () => {
      inside += 1;
      if (inside === 5) {
        await delay(100); // some heartbeats
        await pool.query('SELECT 1'); // there is a connection to be had
        transactions = await server.admin(`SELECT state FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'`);
        enter();
      }
      await allInside;
      return LOGIN;
    };
    await Promise.all(Array.from({ length: 5 }, (_, index) => store.update(`profile-${index}`, change)));
    expect(await store.profiles()).toHaveLength(5);
    expect(transactions).toEqual([]);
  });

  test('while a change runs, the only connection is idle', async () => {
    const pool = open({ max: 1 });
    const store = postgresAuthStore({ pool, table: newTable() });
    await store.update('default', async () => {
      expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([1, 1, 0]);
      return LOGIN;
    });
  });
});

describe('what a role may do', () => {
  test('one that may not create a table uses the one that is there, in the schema that it is in', async () => {
    await server.admin('CREATE SCHEMA "My Logins"');
    const table = 'My Logins.codex';
    await postgresAuthStore({ pool: open(), table }).update('other', async () => LOGIN);
    const user = await newRole();
    await server.admin(`GRANT USAGE ON SCHEMA "My Logins" TO ${user}`);
    await server.admin(`GRANT SELECT, INSERT, UPDATE ON "My Logins".codex TO ${user}`);
    const store = postgresAuthStore({ pool: open({ user }), table });
    await store.update('default', async () => LOGIN);
    expect((await store.profiles()).toSorted()).toEqual(['default', 'other']);
    expect(await store.describe?.('default')).toEqual({ location: `PostgreSQL table ${table}` });
  });

  test('reading creates nothing', async () => {
    const store = postgresAuthStore({ pool: open(READ_ONLY) });
    expect(await store.read('default')).toBeUndefined();
    expect(await store.profiles()).toEqual([]);
    expect(await server.admin(`SELECT to_regclass('ai_sdk_codex_auth') AS found`)).toEqual([{ found: null }]);
  });

  test.each(['read committed', 'repeatable read', 'serializable'])(
    'none is lost of the changes of eight pools that also race to make the table, where the default isolation is %s',
    async (isolation) => {
      const options = `-c default_transaction_isolation=${isolation.replaceAll(' ', '\\ ')}`;
      expect((await open({ options }).query('SHOW transaction_isolation')).rows).toEqual([
        { transaction_isolation: isolation },
      ]);
      expect(await countInEightPools({ options })).toBe(40);
    },
  );
});

describe('what stands in the table', () => {
  test('a deleted login leaves no token behind', async () => {
    const table = newTable();
    const store = postgresAuthStore({ pool: open(), table });
    await store.update('default', async () => LOGIN);
    await store.update('default', async () => undefined);
    const left = await rows(table);
    expect(left).toMatchObject([{ profile: 'default', record: null, owner: '' }]);
    expect(JSON.stringify(left)).not.toContain('CANARY');
  });

  test('the fence grows, also when the clock of the server was set back', async () => {
    const table = newTable();
    const store = postgresAuthStore({ pool: open(), table });
    await store.update('default', async () => LOGIN);
    await server.admin(`UPDATE ${quoted(table)} SET fence = 8000000000000000`);
    for (let round = 0; round < 2; round++) await store.update('default', async () => LOGIN);
    expect(await rows(table)).toMatchObject([{ fence: '8000000000000002' }]);
  });

  test('what is damaged is kept in the column `aside`', async () => {
    const table = newTable();
    const store = postgresAuthStore({ pool: open(), table });
    await store.update('default', async () => LOGIN);
    await server.admin(`UPDATE ${quoted(table)} SET record = '{"accessToken":'`);
    await expect(store.read('default')).rejects.toMatchObject({ code: 'corrupt' });
    await expect(store.update('default', async () => LOGIN)).rejects.toMatchObject({ code: 'corrupt' });
    expect(await rows(table)).toMatchObject([{ aside: '{"accessToken":', record: null }]);
    await store.update('default', async () => LOGIN);
    expect(await store.read('default')).toEqual(LOGIN);
  });

  test('of several damaged records each is kept, also when the server has done so and its answer was lost', async () => {
    const table = newTable();
    const pool = open();
    let asked = 0;
    const lossy: PgPoolLike = {
      async query(text, values) {
        const answer = await pool.query(text, values);
        if (text.includes('SET aside') && ++asked % 2 === 1) throw new Error('the connection was lost');
        return answer;
      },
    };
    const store = postgresAuthStore({ pool: lossy, table });
    await store.update('default', async () => LOGIN);
    for (const record of ['{"first', '{"second']) {
      await server.admin(`UPDATE ${quoted(table)} SET record = '${record}'`);
      await expect(store.update('default', async () => LOGIN)).rejects.toMatchObject({ code: 'corrupt' });
    }
    expect(asked).toBe(4);
    expect(await rows(table)).toMatchObject([{ aside: '{"first\n{"second', record: null }]);
  });

  test('a late copy of our own taking the lease does not cost the outcome', async () => {
    const table = newTable();
    const pool = open();
    const asked: [string, (string | null)[]][] = [];
    const recording: PgPoolLike = {
      query(text, values) {
        asked.push([text, values]);
        return pool.query(text, values);
      },
    };
    const store = postgresAuthStore({ pool: recording, table });
    await store.update('default', async () => LOGIN);
    asked.length = 0;
    await store.update('default', async () => {
      expect(asked).toHaveLength(1);
      const [{ fence, fence_before } = {}] = await rows(table);
      for (const [text, values] of asked) await pool.query(text, values);
      expect(await rows(table)).toMatchObject([{ fence, fence_before }]);
      return { accessToken: 'new' };
    });
    expect(await store.read('default')).toEqual({ accessToken: 'new' });
  });

  test('a write that is refused for a minute tells so, without the tokens that the error held', async () => {
    const table = newTable();
    const store = openPostgresStore({ pool: open(), table }, { times: { writeMs: 200 } });
    const update = store.update('default', async () => {
      await server.admin(`ALTER TABLE ${quoted(table)} ADD CHECK (record IS NULL)`);
      return LOGIN;
    });
    const error = await update.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'AuthStoreError', code: 'unwritable', cause: { code: '23514' } });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('CANARY');
    expect(JSON.stringify(error)).not.toContain('CANARY');
  });

  test.each(['', 'a.b.c', '.a', 'a.', 'a\0', 'x'.repeat(64)])('a table cannot be called %j', (table) => {
    expect(() => postgresAuthStore({ pool: open(), table })).toThrow(TypeError);
  });
});

describeHolderCases(postgresEngine(() => server));
describeCrowdCases(postgresEngine(() => server, LEASE_TIMES));
describeOutageCases(
  postgresEngine(() => server, LEASE_TIMES),
  {
    server: () => server,
    empty: () => server.admin('DROP SCHEMA public CASCADE; CREATE SCHEMA public'),
    fence: async (args) => String((await rows(args.at(-1) ?? ''))[0]?.fence),
    setBack: (args, fence) => server.admin(`UPDATE ${quoted(args.at(-1) ?? '')} SET fence = ${fence}, owner = ''`),
    abandon: (args, until) =>
      server.admin(`UPDATE ${quoted(args.at(-1) ?? '')} SET owner = 'x', leased_until = to_timestamp(${until / 1000})`),
    async refuse() {
      const setReadOnly = async (value: string) => {
        await server.admin(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
        await server.admin('SELECT pg_reload_conf()');
        // The server comes to it a moment later.
        for (let seen: unknown; seen !== value; await delay(10)) {
          seen = (await server.admin('SHOW default_transaction_read_only'))[0]?.default_transaction_read_only;
        }
      };
      await setReadOnly('on');
      return () => setReadOnly('off');
    },
  },
);
