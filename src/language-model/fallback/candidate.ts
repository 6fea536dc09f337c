import type { CodexFallbackCode } from './failure-kinds';

/** As much of a language model as every version of the specification has. */
export interface AnyModel {
  readonly provider: string;
  readonly modelId: string;
  readonly supportedUrls: SupportedUrls | PromiseLike<SupportedUrls>;
}

export type SupportedUrls = Record<string, RegExp[]>;

/** A model in an order. */
export interface Candidate<Model extends AnyModel = AnyModel> {
  model: Model;
  /** What its limits are noted under: its own, or that of one model of one login of ours. */
  limitKey: string;
  /** What a refused login is noted under: its own, or that of all models of one login of ours. */
  loginKey: string;
}

/** A model by its names. */
export interface CodexFallbackModel {
  provider: string;
  modelId: string;
}

/** What became of one model of an order. */
export interface CodexFallbackAttempt extends CodexFallbackModel {
  code: CodexFallbackCode;
  /** True where no request was made: no credentials, or it failed before and is left alone for a while. */
  skipped?: true;
  /** Epoch milliseconds until which it is left alone. */
  until?: number;
  /** What it failed with, now or before. Not enumerable: foreign errors hold whole prompts. */
  readonly error: unknown;
}

export function nameOf({ provider, modelId }: CodexFallbackModel): CodexFallbackModel {
  return { provider, modelId };
}
