import { isHeaderValue } from '../shared/headers';
import { asNumber, asRecord, parseJson } from '../shared/json';
import { readModelList, type WireModel } from './parse-models';

/** The form of the document; another one is ignored, and overwritten. */
const VERSION = 1;
const MAX_LISTS = 8;

/** A list as it is kept. */
export interface CachedList {
  /** Backend, account, client version and the fields that are read, hashed. */
  key: string;
  /** Epoch milliseconds. */
  fetchedAt: number;
  etag?: string;
  models: readonly WireModel[];
}

/** The list of `key` in the text of a cache; undefined when it has none, or none that can be read. */
export function findCachedList(text: string | undefined, key: string): CachedList | undefined {
  return readLists(text).find((list) => list.key === key);
}

/** The text of a cache with `list` in it, and at most seven others: those asked for last. */
export function addCachedList(text: string | undefined, list: CachedList): string {
  const others = readLists(text).filter(({ key }) => key !== list.key);
  const newest = others.sort((one, other) => other.fetchedAt - one.fetchedAt).slice(0, MAX_LISTS - 1);
  return `${JSON.stringify({ version: VERSION, lists: [list, ...newest] })}\n`;
}

function readLists(text: string | undefined): CachedList[] {
  const document = asRecord(parseJson(text ?? ''));
  if (document?.version !== VERSION || !Array.isArray(document.lists)) return [];
  return document.lists.flatMap((entry: unknown) => readList(entry) ?? []);
}

/** Only as a whole: of a damaged list "unchanged" must not make a true one. */
function readList(entry: unknown): CachedList | undefined {
  const { key, fetchedAt, etag, models } = asRecord(entry) ?? {};
  if (typeof key !== 'string' || asNumber(fetchedAt) === undefined || !Array.isArray(models)) return undefined;
  if (etag !== undefined && !isVersion(etag)) return undefined;
  const entries = readModelList(models);
  if (entries.length < models.length) return undefined;
  return { key, fetchedAt: fetchedAt as number, ...(etag !== undefined && { etag }), models: entries };
}

/** It will be sent in a header. */
function isVersion(etag: unknown): etag is string {
  return typeof etag === 'string' && etag !== '' && isHeaderValue(etag);
}
