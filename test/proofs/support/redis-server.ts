import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Redis, { type RedisOptions } from 'ioredis';
import type { RedisLike } from '../../../src/redis';
import { findProgram, type ServerProcess, serverProcess } from './server-process';

export type RedisClientName = 'ioredis' | 'node-redis';

export interface RedisServer extends ServerProcess {
  /** The socket that it listens at; it has no port. */
  socket: string;
  /** A command as the administrator. */
  admin(command: string, ...args: string[]): Promise<unknown>;
  close(): Promise<void>;
}

/** A real `redis-server` in a folder of its own, that writes down every change. */
export async function startRedisServer(): Promise<RedisServer> {
  const program = findProgram('redis-server', 'redis-server');
  const folder = await mkdtemp(join(tmpdir(), 'redis-'));
  const socket = join(folder, 's');
  const args = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--appendonly', 'yes', '--save', ''];
  const admin = async (command: string, ...rest: string[]) => {
    const client = new Redis(socket, { lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => {});
    try {
      return await client.call(command, ...rest);
    } finally {
      client.disconnect();
    }
  };
  const server = serverProcess(program, args, {}, async () => (await admin('PING')) === 'PONG');
  await server.start();
  return {
    ...server,
    socket,
    admin,
    async close() {
      await server.stop('SIGKILL');
      await rm(folder, { recursive: true });
    },
  };
}

/** A cluster of one server, that knows all slots and refuses what would not lie together. At ports of 127.0.0.1. */
export async function startRedisCluster() {
  const program = findProgram('redis-server', 'redis-server');
  const folder = await mkdtemp(join(tmpdir(), 'redis-cluster-'));
  let port = 0;
  /** A port may be taken before the server comes to it; then it ends, and is given others. */
  const args = async () => {
    const [free, bus] = await Promise.all([freePort(), freePort()]);
    port = free;
    const own = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', ''];
    const announced = ['--cluster-announce-ip', '127.0.0.1'];
    return [...own, '--cluster-enabled', 'yes', '--cluster-port', String(bus), ...announced];
  };
  const server = serverProcess(program, args, {}, async () => {
    const admin = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
    admin.on('error', () => {});
    try {
      await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383').catch(() => {}); // known already
      return String(await admin.call('CLUSTER', 'INFO')).includes('cluster_state:ok');
    } finally {
      admin.disconnect();
    }
  });
  await server.start();
  return {
    port,
    async close() {
      await server.stop('SIGKILL');
      await rm(folder, { recursive: true });
    },
  };
}

/** One that was free a moment ago: a cluster cannot be reached by a socket, nor choose its port. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

export interface OpenClient {
  client: RedisLike;
  close(): void;
}

/** A client of either package, as an app would make it. */
export async function openRedisClient(name: RedisClientName, socket: string, user?: string): Promise<OpenClient> {
  const login = user === undefined ? {} : { username: user, password: 'password-CANARY' };
  if (name === 'ioredis') {
    const client = new Redis(socket, { ...login, retryStrategy: () => 100 } satisfies RedisOptions);
    client.on('error', () => {}); // the store reports them
    return { client, close: () => client.disconnect() };
  }
  const { createClient } = await import('redis');
  const client = createClient({ ...login, socket: { path: socket, tls: false, reconnectStrategy: () => 100 } });
  client.on('error', () => {});
  await client.connect();
  return { client, close: () => client.destroy() };
}
