import type { JSONObject, JSONValue } from '../shared/json';

/** A model call in neutral words: what every spec version of the AI SDK can say, and what the backend can be told. */
export interface CodexCall {
  /** Id on the wire, already normalized. */
  modelId: string;
  prompt: CallMessage[];
  tools: CallTool[];
  toolChoice?: CallToolChoice;
  responseFormat?: { schema?: JSONObject; name?: string; description?: string };
  options: CallOptions;
  /** Settings that the caller gave and the backend refuses, in the caller's words (`temperature`, ...). */
  unsupportedSettings: string[];
  includeRawEvents: boolean;
}

/** Provider options of the call, validated. Absent means: the backend decides, or the default named. */
export interface CallOptions {
  /** Put before the system text of the prompt. */
  instructions?: string | undefined;
  reasoningEffort?: string | undefined;
  reasoningSummary?: 'auto' | 'concise' | 'detailed' | 'none' | undefined;
  textVerbosity?: 'low' | 'medium' | 'high' | undefined;
  serviceTier?: 'auto' | 'default' | 'priority' | 'fast' | 'flex' | 'ultrafast' | undefined;
  parallelToolCalls?: boolean | undefined;
  promptCacheKey?: string | undefined;
  sessionId?: string | undefined;
  include?: string[] | undefined;
  strictJsonSchema?: boolean | undefined;
  /** Whose encrypted reasoning is sent back. Default `same-family`. */
  reasoningReplay?: ReasoningReplay | undefined;
}

export type ReasoningReplay = 'same-family' | 'same-account' | 'never';

export type CallMessage =
  | { role: 'system'; text: string }
  | { role: 'user'; parts: UserPart[] }
  | { role: 'assistant'; parts: AssistantPart[] }
  | { role: 'tool'; results: ToolResult[] };

export interface TextPart {
  type: 'text';
  text: string;
}

export interface FilePart {
  type: 'file';
  mediaType: string;
  /** Base64 of the bytes, or where they are. */
  data: { base64: string } | { url: string };
  filename?: string;
  imageDetail?: 'auto' | 'low' | 'high';
}

export type UserPart = TextPart | FilePart;

export type AssistantPart =
  | (TextPart & { phase?: string })
  | FilePart
  | ReasoningPart
  | { type: 'tool-call'; callId: string; name: string; input: JSONValue; providerExecuted: boolean }
  | { type: 'tool-result'; callId: string; name: string };

export interface ReasoningPart {
  type: 'reasoning';
  text: string;
  /** Parts of one reasoning item share it. */
  itemId?: string;
  encryptedContent?: string;
  origin?: ReasoningOrigin;
  /** The text is the model's raw reasoning, not a summary of it: never sent back. */
  raw?: boolean;
}

/** Who may send encrypted reasoning back: it is bound to the account and to the model's generation. */
export interface ReasoningOrigin {
  /** First 16 hex digits of SHA-256 of the account id. */
  account: string;
  model: string;
}

export interface ToolResult {
  callId: string;
  name: string;
  output: ToolOutput;
}

export type ToolOutput =
  | { type: 'text'; text: string }
  | { type: 'json'; value: JSONValue }
  | { type: 'content'; parts: UserPart[] };

export interface CallTool {
  type: 'function';
  name: string;
  description?: string;
  inputSchema: JSONObject;
}

export type CallToolChoice = { type: 'auto' | 'none' | 'required' } | { type: 'tool'; name: string };

/** Something the caller should know although the call goes on. Faces translate it into their spec's words. */
export type CallWarning =
  | { type: 'unsupported-setting'; setting: string; details?: string }
  | { type: 'unsupported-tool'; tool: string; details?: string }
  | { type: 'other'; message: string };
