import type { BackendAnswer, BackendGet } from '../../src/catalog/backend-get';
import { createLiveCatalog } from '../../src/catalog/live-catalog';
import type { ModelCache } from '../../src/catalog/model-cache';
import { createRuntime, type Runtime } from '../../src/shared/runtime';

export type Answer = Partial<BackendAnswer> & { models?: unknown };
type Reply = Answer | Error | ((signal: AbortSignal) => Promise<Answer>);

export const MINUTE = 60_000;

/** A catalogue over a backend that says what it is told to, with a clock that stands still. */
export function catalogWorld(options: { cache?: ModelCache; clientVersion?: string } = {}) {
  const replies: Reply[] = [];
  const asked: {
    url: string;
    etag: string | undefined;
    timeoutMs: number | undefined;
    maxBytes: number | undefined;
  }[] = [];
  const warnings: string[] = [];
  const records: string[] = [];
  const limits: { ms: number; expire(): void }[] = [];
  const world = {
    now: 1_000_000_000_000,
    account: 'acct-1' as string | Error,
    replies,
    asked,
    warnings,
    records,
    limits,
  };
  const accountId = async () => {
    if (typeof world.account !== 'string') throw world.account;
    return world.account;
  };
  const get: BackendGet = async (url, { headers = {}, signal, timeoutMs, maxBytes } = {}) => {
    asked.push({ url, etag: headers['if-none-match'], timeoutMs, maxBytes });
    const reply = replies.shift() ?? new Error('nothing more to say');
    if (reply instanceof Error) throw reply;
    const said = typeof reply === 'function' ? await reply(signal ?? new AbortController().signal) : reply;
    const { models, ...answer } = said;
    const body = models === undefined ? '' : JSON.stringify({ models });
    return { status: 200, headers: {}, body, accountId: await accountId(), ...answer };
  };
  const sleep: Runtime['sleep'] = (ms, signal) =>
    new Promise((resolve, reject) => {
      limits.push({ ms, expire: resolve });
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
  const catalog = createLiveCatalog({
    get,
    accountId,
    baseURL: 'https://backend.test/codex',
    clientVersion: options.clientVersion ?? '0.155.0',
    runtime: createRuntime({ now: () => world.now, sleep, fetch: () => Promise.reject(new Error('not this way')) }),
    cache: options.cache,
    logger: { debug: (message) => void records.push(message), warn: (message) => void warnings.push(message) },
  });
  return Object.assign(world, { catalog, ids: async () => (await catalog.list()).map(({ id }) => id) });
}

/** A list is written behind the back of the one who asked for it. */
export async function written(cache: { writes: number }, times = 1): Promise<void> {
  while (cache.writes < times) await new Promise(setImmediate);
}

export function memoryCache(text?: string): ModelCache & { text: string | undefined; writes: number } {
  return {
    text,
    writes: 0,
    async read() {
      return this.text;
    },
    async write(next) {
      this.text = next;
      this.writes++;
    },
  };
}
