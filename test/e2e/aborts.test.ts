import { setImmediate as turn } from 'node:timers/promises';
import type { LanguageModelV2, LanguageModelV2StreamPart } from '@ai-sdk/provider';
import { generateText, streamText } from 'ai';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCodex } from '../../src/index';
import { createCodexOver } from '../../src/provider';
import { createRuntime } from '../../src/shared/runtime';
import { memoryAuthStore } from '../../src/stores/memory-store';
import type { CodexReply } from '../../src/testing';
import { answer, deferred, frame, startServer } from '../support/sse-server';
import { until, VirtualClock } from '../support/virtual-clock';
import { watchedFetch } from '../support/watched-fetch';
import { calls, setUp } from './setup';

type Call = Parameters<LanguageModelV2['doStream']>[0];

const PROMPT: Call['prompt'] = [{ role: 'user', content: [{ type: 'text', text: 'Hi.' }] }];
const TEXT = 'It was a dark and stormy night; the rain fell in torrents.';
const LOGIN = { accessToken: 'opaque', accountId: 'acct-1', expiresAt: Date.now() + 1e9 };

function abortable() {
  const controller = new AbortController();
  const reason = new Error('enough');
  return { signal: controller.signal, reason, abort: () => controller.abort(reason) };
}

/** Long enough for whatever would be sent to arrive here. */
async function settle(): Promise<void> {
  for (let count = 0; count < 50; count++) await turn();
}

async function watchedStage(...replies: CodexReply[]) {
  const { fetch, seen } = watchedFetch();
  const stage = await setUp({ fetch });
  stage.emulator.reply(...replies);
  return { ...stage, seen, model: stage.codex('gpt-5.3-codex') };
}

type WatchedStage = Awaited<ReturnType<typeof watchedStage>>;

/** The server saw the socket close before the answer was over, and was asked nothing else. */
async function expectHungUp({ emulator }: WatchedStage): Promise<void> {
  expect(await emulator.requests[0]?.closed).toBe('aborted');
  await settle();
  expect(emulator.requests).toHaveLength(1);
}

async function readUntil(reader: ReadableStreamDefaultReader<LanguageModelV2StreamPart>, type: string): Promise<void> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The stream ended without ${type}.`);
    if (value.type === type) return;
  }
}

describe('an abort before anything is sent', () => {
  it.each(['doGenerate', 'doStream'] as const)('that came before the call asks nobody: %s', async (method) => {
    const { emulator, codex } = await setUp();
    const { signal, reason, abort } = abortable();
    abort();
    await expect(codex('gpt-5.3-codex')[method]({ prompt: PROMPT, abortSignal: signal })).rejects.toBe(reason);
    await settle();
    expect(emulator.requests).toEqual([]);
  });

  it('while the login is read', async () => {
    const asked = deferred();
    const login = deferred();
    const store = memoryAuthStore(LOGIN);
    const authStore: typeof store = {
      ...store,
      read: async (profile) => {
        asked.resolve();
        await login.promise;
        return store.read(profile);
      },
    };
    const { emulator, codex } = await setUp({ authStore });
    const { signal, reason, abort } = abortable();
    const running = codex('gpt-5.3-codex').doStream({ prompt: PROMPT, abortSignal: signal });
    await asked.promise;
    abort();
    await expect(running).rejects.toBe(reason);
    // The store answers after all: too late for this call.
    login.resolve();
    await settle();
    expect(emulator.requests).toEqual([]);
  });

  it('while the login is renewed', async () => {
    const { emulator } = await setUp();
    emulator.tokenReply({ connection: 'stall' });
    const { baseURL, issuer } = emulator;
    const authStore = memoryAuthStore(emulator.login({ expiresInMs: 1_000 }));
    const { signal, reason, abort } = abortable();
    const model = createCodex({ baseURL, issuer, authStore })('gpt-5.3-codex');
    const running = model.doStream({ prompt: PROMPT, abortSignal: signal });
    await until(() => emulator.requests.length === 1);
    abort();
    await expect(running).rejects.toBe(reason);
    await settle();
    expect(calls(emulator)).toEqual([]);
  });
});

describe('an abort before the first output rejects with its reason', () => {
  const never = new Promise<CodexReply>(() => {});

  it.each<[string, CodexReply, (stage: WatchedStage) => boolean]>([
    ['before the headers', () => never, ({ emulator }) => emulator.requests.length === 1],
    ['after the headers', { text: TEXT, stallAfter: 0 }, ({ seen }) => seen.answers === 1],
    ['after the first event', { text: TEXT, stallAfter: 1 }, ({ seen }) => seen.frames === 1],
  ])('%s', async (_name, reply, isReached) => {
    for (const method of ['doStream', 'doGenerate'] as const) {
      const stage = await watchedStage(reply);
      const { signal, reason, abort } = abortable();
      const running = stage.model[method]({ prompt: PROMPT, abortSignal: signal });
      await until(() => isReached(stage));
      abort();
      await expect(running).rejects.toBe(reason);
      await expectHungUp(stage);
    }
  });

  it('while the body of an error is read', async () => {
    const begun = deferred();
    const left = deferred();
    let requests = 0;
    const server = await startServer((request, response) => {
      requests += 1;
      request.socket.once('close', () => left.resolve());
      response.writeHead(503).write('half a sent');
      begun.resolve();
    });
    onTestFinished(() => server.close());
    const { fetch, seen } = watchedFetch();
    const runtime = createRuntime({ fetch });
    const codex = createCodexOver(runtime, { baseURL: server.url, authStore: memoryAuthStore(LOGIN) });
    const { signal, reason, abort } = abortable();
    const running = codex('gpt-5.3-codex').doStream({ prompt: PROMPT, abortSignal: signal });
    await begun.promise;
    await until(() => seen.pieces === 1);
    abort();
    await expect(running).rejects.toBe(reason);
    await left.promise;
    await settle();
    expect(requests).toBe(1);
  });

  it('in the pause before a refused connection is tried again', async () => {
    const server = await startServer(() => {});
    await server.close();
    const clock = new VirtualClock();
    const { fetch, seen } = watchedFetch();
    const codex = createCodexOver(createRuntime({ fetch, now: clock.now, sleep: clock.sleep }), {
      baseURL: server.url,
      authStore: memoryAuthStore(LOGIN),
      timeouts: { connectMs: 0, firstEventMs: 0, idleMs: 0 },
    });
    const { signal, reason, abort } = abortable();
    const running = codex('gpt-5.3-codex').doStream({ prompt: PROMPT, abortSignal: signal });
    await until(() => clock.asleep.length === 1);
    abort();
    await expect(running).rejects.toBe(reason);
    expect(clock.asleep).toEqual([]);
    await clock.advance(60_000);
    await settle();
    expect(seen.requests).toBe(1);
  });
});

describe('an abort after output breaks the stream with its reason', () => {
  const toolCalls = [{ name: 'weather', input: { city: 'Paris' } }];
  const cases: [string, CodexReply, string][] = [
    ['in a text', { text: TEXT, stallAfter: 8 }, 'text-delta'],
    ['in a tool call', { toolCalls, stallAfter: 4 }, 'tool-input-delta'],
  ];

  it.each(cases)('%s, while its reader waits', async (_name, reply, type) => {
    const stage = await watchedStage(reply);
    const { signal, reason, abort } = abortable();
    const { stream } = await stage.model.doStream({ prompt: PROMPT, abortSignal: signal });
    const reader = stream.getReader();
    await readUntil(reader, type);
    const rest = readUntil(reader, 'finish');
    await turn();
    abort();
    await expect(rest).rejects.toBe(reason);
    await expectHungUp(stage);
  });

  it.each(cases)('%s, while its reader does something else', async (_name, reply, type) => {
    const stage = await watchedStage(reply);
    const { signal, reason, abort } = abortable();
    const { stream } = await stage.model.doStream({ prompt: PROMPT, abortSignal: signal });
    const reader = stream.getReader();
    await readUntil(reader, type);
    abort();
    await expectHungUp(stage);
    await expect(readUntil(reader, 'finish')).rejects.toBe(reason);
  });

  it('in what doGenerate collects', async () => {
    const stage = await watchedStage({ text: TEXT, stallAfter: 8 });
    const { signal, reason, abort } = abortable();
    const running = stage.model.doGenerate({ prompt: PROMPT, abortSignal: signal });
    await until(() => stage.seen.frames === 8);
    abort();
    await expect(running).rejects.toBe(reason);
    await expectHungUp(stage);
  });
});

describe('an abort after the terminal event changes nothing', () => {
  it('of a stream that was read', async () => {
    const stage = await watchedStage(TEXT);
    const { signal, abort } = abortable();
    const { stream } = await stage.model.doStream({ prompt: PROMPT, abortSignal: signal });
    const reader = stream.getReader();
    await readUntil(reader, 'finish');
    abort();
    expect(await reader.read()).toEqual({ done: true, value: undefined });
    expect(await stage.emulator.requests[0]?.closed).toBe('complete');
  });

  it('of a stream whose parts wait for their reader', async () => {
    const server = await startServer((_request, response) => response.end(answer(TEXT).map(frame).join('')));
    onTestFinished(() => server.close());
    const codex = createCodexOver(createRuntime(), { baseURL: server.url, authStore: memoryAuthStore(LOGIN) });
    const { signal, abort } = abortable();
    const { stream } = await codex('gpt-5.3-codex').doStream({ prompt: PROMPT, abortSignal: signal });
    abort();
    const types: string[] = [];
    for await (const part of stream) types.push(part.type);
    expect(types).toEqual(['stream-start', 'response-metadata', 'text-start', 'text-delta', 'text-end', 'finish']);
  });
});

describe('a reader that leaves', () => {
  it.each([
    ['at once', undefined],
    ['within a text', 'text-delta'],
  ])('%s hangs up', async (_name, type) => {
    const stage = await watchedStage({ text: TEXT, stallAfter: 8 });
    const { stream } = await stage.model.doStream({ prompt: PROMPT });
    const reader = stream.getReader();
    if (type) await readUntil(reader, type);
    await reader.cancel('enough');
    await expectHungUp(stage);
  });

  it('while it waits hangs up, too', async () => {
    const stage = await watchedStage({ text: TEXT, stallAfter: 8 });
    const { stream } = await stage.model.doStream({ prompt: PROMPT });
    const reader = stream.getReader();
    await readUntil(reader, 'text-delta');
    const rest = readUntil(reader, 'finish');
    await turn();
    await reader.cancel('enough');
    await expect(rest).rejects.toThrow('The stream ended without finish.');
    await expectHungUp(stage);
  });
});

describe('through the AI SDK an abort', () => {
  it.each([0, 8])('ends generateText with its reason and without another try, after %i events', async (stallAfter) => {
    const stage = await watchedStage({ text: TEXT, stallAfter });
    const { signal, reason, abort } = abortable();
    const running = generateText({ model: stage.model, prompt: 'Hi.', abortSignal: signal, maxRetries: 2 });
    await until(() => stage.seen.answers === 1 && stage.seen.frames === stallAfter);
    abort();
    await expect(running).rejects.toBe(reason);
    await expectHungUp(stage);
  });

  it.each([0, 8])('ends streamText without an error, after %i events', async (stallAfter) => {
    const stage = await watchedStage({ text: TEXT, stallAfter });
    // The AI SDK knows an abort by the name of its reason; this is the one that it has by itself.
    const controller = new AbortController();
    const errors: unknown[] = [];
    const { fullStream } = streamText({
      model: stage.model,
      prompt: 'Hi.',
      abortSignal: controller.signal,
      onError: ({ error }) => void errors.push(error),
    });
    const types: string[] = [];
    const reading = (async () => {
      for await (const { type } of fullStream) types.push(type);
    })();
    await until(() => stage.seen.answers === 1 && stage.seen.frames === stallAfter);
    controller.abort();
    await reading;
    expect(types.at(-1)).toBe('abort');
    expect(types).not.toContain('finish');
    expect(errors).toEqual([]);
    await expectHungUp(stage);
  });
});
