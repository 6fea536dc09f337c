import type { AuthStore } from '../../../src/stores/auth-store';
import { openPostgresStore } from '../../../src/stores/postgres/postgres-store';
import { openRedisStore } from '../../../src/stores/redis/redis-store';
import { type Engine, type EngineTimes, timesOf } from './engines';
import type { PostgresServer } from './postgres-server';
import type { RedisClientName, RedisServer } from './redis-server';

let made = 0;

/** A prefix of its own for each case, on one server. */
export function redisEngine(
  server: () => RedisServer,
  client: RedisClientName,
  times: EngineTimes = timesOf([]),
): Engine {
  return {
    name: `Redis through ${client}`,
    async prepare() {
      const prefix = `case-${++made}:`;
      const { store, close } = await openRedis([client, server().socket, prefix], times);
      return { args: ['redis', ...timesAsArgs(times), client, server().socket, prefix], store, close };
    },
  };
}

/** A table of its own for each case, on one server. */
export function postgresEngine(server: () => PostgresServer, times: EngineTimes = timesOf([])): Engine {
  return {
    name: 'PostgreSQL',
    async prepare() {
      const table = `case_${++made}`;
      const { store, close } = await openPostgres([server().host, table], times);
      return { args: ['postgres', ...timesAsArgs(times), server().host, table], store, close };
    },
  };
}

interface OpenStore {
  store: AuthStore;
  close(): Promise<void>;
}

/** The store that `args` of one of the engines above name. `onFailure` is told of each statement that fails. */
export function openServerStore([engine, ...args]: string[], onFailure?: () => void): Promise<OpenStore> {
  const open = engine === 'redis' ? openRedis : openPostgres;
  return open(args.slice(3), timesOf(args.slice(0, 3)), onFailure);
}

async function openRedis(args: string[], times: EngineTimes, onFailure = () => {}): Promise<OpenStore> {
  const [name, socket = '', keyPrefix = ''] = args;
  const { openRedisClient } = await import('./redis-server'); // a driver takes a while to load, in each of many processes
  const { client, close } = await openRedisClient(name as RedisClientName, socket);
  const watched = watch(client, 'eval', onFailure);
  return { store: openRedisStore({ client: watched, keyPrefix }, { times }), close: async () => close() };
}

async function openPostgres(args: string[], times: EngineTimes, onFailure = () => {}): Promise<OpenStore> {
  const [host = '', table = ''] = args;
  const { openPool } = await import('./postgres-server');
  const pool = openPool(host);
  const watched = watch(pool, 'query', onFailure);
  return { store: openPostgresStore({ pool: watched, table }, { times }), close: () => pool.end() };
}

/** `client`, with a look at how each call of `method` ends. */
function watch<T extends object>(client: T, method: keyof T, onFailure: () => void): T {
  const statement = client[method] as (...args: unknown[]) => unknown;
  const call = async (...args: unknown[]) => {
    try {
      return await statement.apply(client, args);
    } catch (error) {
      onFailure();
      throw error;
    }
  };
  return new Proxy(client, { get: (of, name) => (name === method ? call : Reflect.get(of, name)) });
}

function timesAsArgs({ leaseMs, heartbeatMs, waitMs }: EngineTimes): string[] {
  return [leaseMs, heartbeatMs, waitMs].map(String);
}
