/** What is known about a model. Facts, not limits: an id that nobody knows is sent as it is. */
export interface ModelInfo {
  /** The id on the wire. */
  id: string;
  displayName?: string;
  description?: string;
  /** Efforts that the backend takes, weakest first; empty where the model takes none. Absent when unknown. */
  reasoningEfforts?: readonly string[];
  /** What the backend uses when a call names none. */
  defaultReasoningEffort?: string;
  supportsReasoningSummaries?: boolean;
  /** Tokens of context on the Codex backend, as advertised. Information: nothing is cut to it. */
  contextWindow?: number;
  /** The most that can be had, where it is more. */
  maxContextWindow?: number;
  inputModalities?: readonly ('text' | 'image')[];
  supportsParallelToolCalls?: boolean;
  supportsVerbosity?: boolean;
  defaultVerbosity?: string;
  /** Service tiers beside the usual one, such as `priority`. */
  serviceTiers?: readonly string[];
  /** Lowest `version` header that the backend serves this model to. */
  minimalClientVersion?: string;
  /** Plans that have it, as the live catalogue lists them. */
  availableInPlans?: readonly string[];
  /** What is reported of plans, in a sentence. */
  planNote?: string;
  /** Meant to be offered to people. Absent when unknown. */
  isListed?: boolean;
  /** The live catalogue asks for the lite form of the protocol. */
  usesResponsesLite?: boolean;
  /** Latest month (`YYYY-MM`) of a public report of an answer with ChatGPT sign-in. */
  lastSeenWorking?: string;
  /** First reported refusal for ChatGPT sign-in (`YYYY-MM`); the model may be gone for every account. */
  retiredSince?: string;
  /** Models to use instead of one that is retired or no longer offered. */
  successors?: readonly string[];
}

/** A model of the list that `codex.models()` gives. */
export interface CodexModel extends ModelInfo {
  /**
   * `live`: the backend listed it for this account within the last 5 minutes. `cached`: it did so earlier, and could not be
   * asked again. `bundled`: known to this version of the package only.
   */
  source: 'live' | 'cached' | 'bundled';
}

/** The generation of a model id (`gpt-5.3` of `gpt-5.3-codex`): encrypted reasoning is replayed within one. */
export function modelFamily(modelId: string): string {
  return /^gpt-\d+(?:\.\d+)?/.exec(modelId)?.[0] ?? modelId;
}
