import type { CodexModel, ModelInfo } from './model-info';

export interface ListModelsOptions {
  signal?: AbortSignal | undefined;
  /** Ask the backend even if the list is younger than 5 minutes. Default false. */
  refresh?: boolean;
}

/** The models of the account of one provider. */
export interface ModelCatalog {
  /**
   * What is known of a model without asking the backend: from memory, from the cache, which gets 50 ms once, from the
   * bundle. What changes a request is taken from no list that nobody confirmed for a day; such a list is asked for anew in
   * the background. Never rejects.
   */
  find(modelId: string, accountId: string): Promise<ModelInfo>;
  /**
   * The live list, at most 5 minutes old; empty when the backend says that the account has no model. When it cannot be had:
   * the last one known, else the bundle.
   *
   * @throws CodexAuthError when there is no login, or none that works; the reason of `signal`.
   */
  list(options?: ListModelsOptions): Promise<CodexModel[]>;
  /**
   * The ids that the backend lists for the account: those of a list at most 5 minutes old, else asked now, for 2 s at most,
   * else those it listed last; undefined when it never did. Asks nobody for 60 s after a request that failed. Never rejects.
   */
  liveIds(signal?: AbortSignal): Promise<string[] | undefined>;
  /**
   * An answer named the version of the list that the backend has now. That confirms the list which is held; another version
   * is fetched in the background, for 2 s at most, only where a list is held, and no sooner than 5 minutes after the last
   * time. Never throws.
   */
  noteEtag(accountId: string, etag: string): void;
}
