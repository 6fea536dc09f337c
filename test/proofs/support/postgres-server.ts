import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, Pool, type PoolConfig } from 'pg';
import { findProgram, type ServerProcess, serverProcess } from './server-process';

const run = promisify(execFile);
/** `nobody` and `nogroup`: PostgreSQL refuses to run as root. */
const NOBODY = 65_534;

export interface PostgresServer extends ServerProcess {
  /** The folder of its socket; it has no port. */
  host: string;
  /** A statement as the administrator; gives its rows. */
  admin(sql: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** A real PostgreSQL in a folder of its own. */
export async function startPostgresServer(): Promise<PostgresServer> {
  const initdb = findProgram('initdb', 'postgresql');
  const program = findProgram('postgres', 'postgresql');
  const host = await mkdtemp(join(tmpdir(), 'postgres-'));
  const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (identity.uid) await chown(host, identity.uid, identity.gid);
  const data = join(host, 'data');
  const options = { cwd: host, env: { PATH: process.env.PATH, LC_ALL: 'C' }, ...identity };
  await run(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'], options);
  const admin = async (sql: string) => {
    const client = new Client(connectionTo(host));
    client.on('error', () => {});
    try {
      await client.connect();
      return (await client.query(sql)).rows;
    } finally {
      await client.end().catch(() => {});
    }
  };
  const args = ['-D', data, '-k', host, '-c', 'listen_addresses=', '-c', 'max_connections=80'];
  const server = serverProcess(program, args, options, async () => (await admin('SELECT 1')).length === 1);
  await server.start();
  return {
    ...server,
    host,
    admin,
    async close() {
      await server.stop('SIGINT');
      await rm(host, { recursive: true });
    },
  };
}

function connectionTo(host: string) {
  return { host, user: 'postgres', database: 'postgres' };
}

/** A pool of connections, as an app would make it. */
export function openPool(host: string, options: PoolConfig = {}): Pool {
  const pool = new Pool({ ...connectionTo(host), max: 2, ...options });
  pool.on('error', () => {}); // the store reports them
  return pool;
}
