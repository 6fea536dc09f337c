/**
 * An event of the Responses stream as it comes off the wire. Nothing is validated: every field may be missing or of
 * another type, and handlers read what they need. Unknown events and fields are normal.
 */
export interface ResponseEvent {
  type: string;
  output_index?: number;
  item_id?: string;
  content_index?: number;
  summary_index?: number;
  delta?: string;
  arguments?: string;
  text?: string;
  item?: ResponseItem;
  annotation?: Annotation;
  response?: ResponseObject;
  /** Of the `error` event; some senders put its fields beside `type` instead. */
  error?: unknown;
  code?: unknown;
  message?: unknown;
}

export interface ResponseItem {
  type: string;
  id?: string;
  phase?: string | null;
  content?: ContentPart[] | null;
  summary?: { text?: string }[] | null;
  encrypted_content?: string | null;
  call_id?: string;
  name?: string;
  arguments?: string;
  /** Of `web_search_call`. */
  action?: { sources?: { url?: string }[] | null } | null;
  /** Of `image_generation_call`: base64. */
  result?: string | null;
  output_format?: string | null;
}

export interface ContentPart {
  type: string;
  text?: string;
  refusal?: string;
  annotations?: Annotation[] | null;
}

export interface Annotation {
  type: string;
  url?: string;
  title?: string;
  quote?: string;
  filename?: string;
  file_id?: string;
  container_id?: string;
  index?: number;
}

export interface ResponseObject {
  id?: string;
  model?: string;
  /** Seconds since the epoch. */
  created_at?: number;
  /** On this backend often empty or null even when there was output. */
  output?: ResponseItem[] | null;
  usage?: ResponseUsage | null;
  service_tier?: string | null;
  reasoning?: { context?: string | null } | null;
  incomplete_details?: { reason?: string } | null;
  error?: unknown;
}

export interface ResponseUsage {
  input_tokens?: number;
  input_tokens_details?: { cached_tokens?: number; cache_write_tokens?: number } | null;
  output_tokens?: number;
  output_tokens_details?: { reasoning_tokens?: number } | null;
  total_tokens?: number;
}
