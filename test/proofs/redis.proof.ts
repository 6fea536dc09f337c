import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import Redis from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { redisAuthStore } from '../../src/redis';
import { LEASE_TIMES, type LeaseTimes } from '../../src/stores/lease-database';
import type { IoRedisLike } from '../../src/stores/redis/redis-client';
import { openRedisStore } from '../../src/stores/redis/redis-store';
import { authStoreContract } from '../../src/testing/auth-store-contract';
import { describeCrowdCases } from './support/crowd-cases';
import { describeHolderCases } from './support/holder-cases';
import { describeOutageCases } from './support/outage-cases';
import { openRedisClient, type RedisServer, startRedisCluster, startRedisServer } from './support/redis-server';
import { redisEngine } from './support/server-engines';

const CLIENTS = ['ioredis', 'node-redis'] as const;
const LOGIN = { accessToken: 'access-CANARY', refreshToken: 'refresh-CANARY' };

let server: RedisServer;
let made = 0;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.close());
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Opening {
  at?: RedisServer;
  user?: string;
  times?: Partial<LeaseTimes>;
}

async function open(name: (typeof CLIENTS)[number], { at = server, user, times = {} }: Opening = {}) {
  const { client, close } = await openRedisClient(name, at.socket, user);
  closers.push(close);
  return openRedisStore({ client, keyPrefix: `proof-${made++}:` }, { times });
}

describe.each(CLIENTS)('redisAuthStore through %s', (name) => {
  const createUnwritable = {
    'the server wants a replica that is not there': async () => {
      await server.admin('CONFIG', 'SET', 'min-replicas-to-write', '1');
      closers.push(() => server.admin('CONFIG', 'SET', 'min-replicas-to-write', '0'));
      return open(name);
    },
    'the user may only read': async () => {
      await server.admin('ACL', 'SETUSER', 'reader', 'on', '>password-CANARY', '~*', '+@all', '-@write');
      return open(name, { user: 'reader' });
    },
    'the memory is full': async () => {
      await server.admin('CONFIG', 'SET', 'maxmemory', '1');
      closers.push(() => server.admin('CONFIG', 'SET', 'maxmemory', '0'));
      return open(name);
    },
    'the server is gone': async () => {
      const gone = await startRedisServer();
      const store = await open(name, { at: gone, times: { statementMs: 1_000 } });
      await gone.close();
      return store;
    },
  };
  for (const { name: check, run } of authStoreContract(() => open(name), { createUnwritable })) test(check, run);

  test('a write that fails for a minute tells so, without the tokens that the command held', async () => {
    const { client, close } = await openRedisClient(name, server.socket);
    closers.push(close);
    const store = openRedisStore({ client, keyPrefix: `proof-${made++}:` }, { times: { writeMs: 200 } });
    closers.push(() => server.admin('CONFIG', 'SET', 'min-replicas-to-write', '0'));
    const update = store.update('default', async () => {
      await server.admin('CONFIG', 'SET', 'min-replicas-to-write', '1');
      return LOGIN;
    });
    const error = await update.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'AuthStoreError', code: 'unwritable' });
    expect((error as Error).message).toContain('NOREPLICAS');
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('CANARY');
    expect(JSON.stringify(error)).not.toContain('CANARY');
  });
});

describe('what stands in Redis', () => {
  const scan = async () => ((await server.admin('KEYS', '*')) as string[]).toSorted();
  beforeEach(() => server.admin('FLUSHALL'));

  test('no token is in the name of a key, no login has an expiry, and a deleted one leaves no token behind', async () => {
    const { client, close } = await openRedisClient('ioredis', server.socket);
    closers.push(close);
    const store = redisAuthStore({ client });
    for (const profile of ['default', 'work']) await store.update(profile, async () => LOGIN);
    const keys = await scan();
    expect(keys).toEqual([
      'ai-sdk-codex:{logins}:login:default',
      'ai-sdk-codex:{logins}:login:work',
      'ai-sdk-codex:{logins}:profiles',
    ]);
    for (const key of keys) expect(await server.admin('TTL', key)).toBe(-1);
    await store.update('default', async () => undefined);
    expect(JSON.stringify(await server.admin('HGETALL', keys[0] ?? ''))).not.toContain('CANARY');
    expect(await store.describe?.('work')).toEqual({ location: 'Redis' });
  });

  test('a client that puts a prefix before every key is understood', async () => {
    const client = new Redis(server.socket, { keyPrefix: 'app:' });
    closers.push(() => client.disconnect());
    const store = redisAuthStore({ client, keyPrefix: 'codex:' });
    await store.update('work', async () => LOGIN);
    expect(await store.profiles()).toEqual(['work']);
    expect(await store.read('work')).toEqual(LOGIN);
    expect(await scan()).toEqual(['app:codex:{logins}:login:work', 'app:codex:{logins}:profiles']);
  });

  test('both clients share their logins, and exclude each other', async () => {
    const stores = await Promise.all(CLIENTS.map((name) => openRedisClient(name, server.socket)));
    closers.push(...stores.map(({ close }) => close));
    const count = async ({ lastRefreshAt = 0 }) => {
      await delay(1);
      return { accessToken: 'a', lastRefreshAt: lastRefreshAt + 1 };
    };
    const updates = stores.flatMap(({ client }) =>
      Array.from({ length: 15 }, () => redisAuthStore({ client }).update('default', (login) => count(login ?? {}))),
    );
    await Promise.all(updates);
    for (const { client } of stores) {
      expect(await redisAuthStore({ client }).read('default')).toMatchObject({ lastRefreshAt: 30 });
    }
  });

  test('the fence grows, also when the clock of the server was set back', async () => {
    const store = await open('ioredis');
    await store.update('default', async () => LOGIN);
    const key = (await scan()).find((name) => name.endsWith('login:default')) ?? '';
    await server.admin('HSET', key, 'fence', '8000000000000000');
    for (let round = 0; round < 2; round++) await store.update('default', async () => LOGIN);
    expect(await server.admin('HGET', key, 'fence')).toBe('8000000000000002');
  });

  test('what is damaged is kept in the field `aside`', async () => {
    const { client, close } = await openRedisClient('node-redis', server.socket);
    closers.push(close);
    const store = redisAuthStore({ client });
    await store.update('default', async () => LOGIN);
    const key = 'ai-sdk-codex:{logins}:login:default';
    await server.admin('HSET', key, 'record', '{"accessToken":');
    await expect(store.read('default')).rejects.toMatchObject({ code: 'corrupt' });
    await expect(store.update('default', async () => LOGIN)).rejects.toMatchObject({ code: 'corrupt' });
    expect(await server.admin('HGET', key, 'aside')).toBe('{"accessToken":');
    expect(await store.profiles()).toEqual([]);
    await server.admin('HSET', key, 'record', '{"second');
    await expect(store.update('default', async () => LOGIN)).rejects.toMatchObject({ code: 'corrupt' });
    expect(await server.admin('HGET', key, 'aside')).toBe('{"accessToken":\n{"second');
    await store.update('default', async () => LOGIN);
    expect(await store.read('default')).toEqual(LOGIN);
  });
});

describe('while a change runs', () => {
  const key = 'ai-sdk-codex:{logins}:login:default';
  let client: Redis;
  beforeEach(async () => {
    await server.admin('FLUSHALL');
    client = new Redis(server.socket);
    closers.push(() => client.disconnect());
    await redisAuthStore({ client }).update('default', async () => LOGIN);
  });

  test('a late copy of our own taking the lease does not cost the outcome', async () => {
    const asked: Parameters<IoRedisLike['eval']>[] = [];
    const recording: IoRedisLike = {
      status: 'ready',
      eval(...args) {
        asked.push(args);
        return client.eval(...args);
      },
    };
    const store = redisAuthStore({ client: recording });
    await store.update('default', async () => {
      expect(asked).toHaveLength(1);
      const numbers = await client.hmget(key, 'fence', 'before');
      for (const args of asked) await client.eval(...args);
      expect(await client.hmget(key, 'fence', 'before')).toEqual(numbers);
      return { accessToken: 'new' };
    });
    expect(await store.read('default')).toEqual({ accessToken: 'new' });
  });

  test('the memory becomes full: a login is deleted all the same, and the lease given back', async () => {
    closers.push(() => server.admin('CONFIG', 'SET', 'maxmemory', '0'));
    const store = openRedisStore({ client }, { times: { writeMs: 200 } });
    await store.update('default', async () => {
      await server.admin('CONFIG', 'SET', 'maxmemory', '1');
      return undefined;
    });
    expect(await store.profiles()).toEqual([]);
    expect(await server.admin('HMGET', key, 'record', 'owner')).toEqual([null, null]);
  });
});

describe('a cluster', () => {
  let cluster: Awaited<ReturnType<typeof startRedisCluster>>;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster.close());

  test('keeps the contract through ioredis', async () => {
    const client = new Redis.Cluster([{ host: '127.0.0.1', port: cluster.port }]);
    client.on('error', () => {});
    closers.push(() => client.disconnect());
    const create = async () => redisAuthStore({ client, keyPrefix: `cluster-${made++}:` });
    for (const { run } of authStoreContract(create)) await run();
  });

  test('keeps the contract through node-redis', async () => {
    const client = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${cluster.port}` }] });
    client.on('error', () => {});
    await client.connect();
    closers.push(() => client.destroy());
    const create = async () => redisAuthStore({ client, keyPrefix: `{app}:${made++}:` });
    for (const { run } of authStoreContract(create)) await run();
  });
});

test('another kind of client is refused', () => {
  for (const client of [{}, { eval: () => {} }, undefined]) {
    expect(() => redisAuthStore({ client: client as never })).toThrow(TypeError);
  }
});

const loginKey = (args: string[]) => `${args.at(-1)}{logins}:login:default`;
describeHolderCases(redisEngine(() => server, 'ioredis'));
describeCrowdCases(redisEngine(() => server, 'ioredis', LEASE_TIMES));
for (const name of CLIENTS) {
  describeOutageCases(
    redisEngine(() => server, name, LEASE_TIMES),
    {
      server: () => server,
      empty: () => server.admin('FLUSHALL'),
      fence: async (args) => String(await server.admin('HGET', loginKey(args), 'fence')),
      setBack: (args, fence) => server.admin('HSET', loginKey(args), 'fence', fence, 'owner', ''),
      abandon: (args, until) => server.admin('HSET', loginKey(args), 'owner', 'x', 'until', String(until * 1000)),
      async refuse() {
        await server.admin('REPLICAOF', '127.0.0.1', '1'); // a primary that is not there
        return () => server.admin('REPLICAOF', 'NO', 'ONE');
      },
    },
  );
}
