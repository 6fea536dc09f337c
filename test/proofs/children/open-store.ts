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
      const { openServerStore } = await import('../support/server-engines');
      return (await openServerStore([engine, ...args])).store;
    }
    default:
      throw new Error(`there is no engine ${engine}`);
  }
}
