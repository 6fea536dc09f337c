import type { LanguageModelV2, LanguageModelV2StreamPart } from '@ai-sdk/provider';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CodexStreamError } from '../../src/index';
import { type CodexProviderSettings, createCodexOver } from '../../src/provider';
import { createRuntime } from '../../src/shared/runtime';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { answer, deferred, frame, startServer } from '../support/sse-server';
import { until, VirtualClock } from '../support/virtual-clock';
import { watchedFetch } from '../support/watched-fetch';

type Timeouts = NonNullable<CodexProviderSettings['timeouts']>;
type Call = Parameters<LanguageModelV2['doStream']>[0];

const PROMPT: Call['prompt'] = [{ role: 'user', content: [{ type: 'text', text: 'Hi.' }] }];
const EVENTS = answer('It was a dark and stormy night', ['It was', ' a dark and stormy night']).map(frame);
const COMMENT = ': still here\n\n';
const MINUTE = 60_000;

/** A backend that sends what the test says when it says so, and a provider whose clock the test moves. */
async function stage(timeouts?: Timeouts) {
  const sent = deferred();
  const left = deferred();
  let write: (text: string | undefined) => void = () => {};
  const server = await startServer((request, response) => {
    request.socket.once('close', () => left.resolve());
    write = (text) => (text === undefined ? response.flushHeaders() : response.write(text));
    sent.resolve();
  });
  onTestFinished(() => server.close());
  const clock = new VirtualClock();
  const { now, sleep } = clock;
  const { fetch, seen } = watchedFetch();
  const codex = createCodexOver(createRuntime({ now, sleep, fetch }), {
    baseURL: server.url,
    authStore: memoryAuthStore({ accessToken: 'opaque', accountId: 'acct-1', expiresAt: now() + 1e9 }),
    ...(timeouts && { timeouts }),
  });
  return {
    clock,
    seen,
    left: left.promise,
    model: codex('gpt-5.3-codex'),
    /** The request has arrived. */
    sent: sent.promise,
    flushHeaders: async () => {
      write(undefined);
      await until(() => seen.answers === 1);
    },
    /** Sends `text` and waits until the client has it. */
    deliver: async (text: string) => {
      const before = seen.pieces;
      write(text);
      await until(() => seen.pieces > before);
    },
  };
}

type Stage = Awaited<ReturnType<typeof stage>>;

/** A promise that can be asked whether it is still open. */
function watch<T>(promise: Promise<T>) {
  const state = { isOpen: true, promise };
  const close = () => {
    state.isOpen = false;
  };
  promise.then(close, close);
  return state;
}

function start({ model, sent }: Stage, options: Partial<Call> = {}) {
  const call = watch(Promise.resolve(model.doStream({ prompt: PROMPT, ...options })));
  return sent.then(() => call);
}

/** The call is open up to a millisecond before `limit`, and then fails with `code`, to be tried again, and hangs up. */
async function expectTimeout(
  place: Stage,
  call: { isOpen: boolean; promise: Promise<unknown> },
  limit: number,
  code: string,
) {
  await place.clock.advance(limit - 1);
  expect(call.isOpen).toBe(true);
  await place.clock.advance(1);
  const error = await call.promise.catch((reason: unknown) => reason);
  expect(CodexStreamError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({ code, isRetryable: true });
  await place.left;
  expect(place.seen.requests).toBe(1);
}

describe('before the first output, a silence rejects', () => {
  it('a server that does not answer', async () => {
    const place = await stage();
    await expectTimeout(place, await start(place), MINUTE, 'connect_timeout');
  });

  it('a server that does not answer, where only events have a limit', async () => {
    const place = await stage({ connectMs: 0 });
    await expectTimeout(place, await start(place), 2 * MINUTE, 'first_event_timeout');
  });

  it('a stall after the headers', async () => {
    const place = await stage();
    const call = await start(place);
    await place.flushHeaders();
    await expectTimeout(place, call, 2 * MINUTE, 'first_event_timeout');
  });

  it('a stall after the headers that is longer than any between two pieces', async () => {
    const place = await stage({ idleMs: 50_000 });
    const call = await start(place);
    await place.flushHeaders();
    await expectTimeout(place, call, 50_000, 'idle_timeout');
  });

  it('a server that sends nothing but comments', async () => {
    const place = await stage({ idleMs: 50_000 });
    const call = await start(place);
    for (let passed = 0; passed < 100_000; passed += 20_000) {
      await place.deliver(COMMENT);
      await place.clock.advance(20_000);
    }
    await place.deliver(COMMENT);
    await expectTimeout(place, call, 20_000, 'first_event_timeout');
  });

  it('a silence after comments, where the first event has no limit', async () => {
    const place = await stage({ firstEventMs: 0, idleMs: 50_000 });
    const call = await start(place);
    for (let count = 0; count < 30; count++) {
      await place.deliver(COMMENT);
      await place.clock.advance(49_999);
    }
    await place.deliver(COMMENT);
    await expectTimeout(place, call, 50_000, 'idle_timeout');
  });

  it('a stall between the first event and the first output', async () => {
    const place = await stage();
    const call = await start(place);
    await place.deliver(EVENTS[0] as string);
    await expectTimeout(place, call, 5 * MINUTE, 'idle_timeout');
  });
});

/** Reads until there is text, and asks for more. */
async function readToText(place: Stage) {
  const call = await start(place);
  await place.deliver(EVENTS.slice(0, 3).join(''));
  const reader = (await call.promise).stream.getReader();
  let part: LanguageModelV2StreamPart | undefined;
  while (part?.type !== 'text-delta') part = (await reader.read()).value;
  return reader;
}

async function readRest(reader: ReadableStreamDefaultReader<LanguageModelV2StreamPart>) {
  const parts: LanguageModelV2StreamPart[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parts;
    parts.push(value);
  }
}

describe('after output, a silence', () => {
  it('is an error and the finish of the stream, and no byte is too little to put it off', async () => {
    const place = await stage();
    const reader = await readToText(place);
    const rest = watch(readRest(reader));
    for (let count = 0; count < 5; count++) {
      await place.clock.advance(5 * MINUTE - 1);
      await place.deliver(COMMENT);
    }
    await place.clock.advance(5 * MINUTE - 1);
    expect(rest.isOpen).toBe(true);
    await place.clock.advance(1);
    const parts = await rest.promise;
    expect(parts.map(({ type }) => type)).toEqual(['text-end', 'error', 'finish']);
    expect(parts.at(-2)).toMatchObject({ error: { code: 'idle_timeout' } });
    expect(parts.at(-1)).toMatchObject({ finishReason: 'error' });
    await place.left;
    expect(place.seen.requests).toBe(1);
  });

  it('rejects what is collected', async () => {
    const place = await stage();
    const call = watch(Promise.resolve(place.model.doGenerate({ prompt: PROMPT })));
    await place.sent;
    await place.deliver(EVENTS.slice(0, 4).join(''));
    await expectTimeout(place, call, 5 * MINUTE, 'idle_timeout');
  });

  it('of the reader is nobody’s fault', async () => {
    const place = await stage();
    const reader = await readToText(place);
    await place.clock.advance(24 * 60 * MINUTE);
    const rest = readRest(reader);
    await place.deliver(EVENTS.slice(3).join(''));
    expect((await rest).at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' });
  });
});

describe('a limit of 0', () => {
  it('is none: no time is asked for', async () => {
    const place = await stage({ connectMs: 0, firstEventMs: 0, idleMs: 0 });
    const controller = new AbortController();
    const call = await start(place, { abortSignal: controller.signal });
    await place.clock.advance(24 * 60 * MINUTE);
    await place.deliver(COMMENT);
    await place.clock.advance(24 * 60 * MINUTE);
    await place.deliver(EVENTS[0] as string);
    await place.clock.advance(24 * 60 * MINUTE);
    expect(call.isOpen).toBe(true);
    expect(place.clock.asked).toEqual([]);
    controller.abort('enough');
    await expect(call.promise).rejects.toBe('enough');
    await place.left;
  });

  it('leaves the other limits alone', async () => {
    const place = await stage({ connectMs: 0, firstEventMs: 0 });
    const call = await start(place);
    await place.clock.advance(24 * 60 * MINUTE);
    await place.flushHeaders();
    expect(place.clock.asked).toEqual([5 * MINUTE]);
    await expectTimeout(place, call, 5 * MINUTE, 'idle_timeout');
  });
});
