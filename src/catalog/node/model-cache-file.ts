import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ModelCache } from '../model-cache';

/**
 * A cache in a file for its owner alone (mode 0600, in a folder 0700), replaced as a whole.
 *
 * @param locate Called at every use: where there is no home there may be no place for it.
 */
export function modelCacheFile(locate: () => string): ModelCache {
  return {
    async read() {
      try {
        return await readFile(locate(), 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async write(text) {
      const path = locate();
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const temporary = `${path}.tmp-${randomBytes(8).toString('hex')}`;
      try {
        await writeFile(temporary, text, { flag: 'wx', mode: 0o600 });
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => {});
        throw error;
      }
    },
  };
}

/** Where the cache is that belongs to a file of logins. */
export function modelCacheBeside(authPath: string): string {
  return join(dirname(authPath), 'models.json');
}
