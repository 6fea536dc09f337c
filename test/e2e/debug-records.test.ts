import { inspect } from 'node:util';
import { generateText, jsonSchema, streamText, tool } from 'ai';
import { describe, expect, it } from 'vitest';
import { type CodexReply, codexFailures } from '../../src/testing';
import { type Stage, setUp } from './setup';

type Record = [level: string, message: string, details?: { [key: string]: unknown }];

async function logged() {
  const records: Record[] = [];
  const write =
    (level: string) =>
    (...record: [string, { [key: string]: unknown }?]) =>
      void records.push([level, ...record]);
  const stage = await setUp({ logger: { debug: write('debug'), warn: write('warn') } });
  return { stage, records, ofCalls: () => records.filter(([, message]) => message.startsWith('[CODEX]')) };
}

const generate = (stage: Stage) =>
  generateText({
    model: stage.codex('gpt-5.3-codex'),
    prompt: 'When is high tide?',
    maxRetries: 0,
    tools: { tides: tool({ inputSchema: jsonSchema({ type: 'object' }) }) },
    providerOptions: { codex: { sessionId: 'session-1', reasoningEffort: 'low' } },
  }).catch(() => undefined);

const ms = expect.any(Number);
const sends = {
  model: 'gpt-5.3-codex',
  effort: 'low',
  tools: 1,
  items: 1,
  sessionId: 'session-1',
  lite: false,
};

describe('the records of a call', () => {
  it('tell how it began, when its answer began and how that ended', async () => {
    const { stage, ofCalls } = await logged();
    stage.emulator.reply({ text: 'At noon.', usage: { inputTokens: 9, outputTokens: 3 } });
    await generate(stage);
    const usage = { inputTokens: 9, outputTokens: 3, cachedInputTokens: ms, reasoningTokens: ms };
    expect(ofCalls()).toEqual([
      ['debug', '[CODEX] sends a call', sends],
      ['debug', '[CODEX] answer begins', { part: 'text-start', ms }],
      ['debug', '[CODEX] answer is over', { finishReason: 'stop', usage, ms }],
    ]);
  });

  it('tell why it was sent again', async () => {
    const { stage, ofCalls } = await logged();
    stage.emulator.reply(codexFailures.tokenRefused('expired'), 'At noon.');
    await generate(stage);
    expect(ofCalls().slice(0, 3)).toEqual([
      ['debug', '[CODEX] sends a call', sends],
      ['debug', '[CODEX] sends it again', { reason: 'unauthorized', ms }],
      ['debug', '[CODEX] sends a call', sends],
    ]);
  });

  it('tell what it failed with, before and after its first output', async () => {
    const { stage, ofCalls } = await logged();
    stage.emulator.reply(codexFailures.overloaded());
    await generate(stage);
    const failure = {
      error: 'CodexOverloadedError',
      code: 'server_is_overloaded',
      status: 503,
      requestId: expect.any(String),
    };
    expect(ofCalls().slice(1)).toEqual([['debug', '[CODEX] call failed', { ...failure, ms }]]);
    stage.emulator.reply({ text: 'At', failed: 'server_is_overloaded' });
    await generate(stage);
    expect(ofCalls().slice(-2)).toMatchObject([
      ['debug', '[CODEX] answer is over', { finishReason: 'error', rawFinishReason: 'server_is_overloaded' }],
      ['debug', '[CODEX] call failed', { code: 'server_is_overloaded' }],
    ]);
  });

  it('hold no words of a server or of a fetch, which may be those of the person', async () => {
    const { stage, records } = await logged();
    const words = 'CANARY words';
    stage.emulator.reply(
      { failed: { code: words, message: words } },
      { text: 'At', failed: { code: words, message: words } },
      { status: 400, body: { detail: words } },
    );
    for (let count = 0; count < 3; count++) await generate(stage);
    stage.emulator.modelsReply({ status: 403, body: { detail: words } });
    await stage.codex.models({ refresh: true });
    const failing = await setUp({
      logger: {
        debug: (message, details = {}) => void records.push(['debug', message, details]),
        warn: (message, details = {}) => void records.push(['warn', message, details]),
      },
      fetch: async () => {
        throw Object.assign(new Error(words), { name: words, code: words });
      },
    });
    await generate(failing);
    await failing.codex.models({ refresh: true });
    expect(records.filter(([, message]) => message.startsWith('[HTTP]')).length).toBeGreaterThan(8);
    expect(inspect(records, { depth: 12 })).not.toContain('CANARY');
  });

  it('are as many for a long answer as for a short one', async () => {
    const count = async (text: string) => {
      const { stage, records } = await logged();
      stage.emulator.reply({ text });
      await streamText({ model: stage.codex('gpt-5.3-codex'), prompt: 'Hi.' }).text;
      return records.length;
    };
    expect(await count('word '.repeat(500))).toBe(await count('word'));
  });

  it.each<[string, unknown, string]>([
    ['of the platform', undefined, 'AbortError'],
    ['of the platform, after a time', new DOMException('secret words', 'TimeoutError'), 'TimeoutError'],
    ['of others', Object.assign(new Error('secret words'), { name: 'secret name', code: 'secret code' }), 'aborted'],
    ['that is no error', 'secret words', 'aborted'],
  ])('name a reason of an abort %s without its words', async (_name, reason, error) => {
    const { stage, ofCalls } = await logged();
    const abortSignal = AbortSignal.abort(reason);
    const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi.' }] }];
    await Promise.resolve(stage.codex('gpt-5.3-codex').doStream({ prompt, abortSignal })).catch(() => {});
    expect(ofCalls()).toEqual([['debug', '[CODEX] call failed', { error, ms }]]);
  });

  it.each<[string, (request: { bearer?: string | undefined }) => CodexReply]>([
    ['an answer', () => 'Fine.'],
    ['a refusal that quotes it', ({ bearer }) => ({ status: 400, body: { detail: `Bearer ${bearer}` } })],
    ['a failure that quotes it', ({ bearer }) => ({ failed: { code: 'x', message: `Bearer ${bearer}` } })],
    ['a code that is it', ({ bearer }) => ({ failed: { code: String(bearer), message: 'No.' } })],
    ['one after its output', ({ bearer }) => ({ text: 'Some', failed: { code: String(bearer), message: 'No.' } })],
  ])('hold no token of %s, however they are printed', async (_name, reply) => {
    const { stage, records } = await logged();
    stage.emulator.reply(codexFailures.tokenRefused('expired'), reply);
    await generate(stage);
    const printed = [inspect(records, { depth: 12, showHidden: true, getters: true }), JSON.stringify(records)].join();
    const bearers = stage.emulator.requests.flatMap(({ bearer }) => bearer ?? []);
    expect(bearers.length).toBeGreaterThanOrEqual(2);
    for (const bearer of bearers) expect(printed).not.toContain(bearer);
  });
});
