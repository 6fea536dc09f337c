/** What is known about a model. Facts, not limits: an id that nobody knows is sent as it is. */
export interface ModelInfo {
  /** The id on the wire. */
  id: string;
  displayName?: string;
  /** Efforts that the backend takes, weakest first. Absent when unknown. */
  reasoningEfforts?: readonly string[];
  /** Tokens of context on the Codex backend, as advertised. */
  contextWindow?: number;
  inputModalities?: readonly ('text' | 'image')[];
  supportsParallelToolCalls?: boolean;
  /** Lowest `version` header that the backend serves this model to. */
  minimalClientVersion?: string;
  /** First reported refusal for ChatGPT sign-in (`YYYY-MM`); the model may be gone for every account. */
  retiredSince?: string;
  /** Models to use instead of a retired one. */
  successors?: readonly string[];
}

/** The generation of a model id (`gpt-5.3` of `gpt-5.3-codex`): encrypted reasoning is replayed within one. */
export function modelFamily(modelId: string): string {
  return /^gpt-\d+(?:\.\d+)?/.exec(modelId)?.[0] ?? modelId;
}
