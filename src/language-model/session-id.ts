import type { CallMessage, UserPart } from '../codec/call';
import { type Runtime, toHex } from '../shared/runtime';

/** 16 hex digits that tell accounts apart without naming them. */
export async function accountFingerprint(accountId: string, runtime: Runtime): Promise<string> {
  return toHex(await runtime.sha256(accountId)).slice(0, 16);
}

/**
 * The id of a conversation, the same on every turn: made from the account and the first user message. System text does not
 * count, because it often holds a clock. Two conversations that begin alike share it, which costs nothing but a cache line.
 */
export async function deriveSessionId(
  prompt: readonly CallMessage[],
  accountId: string,
  runtime: Runtime,
): Promise<string> {
  const first = prompt.find((message) => message.role === 'user');
  const parts = await Promise.all((first?.parts ?? []).map((part) => describe(part, runtime)));
  return toUuidShape(toHex(await runtime.sha256(JSON.stringify([accountId, ...parts]))));
}

async function describe(part: UserPart, runtime: Runtime): Promise<string[]> {
  if (part.type === 'text') return ['text', part.text];
  const data = 'url' in part.data ? part.data.url : part.data.base64;
  return ['file', part.mediaType, toHex(await runtime.sha256(data))];
}

// Version 8 of RFC 9562 is the one for ids that a vendor makes its own way.
function toUuidShape(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
