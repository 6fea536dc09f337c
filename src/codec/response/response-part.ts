import type { RateLimits } from '../../shared/rate-limits';
import type { ReasoningOrigin } from '../call';
import type { Annotation, ResponseUsage } from './response-event';
import type { ResponseFailure } from './response-failure';

/**
 * What the machine says. The delta parts have the very shape that V2, V3 and V4 of the AI SDK give to theirs, so that a
 * face hands them on without making a new object each.
 */
export type ResponsePart =
  | { type: 'response-metadata'; id?: string; modelId?: string; createdAt?: number }
  | { type: 'text-start'; id: string; providerMetadata: PartMetadata }
  | { type: 'text-delta'; id: string; delta: string }
  | { type: 'text-end'; id: string; providerMetadata: PartMetadata }
  | { type: 'reasoning-start'; id: string; providerMetadata: PartMetadata }
  | { type: 'reasoning-delta'; id: string; delta: string; providerMetadata: PartMetadata }
  | { type: 'reasoning-end'; id: string; providerMetadata: PartMetadata }
  | { type: 'tool-input-start'; id: string; toolName: string }
  | { type: 'tool-input-delta'; id: string; delta: string }
  | { type: 'tool-input-end'; id: string }
  | ToolCallPart
  | SourcePart
  | FilePart
  | { type: 'raw'; rawValue: unknown }
  | { type: 'error'; failure: ResponseFailure }
  | FinishPart;

/** Under the key that provider metadata and provider options of this package have; names are those of `@ai-sdk/openai`. */
export interface PartMetadata {
  codex: {
    itemId?: string;
    phase?: string;
    annotations?: Annotation[];
    /** Null until the item is complete, and when the backend sent none. */
    reasoningEncryptedContent?: string | null;
    origin?: ReasoningOrigin;
    /** The part holds the model's raw reasoning, not a summary. */
    rawReasoning?: true;
    sessionId?: string;
  };
}

export interface ToolCallPart {
  type: 'tool-call';
  toolCallId: string;
  toolName: string;
  /** JSON text, as the model wrote it. */
  input: string;
  providerMetadata: PartMetadata;
}

export type SourcePart =
  | { type: 'source'; sourceType: 'url'; id: string; url: string; title?: string }
  | {
      type: 'source';
      sourceType: 'document';
      id: string;
      mediaType: string;
      title: string;
      filename?: string;
      providerMetadata?: { codex: { fileId: string; containerId?: string; index?: number } };
    };

export interface FilePart {
  type: 'file';
  mediaType: string;
  /** Base64. */
  data: string;
}

export type FinishReason = 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'other';

export interface FinishPart {
  type: 'finish';
  finishReason: FinishReason;
  /** The backend's own word where it gave one. */
  rawFinishReason?: string;
  usage: ResponseUsage;
  metadata: FinishMetadata;
}

export interface FinishMetadata {
  responseId: string | null;
  sessionId?: string;
  serviceTier?: string;
  reasoningContext?: string;
  usage?: { cacheWriteTokens: number };
  /** The plan's limits, as the answer told them last. */
  rateLimits?: RateLimits;
  /** Why the call was sent again before this answer: `unauthorized`, `invalid_encrypted_content`, `connection_refused`. */
  resends?: string[];
  /** Things noticed after the first output, when the spec's own warnings can no longer be sent. */
  warnings?: string[];
}
