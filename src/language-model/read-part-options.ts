import type { ReasoningOrigin } from '../codec/call';
import { asRecord, asString } from '../shared/json';
import { isSessionId } from './session-id-format';

/** What earlier output left on a part of the history, and what its author may say about it. */
export interface PartOptions {
  itemId?: string;
  phase?: string;
  encryptedContent?: string;
  origin?: ReasoningOrigin;
  rawReasoning?: boolean;
  sessionId?: string;
  imageDetail?: 'auto' | 'low' | 'high';
}

/** Reads `codex` first and `openai` second, key by key, so that a conversation begun with `@ai-sdk/openai` goes on here. */
export function readPartOptions(providerOptions: unknown): PartOptions {
  const namespaces = asRecord(providerOptions);
  if (!namespaces) return {};
  const codex = asRecord(namespaces.codex) ?? {};
  const merged = { ...asRecord(namespaces.openai), ...codex };
  const options = {
    itemId: asString(merged.itemId),
    phase: asString(merged.phase),
    encryptedContent: asString(merged.reasoningEncryptedContent),
    // Only our own word for whose reasoning this is counts, and only about our own blob.
    origin: asString(codex.reasoningEncryptedContent) === undefined ? undefined : readOrigin(codex.origin),
    rawReasoning: codex.rawReasoning === true ? true : undefined,
    sessionId: readSessionId(codex.sessionId),
    imageDetail: readDetail(merged.imageDetail),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function readOrigin(value: unknown): ReasoningOrigin | undefined {
  const account = asString(asRecord(value)?.account);
  const model = asString(asRecord(value)?.model);
  return account !== undefined && model !== undefined ? { account, model } : undefined;
}

// Histories come from browsers; what could not be a session id of ours is none.
function readSessionId(value: unknown): string | undefined {
  return typeof value === 'string' && isSessionId(value) ? value : undefined;
}

function readDetail(value: unknown): PartOptions['imageDetail'] {
  return value === 'auto' || value === 'low' || value === 'high' ? value : undefined;
}
