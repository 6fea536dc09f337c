import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { generateText, type ModelMessage, stepCountIs, tool } from 'ai';
import { describe, expect, it } from 'vitest';
import { z } from 'zod/v4';
import { createCodex } from '../../src/index';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { bundleChild } from '../support/bundle-child';
import { calls, setUp } from './setup';

const model = 'gpt-5.3-codex';
const options = { codex: { reasoningSummary: 'auto' } };
const tools = { now: tool({ inputSchema: z.object({}), execute: async () => 'noon' }) };

describe('a conversation', () => {
  it('stored as JSON goes on in a new process with its reasoning intact', async () => {
    const { codex, emulator } = await setUp();
    emulator.reply(
      { reasoning: ['Seven.', 'Sure.'], toolCalls: [{ name: 'now', input: {} }] },
      { reasoning: 'Yes.', text: 'Done.' },
    );
    const asked: ModelMessage = { role: 'user', content: 'Think of a number.' };
    const first = await generateText({
      model: codex(model),
      messages: [asked],
      tools,
      stopWhen: stepCountIs(3),
      providerOptions: options,
    });
    const child = await bundleChild(new URL('./children/continue-chat.ts', import.meta.url));
    const input = JSON.stringify({
      baseURL: emulator.baseURL,
      issuer: emulator.issuer,
      credentials: emulator.login({ accountId: 'acct-1' }),
      messages: [asked, ...first.response.messages, { role: 'user', content: 'Which?' }],
    });
    emulator.reply('Seven.');
    const { stdout } = await promisify(execFile)(process.execPath, [child], {
      env: { ...process.env, CHAT: input, AI_SDK_LOG_WARNINGS: 'false' },
    });
    expect(JSON.parse(stdout)).toEqual({ text: 'Seven.', warnings: [] });

    const [, second, third] = calls(emulator);
    const sealed = (call: typeof second) => call?.body.input.filter((item) => item.type === 'reasoning');
    expect(sealed(third)).toHaveLength(2);
    expect(sealed(third)?.[0]).toEqual(sealed(second)?.[0]);
    expect(third?.body.input.slice(0, second?.body.input.length)).toEqual(second?.body.input);
    expect(third?.headers['session-id']).toBe(second?.headers['session-id']);
    expect(emulator.violations).toEqual([]);
  });

  it('keeps one session id over its turns, and another has another', async () => {
    const { codex, emulator } = await setUp();
    const turn = (messages: ModelMessage[], system: string) => generateText({ model: codex(model), system, messages });
    const one = await turn([{ role: 'user', content: 'Hi.' }], 'It is 10:00.');
    await turn(
      [{ role: 'user', content: 'Hi.' }, ...one.response.messages, { role: 'user', content: 'And?' }],
      'It is 10:01.',
    );
    await turn([{ role: 'user', content: 'Something else.' }], 'It is 10:02.');
    const ids = calls(emulator).map(({ headers }) => headers['session-id']);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(calls(emulator).map(({ body }) => body.prompt_cache_key)).toEqual(ids);
  });

  it('keeps a session id that was given once, because its history carries it', async () => {
    const { codex, emulator } = await setUp();
    const first = await generateText({
      model: codex(model),
      messages: [{ role: 'user', content: 'Hi.' }],
      providerOptions: { codex: { sessionId: 'my-session' } },
    });
    // Even when an app forgets how the conversation began.
    await generateText({
      model: codex(model),
      messages: [...first.response.messages, { role: 'user', content: 'And?' }],
    });
    expect(calls(emulator).map(({ headers }) => headers['session-id'])).toEqual(['my-session', 'my-session']);
    expect(first.providerMetadata?.codex?.sessionId).toBe('my-session');
  });

  it('goes on with another account without the reasoning that is not its own, and says so', async () => {
    const { codex, emulator } = await setUp();
    emulator.reply({ reasoning: 'Hm.', text: 'One.' });
    const asked: ModelMessage = { role: 'user', content: 'Hi.' };
    const { response } = await generateText({ model: codex(model), messages: [asked], providerOptions: options });
    const other = createCodex({
      baseURL: emulator.baseURL,
      issuer: emulator.issuer,
      authStore: memoryAuthStore(emulator.login({ accountId: 'acct-2' })),
    });
    const messages: ModelMessage[] = [asked, ...response.messages, { role: 'user', content: 'And?' }];
    const { warnings } = await generateText({ model: other(model), messages });
    expect(warnings).toMatchObject([{ type: 'other', message: expect.stringContaining('reasoning') }]);
    expect(calls(emulator)[1]?.body.input.map((item) => item.role ?? item.type)).toEqual(['user', 'assistant', 'user']);
  });

  it('is sent once more without its reasoning when the backend cannot read that', async () => {
    const { codex, emulator } = await setUp();
    emulator.reply({ reasoning: 'Hm.', text: 'One.' });
    const asked: ModelMessage = { role: 'user', content: 'Hi.' };
    const { response } = await generateText({ model: codex(model), messages: [asked], providerOptions: options });
    const spoilt: ModelMessage[] = JSON.parse(
      JSON.stringify(response.messages).replace(/("reasoningEncryptedContent":")[^"]+/, '$1spoilt'),
    );
    const { warnings, text } = await generateText({
      model: codex(model),
      messages: [asked, ...spoilt, { role: 'user', content: 'And?' }],
    });
    expect(text).not.toBe('');
    expect(calls(emulator).map(({ status }) => status)).toEqual([200, 400, 200]);
    expect(calls(emulator)[2]?.body.input.some((item) => item.type === 'reasoning')).toBe(false);
    expect(warnings).toMatchObject([{ type: 'other', message: expect.stringContaining('could not decrypt') }]);
  });

  it('begun with @ai-sdk/openai goes on here', async () => {
    const { codex, emulator } = await setUp();
    const messages: ModelMessage[] = [
      { role: 'user', content: 'Time?' },
      {
        role: 'assistant',
        content: [
          {
            type: 'reasoning',
            text: 'Hm.',
            providerOptions: { openai: { itemId: 'rs_1', reasoningEncryptedContent: 'X' } },
          },
          { type: 'text', text: 'One moment.', providerOptions: { openai: { itemId: 'msg_1', phase: 'commentary' } } },
          {
            type: 'tool-call',
            toolCallId: 'call_1',
            toolName: 'now',
            input: {},
            providerOptions: { openai: { itemId: 'fc_1' } },
          },
        ],
      },
      {
        role: 'tool',
        content: [
          { type: 'tool-result', toolCallId: 'call_1', toolName: 'now', output: { type: 'text', value: 'noon' } },
        ],
      },
    ];
    const { warnings } = await generateText({ model: codex(model), messages, tools });
    expect(warnings).toHaveLength(1);
    expect(calls(emulator)[0]?.body.input).toMatchObject([
      { role: 'user' },
      { role: 'assistant', phase: 'commentary' },
      { type: 'function_call', call_id: 'call_1' },
      { type: 'function_call_output', call_id: 'call_1', output: 'noon' },
    ]);
  });
});
