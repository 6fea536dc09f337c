import type { Logger } from '../shared/logger';
import { type Runtime, toHex } from '../shared/runtime';
import { addCachedList, type CachedList, findCachedList } from './cached-lists';
import type { ModelCache } from './model-cache';
import { FIELDS_READ } from './parse-models';

/** A write that takes longer holds up no other one. */
const WRITE_LIMIT_MS = 1_000;

export interface KeptListsOptions {
  baseURL: string;
  clientVersion: string;
  runtime: Runtime;
  cache: ModelCache | undefined;
  logger: Logger;
}

/** The lists in the cache. A cache that fails is a cache less: nothing here rejects. */
export class KeptLists {
  readonly #options: KeptListsOptions;
  #written: Promise<void> = Promise.resolve();

  constructor(options: KeptListsOptions) {
    this.#options = options;
  }

  /** Takes as long as the cache does. */
  async read(accountId: string): Promise<CachedList | undefined> {
    const cache = this.#cacheOf(accountId);
    if (!cache) return undefined;
    try {
      return findCachedList(await cache.read(), await this.#keyOf(accountId));
    } catch (error) {
      this.#failed('read', error);
      return undefined;
    }
  }

  /** In the background, one after the other: each brings along what the cache had before. */
  write(accountId: string, list: Omit<CachedList, 'key'>): void {
    const cache = this.#cacheOf(accountId);
    if (!cache) return;
    const write = async () => {
      const key = await this.#keyOf(accountId);
      const others = await cache.read().catch(() => undefined);
      await cache.write(addCachedList(others, { key, ...list }));
    };
    const { runtime } = this.#options;
    this.#written = this.#written.then(() =>
      inTime(
        write().catch((error) => this.#failed('written', error)),
        WRITE_LIMIT_MS,
        runtime,
      ),
    );
  }

  /** None without an id of the account: nobody could tell whose list it is. */
  #cacheOf(accountId: string): ModelCache | undefined {
    return accountId === '' ? undefined : this.#options.cache;
  }

  /** A file system names the path in its messages. */
  #failed(done: 'read' | 'written', error: unknown): void {
    const { code } = (error ?? {}) as { code?: unknown };
    this.#options.logger.debug(`The list of models that is kept could not be ${done}.`, {
      code: typeof code === 'string' && /^\w{1,40}$/.test(code) ? code : 'unknown',
    });
  }

  /** Names the account without telling it: the file is no place for ids of people. */
  async #keyOf(accountId: string): Promise<string> {
    const { baseURL, clientVersion, runtime } = this.#options;
    const parts = [baseURL, accountId, clientVersion, FIELDS_READ];
    return toHex(await runtime.sha256(parts.join('\n'))).slice(0, 32);
  }
}

/** Waits for `work`, which never rejects, but for `ms` at most. */
export async function inTime(work: Promise<void>, ms: number, runtime: Pick<Runtime, 'sleep'>): Promise<void> {
  const over = new AbortController();
  const limit = runtime.sleep(ms, over.signal).catch(() => {});
  await Promise.race([work, limit]);
  over.abort();
}
