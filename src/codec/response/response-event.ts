/**
 * An event of the Responses stream as it comes off the wire. Only its `type` is certain; unknown events and fields are
 * normal, and any field may be missing or of another type.
 */
export interface ResponseEvent {
  type: string;
  output_index?: unknown;
  item_id?: unknown;
  summary_index?: unknown;
  delta?: unknown;
  arguments?: unknown;
  item?: unknown;
  annotation?: unknown;
  response?: unknown;
  /** Of the `error` event; some senders put its fields beside `type` instead. */
  error?: unknown;
}

/** An output item, read. */
export interface ResponseItem {
  type: string;
  id?: string | undefined;
  phase?: string | undefined;
  content?: ContentPart[];
  /** Texts of the reasoning summaries. */
  summary?: string[];
  encryptedContent?: string | undefined;
  callId?: string | undefined;
  name?: string | undefined;
  arguments?: string | undefined;
  /** URLs that a `web_search_call` looked at. */
  sources?: (string | undefined)[];
  /** Base64 of an `image_generation_call`. */
  result?: string | undefined;
  outputFormat?: string | undefined;
}

export interface ContentPart {
  /** `output_text`, `refusal`, `reasoning_text`. */
  type: string;
  text: string;
  annotations: Annotation[];
}

/** As on the wire, because it is handed on in metadata; fields beside the type may be missing. */
export interface Annotation {
  type: string;
  url?: unknown;
  title?: unknown;
  quote?: unknown;
  filename?: unknown;
  file_id?: unknown;
  container_id?: unknown;
  index?: unknown;
}

/** The response object of a lifecycle event, read. */
export interface ResponseObject {
  id: string | undefined;
  model: string | undefined;
  /** Seconds since the epoch. */
  createdAt: number | undefined;
  /** On this backend often empty even when there was output. What is no item is undefined. */
  output: (ResponseItem | undefined)[];
  usage: ResponseUsage;
  serviceTier: string | undefined;
  reasoningContext: string | undefined;
  incompleteReason: string | undefined;
  /** `completed`, `incomplete`, `failed`: it outranks the name of its event. */
  status: string | undefined;
}

/** Tokens; undefined where the backend did not say, which may be everywhere. */
export interface ResponseUsage {
  inputTokens: number | undefined;
  cachedInputTokens: number | undefined;
  cacheWriteTokens: number | undefined;
  outputTokens: number | undefined;
  reasoningTokens: number | undefined;
}
