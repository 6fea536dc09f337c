import { onAbort, orAbort } from '../shared/abort';
import { hasMarker } from '../shared/marked-error';
import { kindOf, toDetails } from './failed-list';
import { fetchModels, type ModelsRequest } from './fetch-models';
import { copies, idsOf, type KnownList, KnownLists, type KnownListsOptions } from './known-lists';
import { modelInfo } from './known-models';
import { bundledModels, withoutSteering } from './merge-models';
import type { ListModelsOptions, ModelCatalog } from './model-catalog';
import type { CodexModel, ModelInfo } from './model-info';
import { readModelList } from './parse-models';
import { SharedRun } from './shared-run';

const IDS_LIMIT_MS = 2_000;
const RENEWAL_LIMIT_MS = 5_000;
/** The class itself is a layer above. */
const AUTH_ERROR = Symbol.for('ai-sdk-codex.CodexAuthError');

export interface LiveCatalogOptions extends ModelsRequest, KnownListsOptions {
  /** Whose login would be sent now; empty when it does not tell. Rejects when there is none. */
  accountId(): Promise<string>;
}

/** The catalogue over `GET /models`, at most one request at a time for an account. */
export function createLiveCatalog(options: LiveCatalogOptions): ModelCatalog {
  return new LiveCatalog(options);
}

class LiveCatalog implements ModelCatalog {
  readonly #options: LiveCatalogOptions;
  readonly #known: KnownLists;
  readonly #runs = new Map<string, SharedRun<KnownList>>();

  constructor(options: LiveCatalogOptions) {
    this.#options = options;
    this.#known = new KnownLists(options);
  }

  async find(modelId: string, accountId: string): Promise<ModelInfo> {
    await this.#known.ready(accountId, 'forCall');
    const list = this.#known.held(accountId);
    const model = list?.models.find(({ id }) => id === modelId);
    if (!list || !model) return modelInfo(modelId);
    return this.#known.maySteer(list) ? model : withoutSteering(model);
  }

  async list({ signal, refresh = false }: ListModelsOptions = {}): Promise<CodexModel[]> {
    signal?.throwIfAborted();
    const accountId = await orAbort(this.#options.accountId(), signal);
    await orAbort(this.#known.ready(accountId, 'forList'), signal);
    const known = this.#known.held(accountId);
    if (known && !refresh && this.#known.isFresh(accountId, known)) return copies(known, 'live');
    try {
      return copies(await this.#ask(accountId, signal), 'live');
    } catch (error) {
      signal?.throwIfAborted();
      if (hasMarker(error, AUTH_ERROR)) throw error;
      const used = known ? 'the last one known is used' : 'the one of this version of the package is used';
      const details = toDetails(error);
      this.#options.logger.warn(`The list of models could not be fetched; ${used} (${kindOf(details)}).`, {
        ...details,
      });
      if (!known) return bundledModels();
      return copies(known, this.#known.isFresh(accountId, known) ? 'live' : 'cached');
    }
  }

  liveIds(signal?: AbortSignal): Promise<string[] | undefined> {
    return this.#inTime(IDS_LIMIT_MS, signal, async (end) => {
      let known: KnownList | undefined;
      try {
        const accountId = await orAbort(this.#options.accountId(), end);
        await orAbort(this.#known.ready(accountId, 'forList'), end);
        known = this.#known.held(accountId);
        if (known && this.#known.isFresh(accountId, known)) return idsOf(known);
        return idsOf(await this.#ask(accountId, end));
      } catch (error) {
        this.#options.logger.debug('The backend did not tell which models the account has.', { ...toDetails(error) });
        return known && idsOf(known);
      }
    });
  }

  noteEtag(accountId: string, etag: string): void {
    if (this.#known.noteEtag(accountId, etag)) void this.#renew(accountId);
  }

  /** In the background; never rejects. */
  #renew(accountId: string): Promise<void> {
    return this.#inTime(RENEWAL_LIMIT_MS, undefined, async (end) => {
      try {
        await this.#ask(accountId, end);
      } catch (error) {
        this.#known.askLater(accountId);
        this.#options.logger.debug('The newer list of models could not be fetched.', { ...toDetails(error) });
      }
    });
  }

  /** Does `work`, which has to end soon after its signal comes: that of the caller, or at the end of the time. */
  async #inTime<T>(ms: number, signal: AbortSignal | undefined, work: (end: AbortSignal) => Promise<T>): Promise<T> {
    const end = new AbortController();
    const stop = onAbort(signal, () => end.abort());
    this.#options.runtime.sleep(ms, end.signal).then(
      () => end.abort(new Error(`It took more than ${ms} ms.`)),
      () => {}, // it was not needed
    );
    try {
      return await work(end.signal);
    } finally {
      stop();
      end.abort();
    }
  }

  #ask(accountId: string, signal: AbortSignal | undefined): Promise<KnownList> {
    const run = this.#runs.get(accountId) ?? new SharedRun<KnownList>();
    this.#runs.set(accountId, run);
    return run.join((ended) => this.#fetch(accountId, ended), signal);
  }

  async #fetch(asking: string, signal: AbortSignal): Promise<KnownList> {
    await this.#known.ready(asking, 'forList');
    const held = this.#known.held(asking);
    // The login may change before the request leaves, so it is the answer that says whose list this is.
    const { accountId, etag, entries } = await fetchModels(
      this.#options,
      { accountId: asking, etag: held?.etag },
      signal,
    );
    if (entries) return this.#known.keep(accountId, this.#readEntries(entries), etag);
    if (!held) throw new TypeError('The backend says that a list is unchanged which was never asked for.');
    return this.#known.keep(accountId, held.entries, etag);
  }

  /** An empty list is an answer. One of which nothing can be read is none. */
  #readEntries(entries: readonly unknown[]) {
    const read = readModelList(entries, (index) =>
      this.#options.logger.debug('An entry of the list of models could not be read.', { index }),
    );
    if (entries.length > 0 && read.length === 0) {
      throw new TypeError('The backend sent a list of models of which no entry could be read.');
    }
    return read;
  }
}
