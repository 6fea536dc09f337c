import { asRecord, asString, parseJson } from '../shared/json';
import { readTextUpTo } from '../shared/read-text';
import type { Runtime } from '../shared/runtime';
import { withoutSlash } from '../shared/secure-url';
import { USER_AGENT } from '../shared/version';

const TIME_LIMIT_MS = 5_000;
const SIZE_LIMIT = 1024 * 1024;

export interface ModelIdsRequest {
  baseURL: string;
  /** From the login: `authorization`, `chatgpt-account-id`, and `X-OpenAI-Fedramp` where claimed. */
  authorization: Record<string, string>;
  originator: string;
  /** The backend leaves out models that need a newer client. */
  clientVersion: string;
  signal?: AbortSignal;
}

export interface ServedModel {
  id: string;
  /** Meant to be chosen by people. */
  isListed: boolean;
}

/**
 * Asks the backend, once and for 5 s at most, which models this account has.
 *
 * @throws Error whose message is a clause without secrets ("the backend answered 503"), or the reason of `signal`.
 */
export async function fetchModelIds(request: ModelIdsRequest, runtime: Runtime): Promise<ServedModel[]> {
  request.signal?.throwIfAborted();
  const ended = new AbortController();
  const over = new AbortController();
  const abort = () => ended.abort(request.signal?.reason);
  request.signal?.addEventListener('abort', abort, { signal: over.signal });
  const aborted = new Promise<never>((_, reject) => {
    ended.signal.addEventListener('abort', () => reject(ended.signal.reason), { signal: over.signal });
  });
  aborted.catch(() => {});
  const limit = runtime.sleep(TIME_LIMIT_MS, over.signal).then(() => {
    const error = new Error(`the backend gave no complete answer within ${TIME_LIMIT_MS / 1000} s`);
    ended.abort(error);
    throw error;
  });
  limit.catch(() => {});
  try {
    return await Promise.race([ask(request, runtime, ended.signal), limit, aborted]);
  } finally {
    over.abort();
  }
}

async function ask(request: ModelIdsRequest, runtime: Runtime, signal: AbortSignal): Promise<ServedModel[]> {
  const { baseURL, authorization, originator, clientVersion } = request;
  const url = `${withoutSlash(baseURL)}/models?client_version=${encodeURIComponent(clientVersion)}`;
  const headers = {
    ...authorization,
    originator,
    version: clientVersion,
    accept: 'application/json',
    'user-agent': USER_AGENT,
  };
  const failed = (message: string) => () => {
    signal.throwIfAborted();
    throw new Error(message);
  };
  // Followed, a redirect would hand the token to whoever it names.
  const response = await runtime
    .fetch(url, { headers, signal, redirect: 'manual' })
    .catch(failed('the backend could not be reached'));
  if (response.status !== 200) {
    void response.body?.cancel().catch(() => {});
    throw new Error(`the backend answered ${response.status}`);
  }
  const text = await readTextUpTo(response, SIZE_LIMIT).catch(
    failed('the answer of the backend broke off, or is longer than 1 MiB'),
  );
  const models = asRecord(parseJson(text))?.models;
  if (!Array.isArray(models)) throw new Error('the backend sent no list of models');
  return models.flatMap((entry) => {
    const { slug, visibility } = asRecord(entry) ?? {};
    const id = asString(slug);
    return id ? [{ id, isListed: visibility === undefined || visibility === 'list' }] : [];
  });
}
