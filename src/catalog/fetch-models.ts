import { asRecord, parseJson } from '../shared/json';
import type { BackendAnswer, BackendGet } from './backend-get';

const TIME_LIMIT_MS = 5_000;
/** Every entry brings pages of instructions for another program. */
const MAX_BYTES = 8 * 1024 * 1024;

export interface ModelsRequest {
  get: BackendGet;
  baseURL: string;
  /** The backend leaves out models that need a newer client. */
  clientVersion: string;
}

/** What the backend said to the account that asked. */
export interface ModelsAnswer {
  accountId: string;
  etag?: string;
  /** Undefined: what is known is what there is. */
  entries: readonly unknown[] | undefined;
}

/**
 * Asks once which models the account has, for 5 s at most; a second time where somebody else logged in meanwhile, whose
 * list "unchanged" says nothing of.
 *
 * @param known The list whose version is held, and whose account that was.
 * @throws what `get` throws; `TypeError` for an answer without a list.
 */
export async function fetchModels(
  { get, baseURL, clientVersion }: ModelsRequest,
  known: { accountId: string; etag: string | undefined },
  signal: AbortSignal,
): Promise<ModelsAnswer> {
  const url = `${baseURL}/models?client_version=${encodeURIComponent(clientVersion)}`;
  const ask = (etag?: string) =>
    get(url, {
      ...(etag !== undefined && { headers: { 'if-none-match': etag } }),
      signal,
      timeoutMs: TIME_LIMIT_MS,
      maxBytes: MAX_BYTES,
    });
  const answer = await ask(known.etag);
  const isOfAnother = answer.status === 304 && answer.accountId !== known.accountId;
  return toModels(isOfAnother ? await ask() : answer, known.etag);
}

function toModels({ status, headers, body, accountId }: BackendAnswer, asked: string | undefined): ModelsAnswer {
  const etag = headers.etag ?? (status === 304 ? asked : undefined);
  const version = etag === undefined ? {} : { etag };
  if (status === 304) return { accountId, ...version, entries: undefined };
  const entries = asRecord(parseJson(body))?.models;
  if (!Array.isArray(entries)) throw new TypeError('The backend sent no list of models.');
  return { accountId, ...version, entries };
}
