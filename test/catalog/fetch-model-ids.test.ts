import { expect, it } from 'vitest';
import { fetchModelIds } from '../../src/catalog/fetch-model-ids';
import { createRuntime, type Runtime } from '../../src/shared/runtime';

const REQUEST = {
  baseURL: 'https://backend.test/codex/',
  authorization: { authorization: 'Bearer token', 'chatgpt-account-id': 'account' },
  originator: 'my-app',
  clientVersion: '0.155.0',
};
const never: Runtime['sleep'] = () => new Promise(() => {});
const answering = (answer: () => Response | Promise<Response>, sleep = never) => {
  const requests: { url: string; init: RequestInit }[] = [];
  const fetch: Runtime['fetch'] = async (url, init = {}) => {
    requests.push({ url: String(url), init });
    return answer();
  };
  return { requests, runtime: createRuntime({ fetch, sleep }) };
};

it('asks once, with the headers of every request, and passes over entries that are none', async () => {
  const models = [
    { slug: 'a', visibility: 'list' },
    { slug: 'b' },
    { slug: 'c', visibility: 'hide' },
    { slug: 7 },
    null,
  ];
  const { requests, runtime } = answering(() => Response.json({ models }));
  expect(await fetchModelIds(REQUEST, runtime)).toEqual([
    { id: 'a', isListed: true },
    { id: 'b', isListed: true },
    { id: 'c', isListed: false },
  ]);
  expect(requests.map(({ url }) => url)).toEqual(['https://backend.test/codex/models?client_version=0.155.0']);
  expect(requests[0]?.init).toMatchObject({
    redirect: 'manual',
    headers: {
      authorization: 'Bearer token',
      'chatgpt-account-id': 'account',
      originator: 'my-app',
      version: '0.155.0',
      accept: 'application/json',
      'user-agent': expect.stringMatching(/^ai-sdk-codex\//),
    },
  });
});

it.each<[string, () => Response | Promise<Response>]>([
  ['the backend answered 302', () => new Response(null, { status: 302, headers: { location: 'https://evil.test/' } })],
  ['the backend answered 401', () => Response.json({ detail: 'Bearer token' }, { status: 401 })],
  ['the backend sent no list of models', () => Response.json({ models: 'none' })],
  ['the backend sent no list of models', () => new Response('<html>')],
  ['the backend could not be reached', () => Promise.reject(new TypeError('fetch failed: Bearer token'))],
])('says in a clause what went wrong: %s', async (message, answer) => {
  const { requests, runtime } = answering(answer);
  await expect(fetchModelIds(REQUEST, runtime)).rejects.toThrow(new Error(message));
  expect(requests).toHaveLength(1);
});

it('waits for 5 s, then lets go of the request', async () => {
  const waited: number[] = [];
  const sleep: Runtime['sleep'] = async (ms) => void waited.push(ms);
  const { requests, runtime } = answering(() => new Promise(() => {}), sleep);
  const message = 'the backend gave no complete answer within 5 s';
  await expect(fetchModelIds(REQUEST, runtime)).rejects.toThrow(new Error(message));
  expect([waited, requests[0]?.init.signal?.aborted]).toEqual([[5_000], true]);
});

it('rejects with the reason of an abort, before and during the request', async () => {
  const reason = new Error('no longer wanted');
  const { requests, runtime } = answering(() => new Promise(() => {}));
  await expect(fetchModelIds({ ...REQUEST, signal: AbortSignal.abort(reason) }, runtime)).rejects.toBe(reason);
  expect(requests).toEqual([]);
  const end = new AbortController();
  const asked = fetchModelIds({ ...REQUEST, signal: end.signal }, runtime);
  end.abort(reason);
  await expect(asked).rejects.toBe(reason);
  expect(requests[0]?.init.signal?.aborted).toBe(true);
});

it('lets go of an answer that is longer than 1 MiB', async () => {
  let sent = 0;
  let isCancelled = false;
  const body = () =>
    new ReadableStream({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(32));
      },
      cancel() {
        isCancelled = true;
      },
    });
  const { runtime } = answering(() => new Response(body()));
  const message = 'the answer of the backend broke off, or is longer than 1 MiB';
  await expect(fetchModelIds(REQUEST, runtime)).rejects.toThrow(new Error(message));
  expect(isCancelled).toBe(true);
  expect(sent).toBeLessThan(2 * 1024 * 1024);
  sent = 0;
  const refusing = answering(() => new Response(body(), { status: 500 }));
  await expect(fetchModelIds(REQUEST, refusing.runtime)).rejects.toThrow(new Error('the backend answered 500'));
  expect(sent).toBeLessThan(2 * 65_536 + 1);
});
