import { APICallError } from '@ai-sdk/provider';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BackendGet } from '../../src/catalog/backend-get';
import { CodexAuthError, CodexStreamError } from '../../src/index';
import { createBackendGet, type GetEnvironment } from '../../src/language-model/backend-get';
import { createRuntime, type Runtime } from '../../src/shared/runtime';
import { VERSION } from '../../src/shared/version';
import { startServer } from '../support/sse-server';
import { createEnvironment } from '../support/v2-harness';

interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Sends its headers, and then nothing. */
  stalls?: boolean;
  drops?: boolean;
}

interface Seen {
  path: string;
  headers: Record<string, unknown>;
}

/** A backend that answers with `replies` in order, and a GET of it. */
async function setUp(replies: Reply[], more: Partial<GetEnvironment> = {}, runtime: Partial<Runtime> = {}) {
  const seen: Seen[] = [];
  const server = await startServer((request, response) => {
    seen.push({ path: request.url ?? '', headers: { ...request.headers } });
    const { status = 200, headers = {}, body = '', stalls, drops } = replies.shift() ?? {};
    if (drops) return response.destroy();
    response.writeHead(status, headers);
    return stalls ? response.write(body || ' ') : response.end(body);
  });
  onTestFinished(() => server.close());
  const get = createBackendGet(createEnvironment(createRuntime(runtime), { clientVersion: '1.2.3', ...more }));
  return { seen, url: `${server.url}/models?client_version=1`, get };
}

/** A login that is renewed `times` times at most. */
function renewable(times: number): { authorizer: GetEnvironment['authorizer']; told: unknown[] } {
  const told: unknown[] = [];
  let token = 0;
  const authorizer: GetEnvironment['authorizer'] = {
    headers: async () => ({ authorization: `Bearer token-${token}`, 'chatgpt-account-id': 'acct-1' }),
    async onUnauthorized(refused, reason) {
      told.push([refused.authorization, reason]);
      token += 1;
      return token <= times;
    },
  };
  return { authorizer, told };
}

const never = () => new Promise<void>(() => {});
const failureOf = (got: ReturnType<BackendGet>) =>
  got.then(
    () => undefined,
    (error: unknown) => error,
  );
const refused: Reply = { status: 401, body: '{"error":{"code":"token_expired","message":"No."}}' };

describe('a GET of the backend', () => {
  it('sends exactly these headers and gives what came', async () => {
    const { get, url, seen } = await setUp([{ headers: { ETag: '"1"', 'set-cookie': 'secret=1' }, body: '{"a":1}' }]);
    const answer = await get(url);
    expect(answer).toMatchObject({ status: 200, body: '{"a":1}', accountId: 'account-1', headers: { etag: '"1"' } });
    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect(seen).toHaveLength(1);
    const { host: _host, connection: _connection, ...headers } = seen[0]?.headers ?? {};
    expect(seen[0]?.path).toBe('/models?client_version=1');
    expect(headers).toEqual({
      authorization: 'Bearer none',
      'chatgpt-account-id': 'account-1',
      originator: 'test',
      version: '1.2.3',
      accept: 'application/json',
      'user-agent': `ai-sdk-codex/${VERSION}`,
      // What Node's fetch sends with everything.
      'accept-encoding': expect.any(String),
      'accept-language': '*',
      'sec-fetch-mode': 'cors',
    });
  });

  it('takes the headers of the provider, but for those of the login', async () => {
    const headers = { 'X-Team': 'tides', Authorization: 'Bearer theirs', 'user-agent': 'my-app/1', version: undefined };
    const { get, url, seen } = await setUp([{}], { headers });
    await get(url, { headers: { 'if-none-match': '"1"' } });
    expect(seen[0]?.headers).toMatchObject({
      'x-team': 'tides',
      authorization: 'Bearer none',
      'user-agent': `ai-sdk-codex/${VERSION} my-app/1`,
      'if-none-match': '"1"',
    });
    expect(seen[0]?.headers).not.toHaveProperty('version');
  });

  it('gives a 304 to whom it may come, and to nobody else', async () => {
    const { get, url } = await setUp([{ status: 304 }, { status: 304 }]);
    expect(await get(url, { headers: { 'if-none-match': '"1"' } })).toMatchObject({ status: 304, body: '' });
    expect(await failureOf(get(url))).toMatchObject({ statusCode: 304 });
  });
});

describe('a GET that the backend refuses', () => {
  it.each<[string, Reply, object]>([
    ['an overload', { status: 503, body: '{"error":{"code":"server_is_overloaded"}}' }, { isRetryable: true }],
    ['a workspace', { status: 402, body: '{"detail":{"code":"deactivated_workspace"}}' }, { isRetryable: false }],
    ['a redirect, not followed', { status: 302, headers: { location: 'https://evil.test/' } }, { code: 'redirected' }],
  ])('fails as a call does: %s', async (_name, reply, shape) => {
    const { get, url, seen } = await setUp([reply]);
    const error = await failureOf(get(url));
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: reply.status, accountId: 'account-1', url, ...shape });
    expect(seen).toHaveLength(1);
  });

  it('is sent once more with a renewed login', async () => {
    const { authorizer, told } = renewable(1);
    const { get, url, seen } = await setUp([refused, { body: 'fine' }], { authorizer });
    expect(await get(url)).toMatchObject({ body: 'fine' });
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-0', 'Bearer token-1']);
    expect(told).toEqual([['Bearer token-0', { code: 'token_expired' }]]);
  });

  it.each([
    ['that cannot be renewed', 0, 1, 'relogin_required'],
    ['that is refused again', 9, 2, 'refresh_failed'],
  ])('is an error of a login %s', async (_name, times, sent, code) => {
    const { authorizer } = renewable(times);
    const { get, url, seen } = await setUp([refused, refused, { body: 'never sent' }], { authorizer });
    const error = await failureOf(get(url));
    expect(CodexAuthError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code, cause: { statusCode: 401 } });
    expect(seen).toHaveLength(sent);
  });

  it('renews nothing for a token of another service', async () => {
    const { authorizer, told } = renewable(9);
    const body = '{"error":{"message":"Missing scopes: api.responses.write","code":null}}';
    const { get, url, seen } = await setUp([{ status: 401, body }], { authorizer });
    expect(await failureOf(get(url))).toMatchObject({ name: 'CodexAuthError', code: 'invalid_credential' });
    expect([told, seen.length]).toEqual([[], 1]);
  });

  it('fails with what the login fails with', async () => {
    const missing = new CodexAuthError({ code: 'not_logged_in', message: 'Nobody is logged in.' });
    const authorizer = { headers: () => Promise.reject(missing), onUnauthorized: async () => false };
    const { get, url, seen } = await setUp([], { authorizer });
    expect(await failureOf(get(url))).toBe(missing);
    expect(seen).toEqual([]);
  });
});

describe('a GET that does not come to an end', () => {
  it('takes as much as it is told to, and says when that was more', async () => {
    const body = 'x'.repeat(11);
    const { get, url } = await setUp([{ body }, { body }]);
    expect((await get(url, { maxBytes: 11 })).body).toBe(body);
    const error = await failureOf(get(url, { maxBytes: 10 }));
    expect((error as Error).message).toContain('answer is longer than 10 bytes');
    expect((error as Error).message).not.toMatch(/connection .*failed/);
  });

  it.each<[string, Reply]>([
    ['a connection that drops', { drops: true }],
    ['an answer of more than 1 MiB', { body: 'x'.repeat(1024 * 1024 + 1) }],
  ])('may be tried again: %s', async (_name, reply) => {
    const { get, url, seen } = await setUp([reply]);
    const error = await failureOf(get(url));
    expect(CodexStreamError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'network', isRetryable: true });
    expect(seen).toHaveLength(1);
  });

  it.each([
    [undefined, 10_000],
    [5_000, 5_000],
  ])('is given up after %s ms', async (timeoutMs, limit) => {
    const waited: number[] = [];
    let pass = () => {};
    const sleep: Runtime['sleep'] = (ms) => {
      waited.push(ms);
      return new Promise((resolve) => {
        pass = resolve;
      });
    };
    const answering: Runtime['fetch'] = async (input, init) => {
      const answer = await fetch(input, init);
      queueMicrotask(pass);
      return answer;
    };
    const { get, url } = await setUp([{ stalls: true }], {}, { sleep, fetch: answering });
    const error = await failureOf(get(url, timeoutMs === undefined ? {} : { timeoutMs }));
    expect(waited).toEqual([limit]);
    expect(error).toMatchObject({ code: 'connect_timeout', message: expect.stringContaining(`${limit} ms`) });
  });

  it('can be left, before it is sent and while it is answered', async () => {
    const reason = new Error('no longer wanted');
    const end = new AbortController();
    const leaving: Runtime['fetch'] = async (input, init) => {
      const answer = await fetch(input, init);
      queueMicrotask(() => end.abort(reason));
      return answer;
    };
    const { get, url, seen } = await setUp([{ stalls: true }], {}, { sleep: never, fetch: leaving });
    expect(await failureOf(get(url, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(seen).toEqual([]);
    expect(await failureOf(get(url, { signal: end.signal }))).toBe(reason);
    expect(seen).toHaveLength(1);
  });

  it('does not count the time in which the login is renewed', async () => {
    let renew: (headers: Record<string, string>) => void = () => {};
    const renewed = new Promise<Record<string, string>>((resolve) => {
      renew = resolve;
    });
    const authorizer = { headers: () => renewed, onUnauthorized: async () => false };
    const limits: number[] = [];
    const sleep = (ms: number) => {
      limits.push(ms);
      return new Promise<never>(() => {});
    };
    const { get, url } = await setUp([{}], { authorizer }, { sleep });
    const running = get(url);
    await new Promise(setImmediate);
    expect(limits).toEqual([]);
    renew({ authorization: 'Bearer renewed' });
    expect(await running).toMatchObject({ status: 200 });
    expect(limits).toEqual([10_000]);
  });
});

it('is recorded without its token', async () => {
  const records: [string, unknown][] = [];
  const logger = { debug: (...record: [string, unknown?]) => void records.push([record[0], record[1]]), warn() {} };
  const { get, url } = await setUp([{ headers: { 'x-request-id': 'req_1', 'cf-ray': 'ray-1' } }, { drops: true }], {
    logger,
  });
  await get(url);
  await failureOf(get(url));
  const ms = expect.any(Number);
  const request = {
    method: 'GET',
    url: url.split('?')[0],
    headers: expect.objectContaining({ accept: expect.any(String) }),
  };
  expect(records).toEqual([
    ['[HTTP] request', request],
    ['[HTTP] answer', { status: 200, ms, bytes: expect.any(Number), requestId: 'req_1', cfRay: 'ray-1' }],
    ['[HTTP] request', request],
    ['[HTTP] failure', { code: 'network', ms, bytes: 0 }],
  ]);
  expect(JSON.stringify(records)).not.toContain('Bearer');
});
