import { APICallError, createProviderRegistry, generateObject, generateText, stepCountIs, streamText, tool } from 'ai';
import { describe, expect, it } from 'vitest';
import { z } from 'zod/v4';
import { VERSION } from '../../src/index';
import { calls, setUp } from './setup';

const tools = {
  add: tool({
    description: 'Adds two numbers.',
    inputSchema: z.object({ a: z.number(), b: z.number() }),
    execute: async ({ a, b }) => a + b,
  }),
};

const loop = [
  {
    reasoning: ['**First** I add twice.', '**Then** I compare.'],
    text: 'Let me add.',
    toolCalls: [
      { name: 'add', input: { a: 1, b: 2 } },
      { name: 'add', input: { a: 3, b: 4 } },
    ],
  },
  { reasoning: 'Done.', text: 'The sums are 3 and 7.' },
];

describe('streamText', () => {
  it('streams an answer', async () => {
    const { codex, emulator } = await setUp();
    emulator.reply({
      text: 'Grüße, 🌍!',
      usage: { inputTokens: 10, cachedTokens: 4, outputTokens: 5, reasoningTokens: 2 },
    });
    const result = streamText({ model: codex('gpt-5.3-codex'), system: 'Be brief.', prompt: 'Greet.' });
    const deltas: string[] = [];
    for await (const delta of result.textStream) deltas.push(delta);
    expect(deltas.join('')).toBe('Grüße, 🌍!');
    expect(deltas.length).toBeGreaterThan(1);
    expect(await result.finishReason).toBe('stop');
    expect(await result.usage).toEqual({
      inputTokens: 10,
      cachedInputTokens: 4,
      outputTokens: 5,
      reasoningTokens: 2,
      totalTokens: 15,
    });
    expect(await result.warnings).toEqual([]);
    const [call] = calls(emulator);
    expect(call?.body).toMatchObject({ instructions: 'Be brief.', store: false, stream: true });
    expect(call?.headers).toMatchObject({
      'chatgpt-account-id': 'acct-1',
      originator: 'ai-sdk-codex',
      accept: 'text/event-stream',
      'user-agent': expect.stringMatching(new RegExp(`^ai-sdk-codex/${VERSION}`)),
    });
    expect(call?.headers['openai-beta']).toBeUndefined();
    expect(call?.headers['session-id']).toBe(call?.body.prompt_cache_key);
  });

  it('runs a loop of two steps with parallel calls, and keeps the reasoning', async () => {
    const { codex, emulator } = await setUp();
    emulator.reply(...loop);
    const result = streamText({
      model: codex('gpt-5.3-codex'),
      prompt: 'Add.',
      tools,
      stopWhen: stepCountIs(5),
      providerOptions: { codex: { reasoningSummary: 'auto', reasoningEffort: 'high' } },
    });
    const types: string[] = [];
    for await (const part of result.fullStream) types.push(part.type);
    expect(types).not.toContain('error');
    expect(await result.text).toBe('The sums are 3 and 7.');
    const steps = await result.steps;
    expect(steps.map((step) => step.finishReason)).toEqual(['tool-calls', 'stop']);
    expect(steps[0]?.reasoning.map((part) => part.text)).toEqual(['**First** I add twice.', '**Then** I compare.']);
    expect(steps[0]?.toolResults.map((toolResult) => toolResult.output)).toEqual([3, 7]);

    const [first, second] = calls(emulator);
    expect(first?.body.reasoning).toEqual({ effort: 'high', summary: 'auto' });
    expect(second?.body.input.map((item) => item.role ?? item.type)).toEqual([
      'user',
      'reasoning',
      'assistant',
      'function_call',
      'function_call',
      'function_call_output',
      'function_call_output',
    ]);
    expect(second?.body.input[1]?.summary).toHaveLength(2);
    expect(second?.body.input.filter((item) => item.output !== undefined).map((item) => item.output)).toEqual([
      '3',
      '7',
    ]);
    expect(JSON.stringify(second?.body.input)).not.toMatch(/"id":/);
    expect(emulator.violations).toEqual([]);
  });
});

describe('generateText', () => {
  it('does the same', async () => {
    const { codex, emulator } = await setUp();
    emulator.reply(...loop);
    const { text, steps } = await generateText({
      model: codex('gpt-5.3-codex'),
      prompt: 'Add.',
      tools,
      stopWhen: stepCountIs(5),
      providerOptions: { codex: { reasoningSummary: 'auto' } },
    });
    expect(text).toBe('The sums are 3 and 7.');
    expect(steps[0]?.reasoningText).toBe('**First** I add twice.**Then** I compare.');
    expect(steps[0]?.content.map((part) => part.type)).toEqual([
      'reasoning',
      'reasoning',
      'text',
      'tool-call',
      'tool-call',
      'tool-result',
      'tool-result',
    ]);
    expect(steps[1]?.providerMetadata?.codex).toMatchObject({ responseId: expect.stringMatching(/^resp_/) });
    expect(emulator.violations).toEqual([]);
  });

  it('warns about settings that the backend refuses, and does not send them', async () => {
    const { codex, emulator } = await setUp();
    const { warnings } = await generateText({
      model: codex('gpt-5.3-codex'),
      prompt: 'Hi.',
      temperature: 0.5,
      topP: 0.5,
      topK: 5,
      presencePenalty: 0.1,
      frequencyPenalty: 0.1,
      seed: 1,
      stopSequences: ['x'],
      maxOutputTokens: 100,
    });
    expect(warnings?.map((warning) => warning.type === 'unsupported-setting' && warning.setting)).toEqual([
      'maxOutputTokens',
      'temperature',
      'topP',
      'topK',
      'presencePenalty',
      'frequencyPenalty',
      'stopSequences',
      'seed',
    ]);
    expect(Object.keys(calls(emulator)[0]?.body ?? {}).sort()).toEqual([
      'include',
      'input',
      'instructions',
      'model',
      'prompt_cache_key',
      'store',
      'stream',
    ]);
  });

  it('sends images of the user and of tools', async () => {
    const { codex, emulator } = await setUp();
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    emulator.reply({ toolCalls: [{ name: 'look', input: {} }] }, 'A picture.');
    const { text } = await generateText({
      model: codex('gpt-5.3-codex'),
      stopWhen: stepCountIs(3),
      tools: {
        look: tool({
          inputSchema: z.object({}),
          execute: async () => Buffer.from(png).toString('base64'),
          toModelOutput: (data) => ({ type: 'content', value: [{ type: 'media', mediaType: 'image/png', data }] }),
        }),
      },
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image', image: png, providerOptions: { codex: { imageDetail: 'low' } } },
            { type: 'file', data: png, mediaType: 'application/pdf', filename: 'a.pdf' },
          ],
        },
      ],
    });
    expect(text).toBe('A picture.');
    const image_url = 'data:image/png;base64,iVBORw0KGgo=';
    const [, second] = calls(emulator);
    expect(second?.body.input[0]).toMatchObject({
      content: [
        { type: 'input_text', text: 'What is it?' },
        { type: 'input_image', image_url, detail: 'low' },
        { type: 'input_file', filename: 'a.pdf' },
      ],
    });
    expect(second?.body.input.at(-1)).toMatchObject({ output: [{ type: 'input_image', image_url }] });
  });
});

describe('generateObject', () => {
  it('asks for the schema, strictly where that is possible', async () => {
    const { codex, emulator } = await setUp();
    emulator.reply('{"city":"Oslo"}', '{"city":"Oslo"}');
    const strict = z.object({ city: z.string() });
    const { object } = await generateObject({
      model: codex('gpt-5.3-codex'),
      schema: strict,
      schemaName: 'place',
      prompt: 'Where?',
    });
    expect(object).toEqual({ city: 'Oslo' });
    await generateObject({
      model: codex('gpt-5.3-codex'),
      schema: z.object({ city: z.string(), zip: z.string().optional() }),
      prompt: 'Where?',
    });
    const formats = calls(emulator).map((call) => call.body.text?.format);
    expect(formats).toMatchObject([
      { type: 'json_schema', name: 'place', strict: true },
      { type: 'json_schema', name: 'response', strict: false },
    ]);
  });
});

describe('model ids', () => {
  it('are normalized on the wire only, and an effort in them is sent unless an option says otherwise', async () => {
    const { codex, emulator } = await setUp();
    const model = codex('openai-codex/GPT-5.3-Codex-high');
    expect(model.modelId).toBe('openai-codex/GPT-5.3-Codex-high');
    await generateText({ model, prompt: 'Hi.' });
    await generateText({ model, prompt: 'Hi.', providerOptions: { codex: { reasoningEffort: 'low' } } });
    expect(calls(emulator).map(({ body }) => [body.model, body.reasoning])).toEqual([
      ['gpt-5.3-codex', { effort: 'high' }],
      ['gpt-5.3-codex', { effort: 'low' }],
    ]);
  });

  it('work in a registry', async () => {
    const { codex, emulator } = await setUp();
    const registry = createProviderRegistry({ codex, 'openai-codex': codex });
    await generateText({ model: registry.languageModel('codex:gpt-5.3-codex'), prompt: 'Hi.' });
    await generateText({ model: registry.languageModel('openai-codex:gpt-5.3-codex'), prompt: 'Hi.' });
    expect(calls(emulator).map(({ body }) => body.model)).toEqual(['gpt-5.3-codex', 'gpt-5.3-codex']);
  });

  it('of the API-key provider are not taken unless asked, and then only the one', async () => {
    const { codex } = await setUp();
    expect(() => codex('openai/gpt-5.3-codex')).toThrow(/acceptOpenAIPrefix/);
    const { codex: accepting, emulator } = await setUp({ acceptOpenAIPrefix: true });
    await generateText({ model: accepting('openai/gpt-5.3-codex'), prompt: 'Hi.' });
    expect(calls(emulator)[0]?.body.model).toBe('gpt-5.3-codex');
    expect(() => accepting('openai/gpt-5.2-codex')).toThrow(/No such model/);
  });

  it('that nobody knows are sent as they are, and refused by name', async () => {
    const { codex, emulator } = await setUp();
    const error = await generateText({ model: codex('Some-Future-Model'), prompt: 'Hi.' }).catch((cause) => cause);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error.message).toContain(
      "The 'Some-Future-Model' model is not supported when using Codex with a ChatGPT account.",
    );
    expect(error).toMatchObject({ statusCode: 400, isRetryable: false });
    expect(calls(emulator)).toHaveLength(1);
  });
});

it('other kinds of models do not exist', async () => {
  const { codex } = await setUp();
  for (const make of [codex.textEmbeddingModel, codex.embeddingModel, codex.imageModel]) {
    expect(() => make('x')).toThrow(/No such/);
  }
});
