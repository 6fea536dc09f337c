import type { CodexModel, ModelInfo } from './model-info';

export interface ListModelsOptions {
  signal?: AbortSignal | undefined;
  /** Ask the backend even if the list is younger than 5 minutes. Default false. */
  refresh?: boolean;
}

/** The models of the account of one provider. */
export interface ModelCatalog {
  /** What is known of a model without asking the backend: from memory, from the cache file, from the bundle. Never rejects. */
  find(modelId: string, accountId: string): Promise<ModelInfo>;
  /**
   * The live list, at most 5 minutes old. When it cannot be had: the last one known, else the bundle.
   *
   * @throws CodexAuthError when there is no login, or none that works; the reason of `signal`.
   */
  list(options?: ListModelsOptions): Promise<CodexModel[]>;
  /** The ids that the backend lists for the account, asked now, for 5 s at most; undefined when it did not say. Never rejects. */
  liveIds(signal?: AbortSignal): Promise<string[] | undefined>;
  /** An answer named the version of the list that the backend has now. */
  noteEtag(accountId: string, etag: string): void;
}
