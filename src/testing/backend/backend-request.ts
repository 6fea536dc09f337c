import { asRecord } from '../../shared/json';
import type { TokenCheck } from '../token-registry';
import type { ModelDirectory } from './model-directory';
import type { SealOwner } from './reasoning-seals';

/** What came as the body, before anything is known about its content. */
export type Payload =
  | { kind: 'json'; value: unknown }
  | { kind: 'invalid' }
  | { kind: 'unsupported-encoding'; encoding: string };

/** Everything a rule may look at. */
export interface BackendRequest {
  method: string;
  path: string;
  query: Readonly<Record<string, string>>;
  /** Lower-case names, not masked. */
  headers: Readonly<Record<string, string>>;
  token: TokenCheck;
  payload: Payload;
  /** The body as an object; empty when it is none. */
  body: Record<string, unknown>;
  /** `body.input`; empty when it is no array. */
  input: readonly unknown[];
  /** The request asks for the lite form of the protocol. */
  lite: boolean;
  models: ModelDirectory;
  /** Whether an encrypted reasoning was sent from here to this owner. */
  opensFor(sealed: string, owner: SealOwner): boolean;
  /** Refuse keys of input items that the protocol does not know. */
  strictItemKeys: boolean;
}

/** Name of the header that switches to the lite form. */
const LITE_HEADER = 'x-openai-internal-codex-responses-lite';

/** Derives the views of the body that the rules share. */
export function backendRequest(parts: Omit<BackendRequest, 'body' | 'input' | 'lite'>): BackendRequest {
  const body = (parts.payload.kind === 'json' && asRecord(parts.payload.value)) || {};
  return {
    ...parts,
    body,
    input: Array.isArray(body.input) ? body.input : [],
    lite: parts.headers[LITE_HEADER] === 'true',
  };
}

/** The input items that are objects, each with its place in the list. */
export function inputItems(request: BackendRequest): { item: Record<string, unknown>; index: number }[] {
  return request.input.flatMap((value, index) => {
    const item = asRecord(value);
    return item ? [{ item, index }] : [];
  });
}

/** The type of an input item: a message may leave it out. */
export function itemType(item: Record<string, unknown>): unknown {
  return item.type ?? (item.role === undefined ? undefined : 'message');
}
