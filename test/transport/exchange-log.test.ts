import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RequestBody } from '../../src/codec/request/request-body';
import { Concealed } from '../../src/shared/concealed';
import { type Logger, safeLogger, silentLogger } from '../../src/shared/logger';
import { createRuntime } from '../../src/shared/runtime';
import { createHttpTransport } from '../../src/transport/http-transport';
import type { Timeouts } from '../../src/transport/transport';
import { answer, frame, startServer } from '../support/sse-server';

const SECRET = 'Bearer tok-0123456789abcdef';
const body = { model: 'm', input: ['é'] } as unknown as RequestBody;
const ignore = { event: () => {}, invalid: () => {} };

interface Entry {
  level: string;
  message: string;
  details: Record<string, unknown> | undefined;
}

async function stage(handle: Parameters<typeof startServer>[0], timeouts: Partial<Timeouts> = {}) {
  const server = await startServer(handle);
  onTestFinished(() => server.close());
  const entries: Entry[] = [];
  const logger: Logger = {
    debug: (message, details) => entries.push({ level: 'debug', message, details }),
    warn: (message, details) => entries.push({ level: 'warn', message, details }),
  };
  const limits = { connectMs: 0, firstEventMs: 0, idleMs: 0, ...timeouts };
  const transport = createHttpTransport(createRuntime(), limits, logger);
  const headers = { authorization: SECRET, 'chatgpt-account-id': 'acct-1', 'x-own': 'mine', version: '1' };
  const send = (signal?: AbortSignal) => transport.send({ baseURL: `${server.url}/base`, headers, body, signal });
  return { ...server, entries, send, last: () => entries.at(-1) };
}

describe('the record of an exchange', () => {
  it('tells the request, the answer and what its stream held', async () => {
    const events = answer('hi', ['h', 'i']);
    const text = `${events.map(frame).join('')}data: {no json\n\n`;
    const { entries, send, url } = await stage((_request, response) => {
      response.writeHead(200, { 'X-Request-Id': 'r1', 'CF-Ray': 'ray-1' }).end(text);
    });
    const exchange = await send();
    while (await exchange.pull(ignore));
    exchange.release();
    const bytes = new TextEncoder().encode(JSON.stringify(body)).byteLength;
    expect(bytes).toBe(JSON.stringify(body).length + 1);
    const ms = expect.any(Number);
    const types = {
      'response.created': 1,
      'response.output_item.added': 1,
      'response.output_text.delta': 2,
      'response.output_item.done': 1,
      'response.completed': 1,
    };
    const ended = { outcome: 'ended', events: 6, invalidFrames: 1, bytes: text.length, firstEventMs: ms, ms, types };
    expect(entries).toMatchObject([
      { message: '[HTTP] request', details: { method: 'POST', url: `${url}/base/responses`, bytes } },
      { message: '[HTTP] answer', details: { status: 200, requestId: 'r1', cfRay: 'ray-1', ms } },
      { message: '[STREAM] end', details: ended },
    ]);
    expect(entries.map(({ level }) => level)).toEqual(['debug', 'debug', 'debug']);
  });

  it('has the headers, and shows only those that hold no secret', async () => {
    const { entries, send } = await stage((_request, response) => response.end());
    await send();
    const headers = entries[0]?.details?.headers as Record<string, unknown>;
    expect(headers).toMatchObject({ 'chatgpt-account-id': 'acct-1', version: '1' });
    // What a caller adds may be a key of a gateway.
    for (const name of ['authorization', 'x-own']) expect(headers[name]).toBeInstanceOf(Concealed);
    const { authorization } = headers;
    expect(String(authorization) + JSON.stringify(entries) + inspect(entries, { depth: 9 })).not.toContain('tok-0123');
  });

  it.each([
    ['a refusal', {}, 503, 'sorry', { status: 503, bytes: 5 }],
    ['a silence', { firstEventMs: 20 }, undefined, '', { code: 'first_event_timeout', bytes: 0 }],
    ['no connection', { connectMs: 20 }, undefined, '', { code: 'connect_timeout', bytes: 0 }],
  ])('ends with a failure for %s', async (_name, timeouts, status, text, failure) => {
    const { entries, send, last } = await stage((_request, response) => {
      if (status) response.writeHead(status).end(text);
    }, timeouts);
    await send().catch(() => {});
    expect(last()).toMatchObject({ message: '[HTTP] failure', details: { ...failure, ms: expect.any(Number) } });
    expect(entries.map(({ message }) => message)).not.toContain('[STREAM] end');
  });

  it('names an abort without its reason, which may be anything', async () => {
    const { send, last } = await stage(() => {});
    await send(AbortSignal.abort(SECRET)).catch(() => {});
    expect(last()).toMatchObject({ message: '[HTTP] failure', details: { code: 'aborted' } });
    expect(inspect(last(), { depth: 9 })).not.toContain('tok-0123');
  });

  it.each(['released', 'cancelled', 'failed', 'left'])('says once how a stream ended: %s', async (way) => {
    const { entries, send, last } = await stage(
      (_request, response) => response.write(frame({ type: 'response.created' })),
      { idleMs: way === 'failed' ? 20 : 0 },
    );
    const controller = new AbortController();
    const exchange = await send(controller.signal);
    await exchange.pull(ignore);
    if (way === 'released') exchange.release();
    if (way === 'left') controller.abort('enough');
    if (way === 'left' || way === 'failed') await exchange.pull(ignore).catch(() => {});
    exchange.cancel();
    const outcome = way === 'left' ? 'cancelled' : way;
    expect(last()).toMatchObject({ message: '[STREAM] end', details: { outcome, events: 1 } });
    expect(last()?.details?.code).toBe(way === 'failed' ? 'idle_timeout' : undefined);
    expect(entries.filter(({ message }) => message === '[STREAM] end')).toHaveLength(1);
  });

  it('counts the events of a strange stream without a name for each', async () => {
    const text = Array.from({ length: 300 }, (_, index) => frame({ type: `t${index}` })).join('');
    const { send, last } = await stage((_request, response) => response.end(text));
    const exchange = await send();
    while (await exchange.pull(ignore));
    expect(last()?.details).toMatchObject({ events: 300 });
    expect(Object.keys(last()?.details?.types as object)).toHaveLength(100);
  });
});

it('nothing is gathered where nobody reads it', async () => {
  const server = await startServer((_request, response) => response.end(answer('hi').map(frame).join('')));
  onTestFinished(() => server.close());
  let looks = 0;
  const now = () => ++looks;
  for (const logger of [silentLogger, safeLogger(silentLogger)]) {
    const transport = createHttpTransport(createRuntime({ now }), { connectMs: 0, firstEventMs: 0, idleMs: 0 }, logger);
    const exchange = await transport.send({ baseURL: server.url, headers: {}, body, signal: undefined });
    let pulls = 1;
    looks = 0;
    while (await exchange.pull(ignore)) pulls += 1;
    // One look a read, for the limit of silence.
    expect(looks).toBe(pulls);
  }
});
