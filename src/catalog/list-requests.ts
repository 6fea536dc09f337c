import { fetchModels, type ModelsRequest } from './fetch-models';
import type { KnownList, KnownLists, KnownListsOptions } from './known-lists';
import { readModelList } from './parse-models';
import { Pauses } from './pauses';
import { SharedRun } from './shared-run';

const FAILURE_PAUSE_MS = 60_000;

/** The requests for lists: at most one at a time for an account. What comes of them is kept. */
export class ListRequests {
  readonly #options: ModelsRequest & KnownListsOptions;
  readonly #known: KnownLists;
  readonly #runs = new Map<string, SharedRun<KnownList>>();
  /** Since the last request, which failed. */
  readonly #failures: Pauses;

  constructor(options: ModelsRequest & KnownListsOptions, known: KnownLists) {
    this.#options = options;
    this.#known = known;
    this.#failures = new Pauses(FAILURE_PAUSE_MS, options.runtime);
  }

  /** Whether the last request failed, and no minute ago. */
  failedLately(accountId: string): boolean {
    return this.#failures.isOn(accountId);
  }

  /**
   * @param caller Whose going is no failure; a limit of time in `signal` is one.
   * @throws what asking fails with; the reason of `signal`.
   */
  async ask(accountId: string, signal: AbortSignal | undefined, caller: AbortSignal | undefined): Promise<KnownList> {
    const run = this.#runs.get(accountId) ?? new SharedRun<KnownList>();
    this.#runs.set(accountId, run);
    try {
      const list = await run.join((ended) => this.#fetch(accountId, ended), signal);
      this.#failures.end(accountId);
      return list;
    } catch (error) {
      if (!caller?.aborted) this.#failures.begin(accountId);
      throw error;
    }
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
