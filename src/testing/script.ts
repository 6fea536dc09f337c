import type { JSONObject, JSONValue } from '../shared/json';
import type { RecordedRequest } from './backend/recorded-request';
import { checkAnswer, checkReply } from './check-reply';

/** A call of one tool. */
export interface ScriptedToolCall {
  name: string;
  /**
   * Arguments of a function, or the text of a `custom` call. A string is sent as it is, for functions too: `'{"city":'`
   * scripts broken arguments, `'"Paris"'` the argument "Paris". Anything else is sent as JSON.
   */
  input: JSONValue;
  /** Default: a fresh `call_...` id. */
  callId?: string;
  /** Default: `function`. */
  type?: 'function' | 'custom';
}

/** How the bytes of a stream are laid out. A client has to read every combination. */
export interface StreamFraming {
  /** Value of the content-type header; `false` sends none, as the real backend was seen to do. Default `text/event-stream`. */
  contentType?: string | false;
  /** `event:` lines beside the data. Default true. */
  eventLines?: boolean;
  /** A comment before every event. Default false. */
  comments?: boolean;
  /** CRLF in place of LF. Default false. */
  crlf?: boolean;
  /** `{"type":"keepalive"}` data frames between the events. Default false. */
  keepalive?: boolean;
  /** The stream is written in pieces of this many bytes, which may fall inside a character. Default: one piece an event. */
  chunkBytes?: number;
  /** Leaves out the blank line after the last event. Default false. */
  omitLastBlankLine?: boolean;
}

/** Token counts of a turn; what is left out is estimated from the text. */
export interface ScriptedUsage {
  inputTokens?: number;
  cachedTokens?: number;
  outputTokens?: number;
  reasoningTokens?: number;
}

/** One window of the plan's limits. */
export interface RateLimitWindow {
  usedPercent: number;
  windowMinutes: number;
  /** Seconds from now until the window starts afresh. */
  resetsInSeconds: number;
}

/** A limit beside the plan's own, such as one of a single model. */
export interface AdditionalRateLimit {
  /** Such as `codex_bengalfox`. `code_review` has a place of its own in the answer of `wham/usage`. */
  limitId: string;
  /** What people call it. */
  limitName?: string;
  primary?: RateLimitWindow;
  secondary?: RateLimitWindow;
}

/** The state of the plan's limits: headers of every answer to an accepted login, and what `wham/usage` tells. */
export interface RateLimitState {
  primary?: RateLimitWindow;
  secondary?: RateLimitWindow;
  additional?: AdditionalRateLimit[];
  /** Default: none. */
  credits?: { hasCredits: boolean; unlimited?: boolean; balance?: string };
  /** Default: the plan of the account that asks. */
  planType?: string;
  /** Which limit counted. Default `codex`. */
  activeLimit?: string;
  /** Why nothing is left, such as `workspace_member_credits_depleted`. Default: not said. */
  reachedType?: string;
  /** Default: not said. */
  promoMessage?: string;
}

/** One event of a stream; a string stands for the raw text of a data line, such as `[DONE]`. */
export type ScriptedEvent = JSONObject | string;

/** What the emulator answers to one accepted request. Without `status`, `body` and `events` it is a full answer stream. */
export interface ScriptedReply {
  text?: string;
  /** One summary, or several. Streamed only when the request sets `reasoning.summary`, as the backend does. */
  reasoning?: string | string[];
  toolCalls?: ScriptedToolCall[];
  /** Default: `commentary` before tool calls, else `final_answer`; `null` leaves it out. */
  phase?: string | null;
  /** Further output items, sent whole after the others. */
  items?: JSONObject[];
  usage?: ScriptedUsage | null;
  /** What `response.completed` carries in `output`: `[]`, `null`, or every item. Default `empty`. */
  completedOutput?: 'empty' | 'null' | 'full';
  /** `false` asks the client for another request in the same turn. */
  endTurn?: boolean;

  /** HTTP status. Default 200. */
  status?: number;
  headers?: Record<string, string>;
  /** Sent in place of a stream: text and bytes as they are, anything else as JSON. */
  body?: JSONValue | Uint8Array;
  /** Sent in place of the composed events, exactly as given. May be endless: it is read no faster than the client reads. */
  events?: Iterable<ScriptedEvent> | AsyncIterable<ScriptedEvent>;

  /** Ends with `response.failed`: an error code, or the error object. */
  failed?: string | { code: string | null; message?: string };
  /** Ends with `response.incomplete` for this reason (`max_output_tokens`, `content_filter`). */
  incomplete?: string;
  /** Closes the connection after this many events. */
  cutAfter?: number;
  /** Sends nothing more after this many events, and keeps the connection open until the client leaves. */
  stallAfter?: number;
  /** Closes the connection before any header. */
  dropConnection?: boolean;
  /** Milliseconds of real time before each event. Default 0. */
  delayMs?: number;
  framing?: StreamFraming;
  rateLimits?: RateLimitState;
}

/**
 * What the emulator answers to one accepted GET of the models or the usage. Without `status` and `body` it is the own
 * answer, with these headers.
 */
export interface ScriptedAnswer {
  /** With this or `body`, the answer is made up here. Default 200. */
  status?: number;
  headers?: Record<string, string>;
  /** Text and bytes as they are, anything else as JSON. Default: empty. */
  body?: JSONValue | Uint8Array;
  /** Closes the connection before any header. */
  dropConnection?: boolean;
  /** Sends nothing, and keeps the connection open until the client leaves. */
  stall?: boolean;
}

/** An answer to a GET, or a function of the request that returns one. */
export type AnswerReply = ScriptedAnswer | ((request: RecordedRequest) => AnswerReply | Promise<AnswerReply>);

/** An answer: a text, a description of one, or a function of the request that returns either. */
export type CodexReply = string | ScriptedReply | ((request: RecordedRequest) => CodexReply | Promise<CodexReply>);

/**
 * `reply` as a description, with functions called and texts wrapped.
 *
 * @throws {@link TypeError} when it is nothing that can be sent; what a function throws.
 */
export async function resolveReply(reply: CodexReply, request: RecordedRequest): Promise<ScriptedReply> {
  let current = reply;
  while (typeof current === 'function') current = await current(request);
  checkReply(current);
  return typeof current === 'string' ? { text: current } : current;
}

/**
 * `reply` with functions called.
 *
 * @throws {@link TypeError} when it is nothing that can be sent; what a function throws.
 */
export async function resolveAnswer(reply: AnswerReply, request: RecordedRequest): Promise<ScriptedAnswer> {
  let current = reply;
  while (typeof current === 'function') current = await current(request);
  checkAnswer(current);
  return current;
}
