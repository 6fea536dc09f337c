import type { BackendAnswer, BackendGet } from '../catalog/backend-get';
import { classifyFailure } from '../codec/response/classify-failure';
import { readHttpFailure } from '../codec/response/read-failure';
import { onAbort, orAbort } from '../shared/abort';
import { connectionError } from '../shared/connection-error';
import { readHeaders } from '../shared/headers';
import { inLayer, type Logger } from '../shared/logger';
import { readTextUpTo } from '../shared/read-text';
import { HttpFailure, TransportError } from '../shared/request-errors';
import { recoverLogin } from './recover-login';
import { buildGetHeaders } from './request-headers';
import type { CallEnvironment } from './run-call';
import { type FailedRequest, refusedTwice, toProviderError } from './to-provider-error';

/** What a GET of the backend is made of: all that a call has, but for its conversation. */
export type GetEnvironment = Pick<
  CallEnvironment,
  'authorizer' | 'runtime' | 'originator' | 'clientVersion' | 'headers' | 'loginHint' | 'logger'
>;

const TIME_LIMIT_MS = 10_000;
const SIZE_LIMIT = 1024 * 1024;
const ERROR_SIZE_LIMIT = 64 * 1024;

/** GETs with a limit of 10 s for the whole, a renewal of the login included, and of 1 MiB. */
export function createBackendGet(environment: GetEnvironment): BackendGet {
  const { runtime, loginHint } = environment;
  const http = inLayer('HTTP', environment.logger);
  return async (url, { headers = {}, signal, timeoutMs = TIME_LIMIT_MS } = {}) => {
    signal?.throwIfAborted();
    const request: FailedRequest = { url, body: undefined, loginHint, now: () => runtime.now() };
    const ended = new AbortController();
    const over = new AbortController();
    const stopListening = onAbort(signal, () => ended.abort(signal?.reason));
    runtime.sleep(timeoutMs, over.signal).then(
      () => ended.abort(tooSlow(timeoutMs)),
      () => {}, // the GET was over first
    );
    try {
      return await orAbort(getTwice(url, headers, request, environment, http, ended.signal), ended.signal);
    } catch (error) {
      throw toProviderError(error, request);
    } finally {
      over.abort();
      stopListening();
    }
  };
}

/** Once more after a login that could be renewed; a second refusal is asked about, too, for what the login needs. */
async function getTwice(
  url: string,
  needed: Record<string, string>,
  request: FailedRequest,
  environment: GetEnvironment,
  http: Logger,
  signal: AbortSignal,
): Promise<BackendAnswer> {
  const { authorizer, runtime } = environment;
  for (let isSecond = false; ; isSecond = true) {
    const authorization = await orAbort(authorizer.headers(), signal);
    const accountId = authorization['chatgpt-account-id'] ?? '';
    if (accountId) request.accountId = accountId;
    const headers = buildGetHeaders({ ...environment, authorization }, needed, environment.headers);
    try {
      return { ...(await getOnce(url, headers, environment, http, signal)), accountId };
    } catch (failure) {
      if (!HttpFailure.isInstance(failure)) throw failure;
      const said = readHttpFailure(failure);
      if (classifyFailure(said, runtime.now()).code !== 'unauthorized') throw failure;
      const refusal = { failure, codes: said.codes, headers: authorization };
      if (!(await recoverLogin(refusal, authorizer, request, signal))) throw failure;
      if (isSecond) throw refusedTwice(failure, request);
    }
  }
}

async function getOnce(
  url: string,
  headers: Record<string, string>,
  { runtime }: GetEnvironment,
  http: Logger,
  signal: AbortSignal,
): Promise<Omit<BackendAnswer, 'accountId'>> {
  const started = runtime.now();
  signal.throwIfAborted();
  http.debug(`GET ${url}`);
  try {
    // Followed, a redirect would hand the token to whoever it names.
    const response = await runtime.fetch(url, { headers, signal, redirect: 'manual' });
    const { status } = response;
    const answered = readHeaders(response.headers);
    const requestId = answered['x-request-id'];
    http.debug(`GET answered ${status}`, { status, ms: runtime.now() - started, ...(requestId && { requestId }) });
    if (status === 304 && 'if-none-match' in headers) return { status, headers: answered, body: '' };
    if (status === 200) return { status, headers: answered, body: await readTextUpTo(response, SIZE_LIMIT) };
    // The status says more than how the body broke off.
    const body = await readTextUpTo(response, ERROR_SIZE_LIMIT).catch(() => '');
    throw new HttpFailure({ status, headers: answered, body });
  } catch (error) {
    // The answer to nobody's question any more; its error was thrown already.
    signal.throwIfAborted();
    if (HttpFailure.isInstance(error)) throw error;
    const failure = connectionError(error);
    http.debug('GET failed', { code: failure.code, ms: runtime.now() - started });
    throw failure;
  }
}

function tooSlow(limit: number): TransportError {
  return new TransportError({
    code: 'connect_timeout',
    message: `The backend gave no complete answer within ${limit} ms.`,
  });
}
