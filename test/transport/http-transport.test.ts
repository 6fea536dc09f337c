import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { RequestBody } from '../../src/codec/request/request-body';
import type { ResponseEvent } from '../../src/codec/response/response-event';
import { HttpFailure, TransportError } from '../../src/shared/request-errors';
import { createRuntime, type Runtime } from '../../src/shared/runtime';
import { createHttpTransport } from '../../src/transport/http-transport';
import { type Exchange, resolveTimeouts, type Timeouts } from '../../src/transport/transport';
import { answer, deferred, frame, startServer, type TestServer } from '../support/sse-server';

const body = { model: 'm', input: [] } as unknown as RequestBody;
const servers: TestServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(handle: Parameters<typeof startServer>[0]): Promise<string> {
  const server = await startServer(handle);
  servers.push(server);
  return server.url;
}

function send(
  baseURL: string,
  options: { timeouts?: Partial<Timeouts>; signal?: AbortSignal; runtime?: Partial<Runtime> } = {},
): Promise<Exchange> {
  const transport = createHttpTransport(createRuntime(options.runtime), resolveTimeouts(options.timeouts));
  return transport.send({ baseURL, headers: { 'x-test': 'yes' }, body, signal: options.signal });
}

async function readAll(exchange: Exchange): Promise<ResponseEvent[]> {
  const events: ResponseEvent[] = [];
  const sink = { event: (event: ResponseEvent) => events.push(event), invalid: () => {} };
  while (await exchange.pull(sink));
  return events;
}

describe('the HTTP transport', () => {
  it('posts the body and gives headers and events', async () => {
    let seen: unknown;
    const url = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      seen = { method: request.method, url: request.url, test: request.headers['x-test'], body: JSON.parse(text) };
      response.writeHead(200, { 'X-Request-Id': 'r1' });
      response.end(answer('hi').map(frame).join(''));
    });
    const exchange = await send(url);
    expect(exchange.headers['x-request-id']).toBe('r1');
    expect(await readAll(exchange)).toEqual(answer('hi'));
    expect(seen).toEqual({ method: 'POST', url: '/responses', test: 'yes', body });
  });

  it('waits for the first event through others that say only that the connection lives', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200).write('data: {"type":"keepalive"}\n\n');
    });
    const exchange = await send(url, { timeouts: { firstEventMs: 60 } });
    await expect(readAll(exchange)).rejects.toMatchObject({ code: 'first_event_timeout' });
  });

  it('has no answer where the status is that of an error', async () => {
    const fetch = async () => Response.error();
    await expect(send('http://127.0.0.1:9', { runtime: { fetch } })).rejects.toMatchObject({ code: 'network' });
  });

  it('keeps cookies to itself, and a body that is no JSON is not the fault of the network', async () => {
    const url = await serve((_request, response) => response.writeHead(200, { 'Set-Cookie': 'a=b', 'X-A': '1' }).end());
    const { headers } = await send(url);
    expect(headers).toMatchObject({ 'x-a': '1' });
    expect(headers).not.toHaveProperty('set-cookie');
    const circle: { input?: unknown } = {};
    circle.input = circle;
    const transport = createHttpTransport(createRuntime(), resolveTimeouts());
    const sent = transport.send({ baseURL: url, headers: {}, body: circle as RequestBody, signal: undefined });
    await expect(sent).rejects.toBeInstanceOf(TypeError);
  });

  it('rejects for any other status, with the beginning of the body', async () => {
    const url = await serve((_request, response) =>
      response.writeHead(503, { 'Retry-After': '2' }).end('x'.repeat(99_999)),
    );
    const failure = await send(url).catch((error) => error);
    expect(HttpFailure.isInstance(failure)).toBe(true);
    expect(failure).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect(failure.body).toHaveLength(64 * 1024);
    expect(JSON.stringify(failure)).not.toContain('xxx');
  });

  it('does not follow a redirect', async () => {
    let strangers = 0;
    const stranger = await serve((_request, response) => {
      strangers += 1;
      response.end();
    });
    const url = await serve((_request, response) => response.writeHead(307, { location: stranger }).end());
    await expect(send(url)).rejects.toMatchObject({ name: 'HttpFailure', status: 307 });
    expect(strangers).toBe(0);
  });

  it('tells a refused connection from one that broke', async () => {
    const url = await serve((request) => request.socket.destroy());
    await expect(send(url)).rejects.toMatchObject({ name: 'TransportError', code: 'network' });
    await servers.pop()?.close();
    await expect(send(url)).rejects.toMatchObject({ name: 'TransportError', code: 'connection_refused' });
  });

  it('reports a connection that breaks in the middle', async () => {
    const url = await serve((_request, response) => {
      response.write(frame({ type: 'response.created' }));
      setImmediate(() => response.destroy());
    });
    const exchange = await send(url);
    const failure = await readAll(exchange).catch((error) => error);
    expect(TransportError.isInstance(failure)).toBe(true);
    expect(failure.code).toBe('network');
  });
});

describe('an abort', () => {
  it('passes the reason on untouched, before the answer and within it, and closes the socket', async () => {
    for (const begun of [false, true]) {
      const closed = deferred();
      const arrived = deferred();
      const url = await serve((request, response) => {
        request.socket.once('close', () => closed.resolve());
        if (begun) response.write(frame({ type: 'response.created' }));
        arrived.resolve();
      });
      const controller = new AbortController();
      const reason = new Error('enough');
      const running = send(url, { signal: controller.signal }).then(readAll);
      await arrived.promise;
      if (begun) await pause(20);
      controller.abort(reason);
      await expect(running).rejects.toBe(reason);
      await closed.promise;
    }
  });

  it('that came before sends nothing', async () => {
    let requests = 0;
    const url = await serve(() => {
      requests += 1;
    });
    await expect(send(url, { signal: AbortSignal.abort('no') })).rejects.toBe('no');
    // One that ignores signals is not asked at all.
    const fetch = async () => {
      requests += 1;
      return new Response('');
    };
    await expect(send(url, { signal: AbortSignal.abort('no'), runtime: { fetch } })).rejects.toBe('no');
    expect(requests).toBe(0);
  });
});

describe('a body that ignores signals', () => {
  const stalling = () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));

  it('is left by an abort and by a time limit all the same', async () => {
    const fetch = async () => stalling();
    const controller = new AbortController();
    const exchange = await send('http://127.0.0.1:9', { signal: controller.signal, runtime: { fetch } });
    const reading = readAll(exchange);
    controller.abort('enough');
    await expect(reading).rejects.toBe('enough');
    const slow = await send('http://127.0.0.1:9', { timeouts: { idleMs: 20 }, runtime: { fetch } });
    await expect(readAll(slow)).rejects.toMatchObject({ code: 'idle_timeout' });
  });

  it('does not hold up a fetch that never settles either', async () => {
    const fetch = () => new Promise<Response>(() => {});
    const sent = send('http://127.0.0.1:9', { timeouts: { firstEventMs: 20 }, runtime: { fetch } });
    await expect(sent).rejects.toMatchObject({ code: 'first_event_timeout' });
  });

  it('of an error gives way to the caller, and to a time limit', async () => {
    const url = await serve((_request, response) => response.writeHead(503).write('half a sent'));
    const sent = send(url, { signal: AbortSignal.timeout(40) });
    await expect(sent).rejects.toMatchObject({ name: 'TimeoutError' });
    const failure = await send(url, { timeouts: { firstEventMs: 0, idleMs: 40 } }).catch((error) => error);
    expect(failure).toMatchObject({ status: 503, body: 'half a sent' });
  });
});

it('many calls on one signal draw no warning of too many listeners', async () => {
  const warnings: string[] = [];
  const listen = (warning: Error) => warnings.push(warning.name);
  process.on('warning', listen);
  const url = await serve((_request, response) => response.end(answer('hi').map(frame).join('')));
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 20 }, () => send(url, { signal }).then(readAll)));
  await pause(10);
  process.off('warning', listen);
  expect(warnings).toEqual([]);
});

it('a reader that throws is not the fault of the connection', async () => {
  const closed = deferred();
  const url = await serve((request, response) => {
    request.socket.once('close', () => closed.resolve());
    response.write(frame({ type: 'x' }));
  });
  const exchange = await send(url);
  const bug = new Error('bug');
  const sink = {
    event() {
      throw bug;
    },
    invalid: () => {},
  };
  await expect(exchange.pull(sink)).rejects.toBe(bug);
  await closed.promise;
});

describe('time limits', () => {
  it('ends a request that gets no answer', async () => {
    const url = await serve(() => {});
    await expect(send(url, { timeouts: { firstEventMs: 30 } })).rejects.toMatchObject({ code: 'first_event_timeout' });
    await expect(send(url, { timeouts: { connectMs: 30 } })).rejects.toMatchObject({ code: 'connect_timeout' });
  });

  it('do not count an answer that began as one that never came', async () => {
    const url = await serve((_request, response) => response.flushHeaders());
    const exchange = await send(url, { timeouts: { connectMs: 40, firstEventMs: 80 } });
    await expect(readAll(exchange)).rejects.toMatchObject({ code: 'first_event_timeout' });
  });

  it('counts events, not comments, up to the first one', async () => {
    const url = await serve((_request, response) => {
      const timer = setInterval(() => response.write(': still here\n\n'), 5);
      response.once('close', () => clearInterval(timer));
    });
    const exchange = await send(url, { timeouts: { firstEventMs: 60 } });
    await expect(readAll(exchange)).rejects.toMatchObject({ code: 'first_event_timeout' });
  });

  it('counts any byte afterwards', async () => {
    const url = await serve(async (_request, response) => {
      response.write(frame({ type: 'response.created' }));
      for (let count = 0; count < 10; count++) {
        await pause(20);
        response.write(': still here\n\n');
      }
      response.end(frame({ type: 'last' }));
    });
    const exchange = await send(url, { timeouts: { firstEventMs: 100, idleMs: 150 } });
    expect((await readAll(exchange)).map((event) => event.type)).toEqual(['response.created', 'last']);
  });

  it('ends a stream that went silent, and closes the socket', async () => {
    const closed = deferred();
    const url = await serve((request, response) => {
      request.socket.once('close', () => closed.resolve());
      response.write(frame({ type: 'response.created' }));
    });
    const exchange = await send(url, { timeouts: { idleMs: 40 } });
    await expect(readAll(exchange)).rejects.toMatchObject({ code: 'idle_timeout' });
    await closed.promise;
  });

  it('does not hold a slow reader against the backend', async () => {
    const url = await serve((_request, response) => response.end(answer('hi').map(frame).join('')));
    const exchange = await send(url, { timeouts: { idleMs: 30 } });
    await pause(100);
    expect(await readAll(exchange)).toHaveLength(answer('hi').length);
  });

  it('can be turned off', async () => {
    let slept = 0;
    const url = await serve((_request, response) => response.end());
    const sleep: Runtime['sleep'] = async () => {
      slept += 1;
    };
    await readAll(await send(url, { timeouts: { connectMs: 0, firstEventMs: 0, idleMs: 0 }, runtime: { sleep } }));
    expect(slept).toBe(0);
  });
});

describe('the end of an exchange', () => {
  it('leaves the connection usable when the rest of the stream runs out soon', async () => {
    const sockets = new Set<unknown>();
    const url = await serve(async (request, response) => {
      sockets.add(request.socket);
      response.write(answer('hi').map(frame).join(''));
      await pause(10);
      response.end();
    });
    for (let turn = 0; turn < 3; turn++) {
      const exchange = await send(url);
      const events: ResponseEvent[] = [];
      await exchange.pull({ event: (event) => events.push(event), invalid: () => {} });
      expect(events.at(-1)?.type).toBe('response.completed');
      exchange.release();
      await pause(30);
    }
    expect(sockets.size).toBe(1);
  });

  it('is not touched by an abort that comes later', async () => {
    const finish = deferred();
    const over = deferred();
    let isWhole = false;
    const url = await serve(async (_request, response) => {
      response.once('close', () => {
        isWhole = response.writableFinished;
        over.resolve();
      });
      response.write(frame({ type: 'response.completed' }));
      await finish.promise;
      response.end();
    });
    const controller = new AbortController();
    const exchange = await send(url, { signal: controller.signal });
    await exchange.pull({ event: () => {}, invalid: () => {} });
    exchange.release();
    controller.abort();
    await pause(20);
    finish.resolve();
    await over.promise;
    expect(isWhole).toBe(true);
  });

  it('closes the connection of a stream that goes on', async () => {
    const closed = deferred();
    const url = await serve((request, response) => {
      request.socket.once('close', () => closed.resolve());
      response.write(frame({ type: 'response.completed' }));
    });
    const { sleep } = createRuntime();
    // The time that a finished stream is given is over at once.
    const hurried: Runtime['sleep'] = (ms, signal) => sleep(ms === 1_000 ? 0 : ms, signal);
    const exchange = await send(url, { runtime: { sleep: hurried } });
    await exchange.pull({ event: () => {}, invalid: () => {} });
    exchange.release();
    await closed.promise;
  });

  it('cancels', async () => {
    const closed = deferred();
    const url = await serve(async (request, response) => {
      request.socket.once('close', () => closed.resolve());
      while (!response.destroyed) {
        if (!response.write(frame({ type: 'x', pad: 'y'.repeat(10_000) })))
          await once(response, 'drain').catch(() => {});
      }
    });
    const exchange = await send(url);
    await exchange.pull({ event: () => {}, invalid: () => {} });
    exchange.cancel();
    await closed.promise;
  });
});
