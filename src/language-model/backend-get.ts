import type { BackendAnswer, BackendGet } from '../catalog/backend-get';
import { type CodexUsage, fetchUsage, type UsageOptions, usageURL } from '../catalog/fetch-usage';
import { classifyFailure } from '../codec/response/classify-failure';
import { readHttpFailure } from '../codec/response/read-failure';
import { orAbort } from '../shared/abort';
import { connectionError } from '../shared/connection-error';
import { readHeaders } from '../shared/headers';
import { readTextUpTo } from '../shared/read-text';
import { HttpFailure, TransportError } from '../shared/request-errors';
import { withinTime } from '../shared/within-time';
import { ExchangeLog } from '../transport/exchange-log';
import { maskFor } from './clean';
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

/** How much time, and how many bytes, one answer may take. */
interface Limits {
  timeoutMs: number;
  maxBytes: number;
}

/** GETs with a limit of 10 s for each answer, in which a renewal of the login does not count, and of 1 MiB, unless told otherwise. */
export function createBackendGet(environment: GetEnvironment): BackendGet {
  const { runtime, loginHint } = environment;
  return async (url, { headers = {}, signal, timeoutMs = TIME_LIMIT_MS, maxBytes = SIZE_LIMIT } = {}) => {
    signal?.throwIfAborted();
    const request: FailedRequest = { url, body: undefined, loginHint, now: () => runtime.now() };
    try {
      return await getTwice(url, headers, { timeoutMs, maxBytes }, request, environment, signal);
    } catch (error) {
      throw toProviderError(error, request);
    }
  };
}

/** Once more after a login that could be renewed; a second refusal is asked about, too, for what the login needs. */
async function getTwice(
  url: string,
  needed: Record<string, string>,
  { timeoutMs, maxBytes }: Limits,
  request: FailedRequest,
  environment: GetEnvironment,
  signal: AbortSignal | undefined,
): Promise<BackendAnswer> {
  const { authorizer, runtime } = environment;
  for (let isSecond = false; ; isSecond = true) {
    const authorization = await orAbort(authorizer.headers(), signal);
    const accountId = authorization['chatgpt-account-id'] ?? '';
    if (accountId) request.accountId = accountId;
    request.mask = maskFor(authorization.authorization);
    const headers = buildGetHeaders({ ...environment, authorization }, needed, environment.headers);
    try {
      const limit = { runtime, ms: timeoutMs, signal, late: tooSlow(timeoutMs) };
      const answer = await withinTime(limit, (ended) => getOnce(url, headers, maxBytes, environment, ended));
      return { ...answer, accountId };
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
  maxBytes: number,
  { runtime, logger }: GetEnvironment,
  signal: AbortSignal,
): Promise<Omit<BackendAnswer, 'accountId'>> {
  signal.throwIfAborted();
  const log = ExchangeLog.open(logger, runtime);
  log?.sending(url, headers);
  try {
    // Followed, a redirect would hand the token to whoever it names.
    const response = await runtime.fetch(url, { headers, signal, redirect: 'manual' });
    if (response.type === 'error') throw new TypeError('There was no answer.');
    const { status } = response;
    const answered = readHeaders(response.headers);
    // Of a refusal the status says more than how its body broke off.
    const body =
      status === 200
        ? await readTextUpTo(response, maxBytes)
        : await readTextUpTo(response, ERROR_SIZE_LIMIT).catch(() => '');
    signal.throwIfAborted();
    log?.answered(status, answered, body);
    if (status === 304 && 'if-none-match' in headers) return { status, headers: answered, body: '' };
    if (status === 200) return { status, headers: answered, body };
    throw new HttpFailure({ status, headers: answered, body });
  } catch (error) {
    if (signal.aborted) {
      log?.refused(signal.reason);
      throw signal.reason; // to nobody: it was thrown already
    }
    if (HttpFailure.isInstance(error)) throw error;
    const failure = error instanceof RangeError ? tooLong(maxBytes) : connectionError(error);
    log?.refused(failure);
    throw failure;
  }
}

function tooLong(limit: number): TransportError {
  return new TransportError({ code: 'network', message: `The backend's answer is longer than ${limit} bytes.` });
}

function tooSlow(limit: number): TransportError {
  return new TransportError({
    code: 'connect_timeout',
    message: `The backend gave no complete answer within ${limit} ms.`,
  });
}

/** Asks for the usage by `get`; an answer that tells none fails as that of a call would. */
export function createUsage(
  get: BackendGet,
  { baseURL, runtime, loginHint }: Pick<CallEnvironment, 'baseURL' | 'runtime' | 'loginHint'>,
): (options?: UsageOptions) => Promise<CodexUsage> {
  return async (options) => {
    const request: FailedRequest = { url: usageURL(baseURL), body: undefined, loginHint, now: () => runtime.now() };
    const noting: BackendGet = async (url, how) => {
      const answer = await get(url, how);
      if (answer.accountId) request.accountId = answer.accountId;
      return answer;
    };
    try {
      return await fetchUsage(noting, baseURL, runtime, options);
    } catch (error) {
      throw toProviderError(error, request);
    }
  };
}
