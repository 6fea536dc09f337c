import { orAbort } from '../shared/abort';
import { type TimeLimit, withinTime } from '../shared/within-time';
import { isAuthError, kindOf, toDetails } from './failed-list';
import type { ModelsRequest } from './fetch-models';
import { copies, idsOf, type KnownList, KnownLists, type KnownListsOptions } from './known-lists';
import { modelInfo } from './known-models';
import { ListRequests } from './list-requests';
import { bundledModels, withoutSteering } from './merge-models';
import type { ListModelsOptions, ModelCatalog } from './model-catalog';
import type { CodexModel, ModelInfo } from './model-info';
import { Pauses } from './pauses';

const IDS_LIMIT_MS = 2_000;
/** A request under way keeps a program from ending. */
const RENEWAL_LIMIT_MS = 2_000;
const RENEWAL_PAUSE_MS = 5 * 60_000;

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
  readonly #requests: ListRequests;
  /** Since a list was asked for in the background: servers that differ may name another version with every answer. */
  readonly #renewals: Pauses;
  /** Lists that were told to be too old. */
  readonly #told = new WeakSet<KnownList>();

  constructor(options: LiveCatalogOptions) {
    this.#options = options;
    this.#known = new KnownLists(options);
    this.#requests = new ListRequests(options, this.#known);
    this.#renewals = new Pauses(RENEWAL_PAUSE_MS, options.runtime);
  }

  async find(modelId: string, accountId: string): Promise<ModelInfo> {
    await this.#known.ready(accountId, 'forCall');
    const list = this.#known.held(accountId);
    const model = list?.models.find(({ id }) => id === modelId);
    const maySteer = list !== undefined && this.#known.maySteer(list);
    if (list && !maySteer) this.#renew(accountId); // no answer may ever name a version
    if (!list || !model) return modelInfo(modelId);
    if (maySteer) return model;
    this.#tellAge(list);
    return withoutSteering(model);
  }

  async list({ signal, refresh = false }: ListModelsOptions = {}): Promise<CodexModel[]> {
    signal?.throwIfAborted();
    const accountId = await orAbort(this.#options.accountId(), signal);
    await orAbort(this.#known.ready(accountId, 'forList'), signal);
    const known = this.#known.held(accountId);
    if (known && !refresh && this.#known.isFresh(accountId, known)) return copies(known, 'live');
    try {
      return copies(await this.#requests.ask(accountId, signal, signal), 'live');
    } catch (error) {
      signal?.throwIfAborted();
      if (isAuthError(error)) throw error;
      const used = known ? 'the last one known is used' : 'the one of this version of the package is used';
      const details = toDetails(error);
      this.#options.logger.warn(`The list of models could not be fetched; ${used} (${kindOf(details)}).`, {
        ...details,
      });
      if (!known) return bundledModels();
      return copies(known, this.#known.isFresh(accountId, known) ? 'live' : 'cached');
    }
  }

  async liveIds(signal?: AbortSignal): Promise<string[] | undefined> {
    let known: KnownList | undefined;
    try {
      return await withinTime(this.#limit(IDS_LIMIT_MS, signal), async (ended) => {
        const accountId = await orAbort(this.#options.accountId(), ended);
        await orAbort(this.#known.ready(accountId, 'forList'), ended);
        known = this.#known.held(accountId);
        const isFresh = known !== undefined && this.#known.isFresh(accountId, known);
        if (isFresh || this.#requests.failedLately(accountId)) return known && idsOf(known);
        return idsOf(await this.#requests.ask(accountId, ended, signal));
      });
    } catch (error) {
      this.#options.logger.debug('The backend did not tell which models the account has.', { ...toDetails(error) });
      return known && idsOf(known);
    }
  }

  noteEtag(accountId: string, etag: string): void {
    if (this.#known.noteEtag(accountId, etag)) this.#renew(accountId);
  }

  /** Asks in the background, unless that was done a short time ago. */
  #renew(accountId: string): void {
    if (this.#renewals.isOn(accountId)) return;
    this.#renewals.begin(accountId);
    withinTime(this.#limit(RENEWAL_LIMIT_MS, undefined), (ended) =>
      this.#requests.ask(accountId, ended, undefined),
    ).catch((error: unknown) =>
      this.#options.logger.debug('The newer list of models could not be fetched.', { ...toDetails(error) }),
    );
  }

  #limit(ms: number, signal: AbortSignal | undefined): TimeLimit {
    return { runtime: this.#options.runtime, ms, signal, late: new Error(`It took more than ${ms} ms.`) };
  }

  /** Once for every list. */
  #tellAge(list: KnownList): void {
    if (this.#told.has(list)) return;
    this.#told.add(list);
    this.#options.logger.debug('The list of models is more than a day old: calls are not sent by what it says.', {
      confirmedAt: list.confirmedAt,
    });
  }
}
