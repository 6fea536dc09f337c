import { describe, expect, onTestFinished, test } from 'vitest';
import { type CallbackServerOptions, openCallbackServer } from '../../../src/auth/node/callback-server';
import { silentLogger } from '../../../src/shared/logger';
import { createRuntime } from '../../../src/shared/runtime';
import { ADDRESSES, ask, HAS_IPV6, openSocket, parseReply, readAll, sendRaw } from './raw-request';

const STATE = 'kJ8s-W_state0123456789012345678901234567890';
const OTHER = 'kJ8s-W_state012345678901234567890123456789X';
const RIGHT = `/auth/callback?code=code-1&state=${STATE}`;
const WRONG = `/auth/callback?code=code-2&state=${OTHER}`;

async function listen(options: Partial<CallbackServerOptions> = {}) {
  const signal = new AbortController().signal;
  const common = { ports: [0], state: STATE, runtime: createRuntime(), logger: silentLogger, signal };
  const server = await openCallbackServer({ ...common, ...options });
  if (!server) throw new Error('no port');
  onTestFinished(() => server.close());
  return server;
}

type Server = Awaited<ReturnType<typeof listen>>;

/** That a login is still waiting: it has no answer, and takes the right one. */
async function expectWaiting(server: Server) {
  expect(server.isAnswered).toBe(false);
  const page = ask(server.port, RIGHT);
  expect(await server.answer).toEqual({ kind: 'code', code: 'code-1' });
  await server.finish('success');
  expect((await page).status).toBe(200);
}

describe('where it listens', () => {
  test.runIf(HAS_IPV6)('on 127.0.0.1 and on ::1, at one port', async () => {
    const server = await listen();
    for (const address of ['127.0.0.1', '::1']) {
      expect((await ask(server.port, '/', { address })).status).toBe(404);
    }
  });

  test('on no other address of this machine', async () => {
    const server = await listen();
    const others = ADDRESSES.filter(({ internal, scopeid }) => !internal && !scopeid).map(({ address }) => address);
    // Linux routes all of 127.0.0.0/8 to this machine, so there is always one to try.
    const addresses = [...(process.platform === 'linux' ? ['127.0.0.2'] : []), ...others];
    for (const address of addresses) {
      await expect(openSocket(server.port, address)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }
  });
});

describe('the state', () => {
  test.each([
    ['a wrong state', WRONG],
    ['a wrong state with an error', `/auth/callback?error=access_denied&state=${OTHER}`],
    ['no state', '/auth/callback?code=code-2'],
    ['no state, and an error', '/auth/callback?error=access_denied'],
    ['the state twice', `${RIGHT}&state=${STATE}`],
    ['the state and another', `${RIGHT}&state=${OTHER}`],
    ['nothing at all', '/auth/callback'],
  ])('%s gets a page that reveals nothing, and the wait goes on', async (_name, target) => {
    const server = await listen();
    const { status, body } = await ask(server.port, target);
    expect(status).toBe(400);
    expect(body).toContain('This is the answer to another login.');
    expect(body).not.toMatch(/code-|kJ8s|access_denied/);
    await expectWaiting(server);
  });

  test('a thousand guesses change nothing', async () => {
    const server = await listen();
    for (let round = 0; round < 20; round++) {
      const guesses = Array.from(
        { length: 50 },
        (_, at) => `/auth/callback?code=x&state=${STATE.slice(0, at % 43)}x${round}`,
      );
      const replies = await Promise.all(guesses.map((target) => ask(server.port, target)));
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([400]));
    }
    await expectWaiting(server);
  });

  test('the first valid callback wins; one that races it and a replay get a neutral page', async () => {
    const server = await listen();
    const first = ask(server.port, RIGHT);
    await server.answer;
    const second = await ask(server.port, `/auth/callback?code=code-2&state=${STATE}`);
    const replay = await ask(server.port, RIGHT);
    const error = await ask(server.port, `/auth/callback?error=access_denied&state=${STATE}`);
    for (const { status, body } of [second, replay, error]) {
      expect(status).toBe(200);
      expect(body).toContain('has been answered already');
    }
    await server.finish('success');
    expect((await first).body).toContain('You are logged in.');
    expect(await server.answer).toEqual({ kind: 'code', code: 'code-1' });
  });

  test('two callbacks at the very same time: exactly one is taken', async () => {
    const server = await listen();
    const replies = ['a', 'b'].map((code) => ask(server.port, `/auth/callback?code=${code}&state=${STATE}`));
    const loser = await Promise.race(replies); // the other one waits for the outcome
    expect(loser.body).toContain('has been answered already');
    await server.finish('success');
    const titles = (await Promise.all(replies)).map(({ body }) => /<h1>(.*)<\/h1>/.exec(body)?.[1]);
    expect(titles.sort()).toEqual(['This login has been answered already.', 'You are logged in.']);
  });
});

describe('the host', () => {
  test.each([
    ['a web page that points to this machine', (port: number) => `evil.example:${port}`],
    ['a name that begins like ours', (port: number) => `localhost.evil.example:${port}`],
    ['a name with a user', (port: number) => `localhost@evil.example:${port}`],
    ['the address of all interfaces', (port: number) => `0.0.0.0:${port}`],
    ['another port', (port: number) => `localhost:${port + 1}`],
    ['no port', () => 'localhost'],
    ['an empty host', () => ''],
    ['no host', () => null],
  ])('%s is refused, and the wait goes on', async (_name, host) => {
    const server = await listen();
    const { status, body } = await ask(server.port, RIGHT, { host: host(server.port) });
    expect(status).toBe(421);
    expect(body).not.toContain('code-1');
    await expectWaiting(server);
  });

  test('two hosts are refused, whichever is right', async () => {
    const server = await listen();
    const headers = { Host: `localhost:${server.port}` };
    expect((await ask(server.port, RIGHT, { host: 'evil.example', headers })).status).toBe(421);
    const right = { host: `localhost:${server.port}`, headers: { Host: 'evil.example' } };
    expect((await ask(server.port, RIGHT, right)).status).toBe(421);
    await expectWaiting(server);
  });

  test.each([
    ['localhost', '127.0.0.1'],
    ['LOCALHOST', HAS_IPV6 ? '::1' : '127.0.0.1'],
    ['127.0.0.1', '127.0.0.1'],
    ['[::1]', HAS_IPV6 ? '::1' : '127.0.0.1'],
  ])('%s is ours', async (name, address) => {
    const server = await listen();
    const page = ask(server.port, RIGHT, { host: `${name}:${server.port}`, address });
    expect(await server.answer).toEqual({ kind: 'code', code: 'code-1' });
    await server.finish('success');
    expect((await page).status).toBe(200);
  });
});

describe('the request', () => {
  test.each(['POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is not allowed', async (method) => {
    const server = await listen();
    const { status, headers } = await ask(server.port, RIGHT, { method });
    expect(status).toBe(405);
    expect(headers.allow).toBe('GET');
    await expectWaiting(server);
  });

  test.each([
    ['the root', '/'],
    ['an icon', '/favicon.ico'],
    ['the page of another program', `/success?id_token=x&state=${STATE}`],
    ['a longer path', `/auth/callback/?code=code-1&state=${STATE}`],
    ['a path that would be the right one', `/x/../auth/callback?code=code-1&state=${STATE}`],
    ['a path with other letters', `/Auth/Callback?code=code-1&state=${STATE}`],
    ['an encoded path', `/auth%2Fcallback?code=code-1&state=${STATE}`],
    ['a whole address', `http://evil.example/auth/callback?code=code-1&state=${STATE}`],
    ['the path of a proxy', `//evil.example/auth/callback?code=code-1&state=${STATE}`],
  ])('%s is not there', async (_name, target) => {
    const server = await listen();
    expect((await ask(server.port, target)).status).toBe(404);
    await expectWaiting(server);
  });

  test.each([
    ['with a length', { 'Content-Length': '5' }],
    ['with an absurd length', { 'Content-Length': '99999999999' }],
    ['in chunks', { 'Transfer-Encoding': 'chunked' }],
    ['that waits for a go-ahead', { 'Content-Length': '5', Expect: '100-continue' }],
  ])('a body %s is refused before it comes', async (_name, headers) => {
    const server = await listen();
    const reply = await ask(server.port, RIGHT, { headers });
    expect(reply.status).toBe(413);
    expect(reply.headers.connection).toBe('close');
    await expectWaiting(server);
  });

  test('a length and chunks at once, the tool of request smuggling, are no request', async () => {
    const server = await listen();
    const headers = { 'Content-Length': '4', 'Transfer-Encoding': 'chunked' };
    expect((await ask(server.port, RIGHT, { headers })).status).toBe(400);
    await expectWaiting(server);
  });

  test('a second request in the same breath is not answered', async () => {
    const server = await listen();
    const host = `Host: localhost:${server.port}\r\n\r\n`;
    const answer = await sendRaw(server.port, `GET / HTTP/1.1\r\n${host}GET /favicon.ico HTTP/1.1\r\n${host}`);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    await expectWaiting(server);
  });

  test('a target of more than 8 KiB is too long', async () => {
    const server = await listen();
    expect((await ask(server.port, `${RIGHT}&scope=${'x'.repeat(8_300)}`)).status).toBe(414);
    await expectWaiting(server);
  });

  test.each([
    ['a target', (port: number) => `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`],
    ['headers', (port: number) => `GET / HTTP/1.1\r\nHost: localhost:${port}\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
  ])('%s of more than 16 KiB is not read to its end', async (_name, request) => {
    const server = await listen();
    const { status, headers } = parseReply(await sendRaw(server.port, request(server.port)));
    expect(status).toBe(431);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    await expectWaiting(server);
  });

  test.each([
    ['no HTTP', 'HELLO\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc'],
    ['a line break in a header', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\nc\r\n\r\n'],
  ])('%s is answered with a page and ends nothing', async (_name, bytes) => {
    const server = await listen();
    expect(parseReply(await sendRaw(server.port, bytes)).status).toBe(400);
    await expectWaiting(server);
  });

  test('line breaks in a parameter reach no header', async () => {
    const server = await listen();
    const injected = '%0d%0aSet-Cookie:%20x=1%0d%0a%0d%0a<script>';
    const target = `/auth/callback?code=${injected}&state=${OTHER}${injected}&error=${injected}`;
    const { headers, body } = await ask(server.port, target);
    expect(headers['set-cookie']).toBeUndefined();
    expect(body).not.toContain('<script');
    await expectWaiting(server);
  });
});

test.each([
  ['the page of a refusal', '/auth/callback?error=access_denied', 400],
  ['a page that is not there', '/', 404],
  ['a request that is refused', '/cancel', 403],
])('%s has every header of safety', async (_name, target, status) => {
  const server = await listen();
  const reply = await ask(server.port, target, { headers: { 'Sec-Fetch-Site': 'cross-site' } });
  expect(reply.status).toBe(status);
  expectSafe(reply.headers);
});

function expectSafe(headers: Record<string, string>) {
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    connection: 'close',
  });
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
  );
  expect(headers).not.toHaveProperty('location');
  expect(headers).not.toHaveProperty('access-control-allow-origin');
}

describe('what the issuer says', () => {
  const INJECTION = `<script>alert(1)</script><img src=x onerror=alert(1)>"'&`;

  test('HTML in its words is in no page', async () => {
    const server = await listen();
    const query = new URLSearchParams({
      error: INJECTION,
      error_description: INJECTION,
      error_uri: INJECTION,
      state: STATE,
    });
    const page = ask(server.port, `/auth/callback?${query}`);
    expect(await server.answer).toMatchObject({ kind: 'refused', why: 'failed', error: { code: 'login_failed' } });
    await server.finish('failed');
    const { status, headers, body } = await page;
    expect(status).toBe(200);
    expectSafe(headers);
    expect(body).toContain('The login did not succeed.');
    expect(body).not.toMatch(/alert|onerror|<script|<img/);
    expect(body).not.toContain(STATE);
  });

  test('a refusal ends the wait', async () => {
    const server = await listen();
    void ask(server.port, `/auth/callback?error=access_denied&error_description=No&state=${STATE}`);
    expect(await server.answer).toMatchObject({ kind: 'refused', why: 'denied', error: { code: 'access_denied' } });
  });
});

describe('/cancel', () => {
  test('a program that asks for the port ends the login, as with the official CLI', async () => {
    const server = await listen();
    const reply = ask(server.port, '/cancel', { host: `127.0.0.1:${server.port}` });
    expect(await server.answer).toEqual({ kind: 'cancelled' });
    await server.finish('cancelled');
    expect(await reply).toMatchObject({
      status: 200,
      body: expect.stringContaining('Another login has taken its place.'),
    });
  });

  test.each([
    ['a program that takes anything', { Accept: '*/*', 'User-Agent': 'curl/8' }],
    ['a person who types the address', { Accept: 'text/html,*/*', 'Sec-Fetch-Site': 'none' }],
  ])('%s may end it, too', async (_name, headers) => {
    const server = await listen();
    const reply = ask(server.port, '/cancel', { headers });
    expect(await server.answer).toEqual({ kind: 'cancelled' });
    await server.finish('cancelled');
    expect((await reply).status).toBe(200);
  });

  test.each([
    ['a fetch of a page', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }],
    ['a link of a page', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' }],
    ['a page of another port of this machine', { 'Sec-Fetch-Site': 'same-site' }],
    ['a page with an origin', { Origin: 'https://evil.example' }],
    ['a page without one', { Origin: 'null' }],
    ['a page, in a browser that says little', { Referer: 'https://evil.example/' }],
    ['an image, in a browser that says less', { Accept: 'image/avif,image/webp,*/*;q=0.8' }],
    ['a link or a frame, in such a browser', { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }],
  ])('%s cannot end it', async (_name, headers) => {
    const server = await listen();
    expect((await ask(server.port, '/cancel', { headers })).status).toBe(403);
    await expectWaiting(server);
  });

  test.each([
    ['of another host', '/cancel', { host: 'evil.example' }, 421],
    ['by POST', '/cancel', { method: 'POST' }, 405],
    ['at another path', '/cancel/', {}, 404],
  ])('%s it ends nothing', async (_name, target, request, status) => {
    const server = await listen();
    expect((await ask(server.port, target, request)).status).toBe(status);
    await expectWaiting(server);
  });

  test('after the callback it is too late, and the login goes on', async () => {
    const server = await listen();
    const page = ask(server.port, RIGHT);
    await server.answer;
    expect((await ask(server.port, '/cancel')).status).toBe(200);
    await server.finish('success');
    expect((await page).body).toContain('You are logged in.');
  });
});

describe('connections', () => {
  test('one that says nothing, and one that never comes to an end, are closed after their time', async () => {
    const server = await listen({ socketTimeoutMs: 300 });
    const silent = await openSocket(server.port);
    const slow = await openSocket(server.port);
    const answers = [readAll(silent), readAll(slow)];
    slow.write('GET /auth/callback HTTP/1.1\r\n');
    const drip = setInterval(() => slow.write('X: y\r\n'), 50);
    onTestFinished(() => clearInterval(drip));
    expect(await answers[0]).toBe('');
    expect(parseReply((await answers[1]) ?? '').status).toBe(408);
    await expectWaiting(server);
  });

  test('many of them do not keep the browser out', async () => {
    const server = await listen();
    const sockets = await Promise.all(Array.from({ length: 200 }, () => openSocket(server.port)));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    await expectWaiting(server);
  });

  test('many of them do not push out the browser that waits for its page', async () => {
    const server = await listen();
    const page = ask(server.port, RIGHT);
    await server.answer;
    const sockets = await Promise.all(Array.from({ length: 200 }, () => openSocket(server.port)));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    expect((await ask(server.port, '/')).status).toBe(404); // by now all of them have come in
    await server.finish('success');
    expect((await page).body).toContain('You are logged in.');
  });

  test('those that a browser opened ahead of time do not delay the end', async () => {
    const server = await listen();
    const ahead = await openSocket(server.port);
    const closed = readAll(ahead);
    await server.close();
    expect(await closed).toBe('');
    await expect(openSocket(server.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('a browser that leaves before the outcome is known does not matter', async () => {
    const server = await listen();
    const browser = await openSocket(server.port);
    browser.write(`GET ${RIGHT} HTTP/1.1\r\nHost: localhost:${server.port}\r\n\r\n`);
    await server.answer;
    browser.resetAndDestroy();
    await server.finish('success');
    await expect(openSocket(server.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('a browser that waits for its page is not closed for being silent', async () => {
    const server = await listen({ socketTimeoutMs: 100 });
    const page = ask(server.port, RIGHT);
    await server.answer;
    const silent = await openSocket(server.port);
    await readAll(silent); // the limit has passed for one that came later
    await server.finish('success');
    expect((await page).body).toContain('You are logged in.');
  });
});
