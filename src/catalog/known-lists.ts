import type { Logger } from '../shared/logger';
import { type Runtime, toHex } from '../shared/runtime';
import { addCachedList, findCachedList } from './cached-lists';
import { mergeModels } from './merge-models';
import type { ModelCache } from './model-cache';
import type { CodexModel } from './model-info';
import { toModelInfo, type WireModel } from './parse-models';

const LIFE_MS = 5 * 60_000;
/** A cache that takes longer than this is as good as none. */
const CACHE_LIMIT_MS = 1_000;

/** What the backend last said to an account. */
export interface KnownList {
  fetchedAt: number;
  etag?: string;
  entries: readonly WireModel[];
  models: readonly CodexModel[];
}

export interface KnownListsOptions {
  baseURL: string;
  clientVersion: string;
  runtime: Runtime;
  cache: ModelCache | undefined;
  logger: Logger;
}

/** The lists of the accounts that asked: in memory, and in the cache, which is looked at once for each. */
export class KnownLists {
  readonly #options: KnownListsOptions;
  readonly #lists = new Map<string, KnownList>();
  readonly #read = new Map<string, Promise<void>>();
  /** The version that the backend named last, by account. */
  readonly #named = new Map<string, string>();

  constructor(options: KnownListsOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async of(accountId: string): Promise<KnownList | undefined> {
    if (!this.#read.has(accountId)) this.#read.set(accountId, this.#readCache(accountId));
    await this.#read.get(accountId);
    return this.#lists.get(accountId);
  }

  /** False also for a list that a clock which was set back says is of the future. */
  isFresh(accountId: string, { fetchedAt, etag }: KnownList): boolean {
    const age = this.#options.runtime.now() - fetchedAt;
    const named = this.#named.get(accountId);
    return age >= 0 && age < LIFE_MS && (named === undefined || named === etag);
  }

  /** The backend has that version now. Versions are compared letter by letter, quotes and all. */
  noteEtag(accountId: string, etag: string): void {
    this.#named.set(accountId, etag);
  }

  /** Keeps what the backend said just now. Never rejects: a cache that cannot be written is a cache less. */
  async keep(accountId: string, entries: readonly WireModel[], etag: string | undefined): Promise<KnownList> {
    const list = toKnownList({ fetchedAt: this.#options.runtime.now(), models: entries, ...(etag && { etag }) });
    this.#lists.set(accountId, list);
    this.#named.delete(accountId);
    await this.#writeCache(accountId, list);
    return list;
  }

  async #readCache(accountId: string): Promise<void> {
    const { cache } = this.#options;
    if (!cache) return;
    await this.#inTime('read', async () => {
      const cached = findCachedList(await cache.read(), await this.#keyOf(accountId));
      if (cached && !this.#lists.has(accountId)) this.#lists.set(accountId, toKnownList(cached));
    });
  }

  async #writeCache(accountId: string, { fetchedAt, etag, entries }: KnownList): Promise<void> {
    const { cache } = this.#options;
    if (!cache) return;
    await this.#inTime('written', async () => {
      const key = await this.#keyOf(accountId);
      const others = await cache.read().catch(() => undefined);
      await cache.write(addCachedList(others, { key, fetchedAt, ...(etag && { etag }), models: entries }));
    });
  }

  async #inTime(done: 'read' | 'written', work: () => Promise<void>): Promise<void> {
    const { runtime, logger } = this.#options;
    const over = new AbortController();
    const limit = runtime.sleep(CACHE_LIMIT_MS, over.signal).catch(() => {});
    const failed = (error: unknown) =>
      logger.debug(`The list of models that is kept could not be ${done}.`, {
        reason: error instanceof Error ? error.message : 'unknown',
      });
    await Promise.race([work().catch(failed), limit]);
    over.abort();
  }

  /** Names the account without telling it: the file is no place for ids of people. */
  async #keyOf(accountId: string): Promise<string> {
    const { baseURL, clientVersion, runtime } = this.#options;
    return toHex(await runtime.sha256([baseURL, accountId, clientVersion].join('\n'))).slice(0, 32);
  }
}

function toKnownList(kept: { fetchedAt: number; etag?: string; models: readonly WireModel[] }): KnownList {
  const { fetchedAt, etag, models: entries } = kept;
  return {
    fetchedAt,
    ...(etag !== undefined && { etag }),
    entries,
    models: mergeModels(entries.map(toModelInfo)),
  };
}
