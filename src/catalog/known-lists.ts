import { inTime, KeptLists, type KeptListsOptions } from './kept-lists';
import { mergeModels } from './merge-models';
import type { CodexModel } from './model-info';
import { toModelInfo, type WireModel } from './parse-models';
import { Pauses } from './pauses';

const LIFE_MS = 5 * 60_000;
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** A cache that takes longer than this is as good as none. */
const CACHE_LIMIT_MS = 1_000;
/** The same for a call, which waits for its facts. */
const CALL_LIMIT_MS = 50;

/** What the backend last said to an account. */
export interface KnownList {
  /** When the backend told it, or said that it is still the newest. */
  confirmedAt: number;
  etag?: string;
  entries: readonly WireModel[];
  models: readonly CodexModel[];
}

export type KnownListsOptions = KeptListsOptions;

/** The lists of the accounts that asked: in memory, and in the cache, which is looked at once for each. */
export class KnownLists {
  readonly #options: KnownListsOptions;
  readonly #kept: KeptLists;
  readonly #lists = new Map<string, KnownList>();
  readonly #read = new Map<string, { forCall: Promise<void>; forList: Promise<void> }>();
  /** The version that the backend named last, by account. */
  readonly #named = new Map<string, string>();
  /** Since the time that the cache tells: that a list is still the newest is not written for every call. */
  readonly #written: Pauses;

  constructor(options: KnownListsOptions) {
    this.#options = options;
    this.#kept = new KeptLists(options);
    this.#written = new Pauses(HOUR_MS, options.runtime);
  }

  /** Waits until the cache was looked at: for a call hardly. Never rejects. */
  async ready(accountId: string, waitAs: 'forCall' | 'forList'): Promise<void> {
    if (this.#options.cache && !this.#lists.has(accountId)) await this.#readOnce(accountId)[waitAs];
  }

  /** What is held at this moment; another one may be the next. */
  held(accountId: string): KnownList | undefined {
    return this.#lists.get(accountId);
  }

  /** False also for a list that a clock which was set back says is of the future. */
  isFresh(accountId: string, list: KnownList): boolean {
    const age = this.#ageOf(list);
    const named = this.#named.get(accountId);
    return age >= 0 && age < LIFE_MS && (named === undefined || named === list.etag);
  }

  /** Whether it may decide how a call is sent. */
  maySteer(list: KnownList): boolean {
    return Math.abs(this.#ageOf(list)) <= DAY_MS;
  }

  /**
   * The backend has that version now. Versions are compared letter by letter, quotes and all.
   *
   * @returns whether a list is held, and of another version.
   */
  noteEtag(accountId: string, etag: string): boolean {
    const list = this.#lists.get(accountId);
    if (list?.etag === etag) {
      this.#confirm(accountId, list);
      return false;
    }
    this.#named.set(accountId, etag);
    return list !== undefined;
  }

  /** Keeps what the backend said just now. */
  keep(accountId: string, entries: readonly WireModel[], etag: string | undefined): KnownList {
    const confirmedAt = this.#options.runtime.now();
    const version = etag ? { etag } : {};
    const list = toKnownList({ confirmedAt, entries, ...version });
    this.#lists.set(accountId, list);
    this.#named.delete(accountId);
    this.#write(accountId, list);
    return list;
  }

  #confirm(accountId: string, list: KnownList): void {
    const confirmed = { ...list, confirmedAt: this.#options.runtime.now() };
    this.#lists.set(accountId, confirmed);
    this.#named.delete(accountId);
    if (!this.#written.isOn(accountId)) this.#write(accountId, confirmed);
  }

  #write(accountId: string, { confirmedAt: fetchedAt, etag, entries: models }: KnownList): void {
    this.#written.begin(accountId, fetchedAt);
    this.#kept.write(accountId, { fetchedAt, ...(etag !== undefined && { etag }), models });
  }

  #ageOf({ confirmedAt }: KnownList): number {
    return this.#options.runtime.now() - confirmedAt;
  }

  #readOnce(accountId: string) {
    const reading = this.#read.get(accountId);
    if (reading) return reading;
    const { runtime } = this.#options;
    const read = this.#kept.read(accountId).then((kept) => {
      if (!kept || this.#lists.has(accountId)) return;
      const { fetchedAt: confirmedAt, models: entries, etag } = kept;
      this.#lists.set(accountId, toKnownList({ confirmedAt, entries, ...(etag !== undefined && { etag }) }));
      this.#written.begin(accountId, confirmedAt);
    });
    const started = {
      forCall: inTime(read, CALL_LIMIT_MS, runtime),
      forList: inTime(read, CACHE_LIMIT_MS, runtime),
    };
    this.#read.set(accountId, started);
    return started;
  }
}

function toKnownList(list: Omit<KnownList, 'models'>): KnownList {
  return { ...list, models: mergeModels(list.entries.map(toModelInfo)) };
}

/** What a caller does to the list stays with the caller. */
export function copies({ models }: KnownList, source: 'live' | 'cached'): CodexModel[] {
  return models.map((model) => ({
    ...structuredClone(model),
    source: model.source === 'bundled' ? 'bundled' : source,
  }));
}

/** Those that people are offered. */
export function idsOf({ models }: KnownList): string[] {
  return models.flatMap(({ id, source, isListed }) => (source === 'live' && isListed !== false ? [id] : []));
}
