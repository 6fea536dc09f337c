import type { AuthStore } from '../../../src/stores/auth-store';
import { openFileStore } from '../../../src/stores/node/file-store';
import { timesOf } from '../support/engines';

/** The store that `args` of a prepared engine name: `[engine, ...what it needs]`. */
export async function openStore([engine, ...args]: string[]): Promise<AuthStore> {
  switch (engine) {
    case 'file': {
      const [path = '', ...times] = args;
      return openFileStore(path, { lock: timesOf(times) });
    }
    case 'redis':
    case 'postgres': {
      // Loaded here: the drivers take a while, and the file needs none.
      const { openPostgres, openRedis } = await import('../support/server-engines');
      const open = engine === 'redis' ? openRedis : openPostgres;
      return (await open(args.slice(3), timesOf(args.slice(0, 3)))).store;
    }
    default:
      throw new Error(`there is no engine ${engine}`);
  }
}
