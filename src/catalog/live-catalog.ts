import { onAbort, orAbort } from '../shared/abort';
import { hasMarker } from '../shared/marked-error';
import { redact } from '../shared/secret';
import { fetchModels, type ModelsRequest } from './fetch-models';
import { type KnownList, KnownLists, type KnownListsOptions } from './known-lists';
import { modelInfo } from './known-models';
import { bundledModels } from './merge-models';
import type { ListModelsOptions, ModelCatalog } from './model-catalog';
import type { CodexModel, ModelInfo } from './model-info';
import { readModelList } from './parse-models';
import { SharedRun } from './shared-run';

const IDS_LIMIT_MS = 5_000;
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
    const list = await this.#known.of(accountId);
    return list?.models.find((model) => model.id === modelId) ?? modelInfo(modelId);
  }

  async list({ signal, refresh = false }: ListModelsOptions = {}): Promise<CodexModel[]> {
    signal?.throwIfAborted();
    const accountId = await orAbort(this.#options.accountId(), signal);
    const known = await orAbort(this.#known.of(accountId), signal);
    if (known && !refresh && this.#known.isFresh(accountId, known)) return copies(known.models);
    try {
      return copies((await this.#ask(accountId, signal)).models);
    } catch (error) {
      signal?.throwIfAborted();
      if (hasMarker(error, AUTH_ERROR)) throw error;
      const used = known ? 'the last one known is used' : 'the one of this version of the package is used';
      const reason = redact(error instanceof Error ? error.message : String(error));
      this.#options.logger.warn(`The list of models could not be fetched; ${used}. ${reason}`);
      return known ? copies(known.models) : bundledModels();
    }
  }

  async liveIds(signal?: AbortSignal): Promise<string[] | undefined> {
    const end = new AbortController();
    const stop = onAbort(signal, () => end.abort());
    const limit = this.#options.runtime.sleep(IDS_LIMIT_MS, end.signal);
    limit.then(
      () => end.abort(),
      () => {}, // it was not needed
    );
    try {
      const accountId = await orAbort(this.#options.accountId(), end.signal);
      const { models } = await this.#ask(accountId, end.signal);
      return models.flatMap(({ id, source, isListed }) => (source === 'live' && isListed !== false ? [id] : []));
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      this.#options.logger.debug('The backend did not tell which models the account has.', { reason });
      return undefined;
    } finally {
      stop();
      end.abort();
    }
  }

  noteEtag(accountId: string, etag: string): void {
    this.#known.noteEtag(accountId, etag);
  }

  #ask(accountId: string, signal: AbortSignal | undefined): Promise<KnownList> {
    const run = this.#runs.get(accountId) ?? new SharedRun<KnownList>();
    this.#runs.set(accountId, run);
    return run.join((ended) => this.#fetch(accountId, ended), signal);
  }

  async #fetch(asking: string, signal: AbortSignal): Promise<KnownList> {
    const held = await this.#known.of(asking);
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

  #readEntries(entries: readonly unknown[]) {
    return readModelList(entries, (index) =>
      this.#options.logger.debug('An entry of the list of models could not be read.', { index }),
    );
  }
}

/** What a caller does to the list stays with the caller. */
function copies(models: readonly CodexModel[]): CodexModel[] {
  return models.map((model) => ({ ...model }));
}
