import { generateText, jsonSchema, stepCountIs, tool } from 'ai';
import { describe, expect, it, onTestFinished } from 'vitest';
import { modelInfo } from '../../../src/catalog/known-models';
import type { CallMessage, CallOptions, CallTool, CodexCall } from '../../../src/codec/call';
import { buildRequestBody } from '../../../src/codec/request/build-request-body';
import { startCodexEmulator } from '../../../src/testing';
import { calls, setUp } from '../../e2e/setup';

const MODEL = 'gpt-5.6-sol';
const LITE_HEADER = 'x-openai-internal-codex-responses-lite';

const image = { type: 'file', mediaType: 'image/png', data: { base64: 'AAAA' }, imageDetail: 'high' } as const;
const system: CallMessage = { role: 'system', text: 'Be brief.' };
const user: CallMessage = { role: 'user', parts: [{ type: 'text', text: 'Hi.' }] };
const lookUp: CallTool = {
  type: 'function',
  name: 'look_up',
  inputSchema: { type: 'object', properties: { word: { type: 'string' } } },
};

function build(call: Partial<CodexCall>, lite = true, defaultInstructions = 'Default.') {
  return buildRequestBody(
    {
      modelId: MODEL,
      prompt: [system, user],
      tools: [],
      options: {},
      unsupportedSettings: [],
      includeRawEvents: false,
      ...call,
    },
    { model: modelInfo(MODEL), account: 'me', sessionId: 's1', defaultInstructions, lite, clampEffort: true },
  );
}

const withOptions = (options: CallOptions) => build({ options, tools: [lookUp] });
const developer = (text: string) => ({
  type: 'message',
  role: 'developer',
  content: [{ type: 'input_text', text }],
});

describe('the lite form', () => {
  it('has tools and instructions in front of the input, and nowhere else', () => {
    const { body, warnings } = build({ tools: [lookUp] });
    const classic = build({ tools: [lookUp] }, false).body;
    expect(body).toEqual({
      model: MODEL,
      input: [
        { type: 'additional_tools', role: 'developer', tools: classic.tools },
        developer('Be brief.'),
        ...classic.input,
      ],
      tool_choice: 'auto',
      parallel_tool_calls: false,
      reasoning: { context: 'all_turns' },
      store: false,
      stream: true,
      include: ['reasoning.encrypted_content'],
      prompt_cache_key: 's1',
    });
    expect(classic.tools).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it('has no item for tools where there are none, nor for instructions that are empty', () => {
    const { body } = build({});
    expect(body.input.map((item) => 'role' in item && item.role)).toEqual(['developer', 'user']);
    expect(body).not.toHaveProperty('tool_choice');
    expect(body.parallel_tool_calls).toBe(false);
    expect(build({ prompt: [user] }, true, '').body.input).toHaveLength(1);
    expect(build({ prompt: [user] }).body.input[0]).toEqual(developer('Default.'));
  });

  it('keeps what else was asked of the reasoning, and the choice of a tool', () => {
    const { body } = build({
      tools: [lookUp],
      toolChoice: { type: 'tool', name: 'look_up' },
      options: { reasoningEffort: 'ultra', reasoningSummary: 'auto' },
    });
    expect(body).toMatchObject({
      reasoning: { effort: 'max', summary: 'auto', context: 'all_turns' },
      tool_choice: { type: 'function', name: 'look_up' },
    });
  });

  it('warns of parallel calls that were asked for, and of nothing else', () => {
    const { body, warnings } = withOptions({ parallelToolCalls: true });
    expect(body.parallel_tool_calls).toBe(false);
    expect(warnings).toEqual([expect.objectContaining({ type: 'unsupported-setting', setting: 'parallelToolCalls' })]);
    expect(withOptions({ parallelToolCalls: false }).warnings).toEqual([]);
  });

  it('leaves the detail of images out, of what was said and of what tools returned', () => {
    const prompt: CallMessage[] = [
      { role: 'user', parts: [{ type: 'text', text: 'See.' }, image] },
      {
        role: 'assistant',
        parts: [{ type: 'tool-call', callId: 'c', name: 'look_up', input: {}, providerExecuted: false }],
      },
      { role: 'tool', results: [{ callId: 'c', name: 'look_up', output: { type: 'content', parts: [image] } }] },
    ];
    const plain = { type: 'input_image', image_url: 'data:image/png;base64,AAAA' };
    const { body, warnings } = build({ prompt });
    expect(body.input.slice(1)).toMatchObject([
      { content: [{ type: 'input_text', text: 'See.' }, plain] },
      { type: 'function_call' },
      { output: [plain] },
    ]);
    expect(JSON.stringify(body)).not.toContain('detail');
    expect(warnings).toEqual([{ type: 'other', message: expect.stringContaining('image detail') }]);
    expect(JSON.stringify(build({ prompt }, false).body).match(/"detail":"high"/g)).toHaveLength(2);
  });
});

it.each([
  ['without tools', {}],
  ['with tools', { tools: [lookUp], toolChoice: { type: 'required' } as const }],
  ['with images', { prompt: [{ role: 'user', parts: [image] } as CallMessage] }],
])('is what a strict backend takes, %s', async (_name, call) => {
  const emulator = await startCodexEmulator({ strictItemKeys: true });
  onTestFinished(() => emulator.close());
  const { accessToken, accountId } = emulator.login();
  const send = (lite: boolean) =>
    fetch(`${emulator.baseURL}/responses`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${accessToken}`,
        'chatgpt-account-id': accountId ?? '',
        'content-type': 'application/json',
        [LITE_HEADER]: 'true',
      },
      body: JSON.stringify(build(call, lite).body),
    });
  expect((await send(true)).status).toBe(200);
  expect((await send(false)).status).toBe(400);
});

describe('a call of a provider', () => {
  const tools = {
    look_up: tool({ inputSchema: jsonSchema<{ word: string }>({ type: 'object' }), execute: async () => 'found' }),
  };

  it('goes through a loop of tools in the lite form, in one turn of the backend', async () => {
    const { codex, emulator } = await setUp({ responsesLite: true }, { strictItemKeys: true });
    emulator.reply(
      { reasoning: 'Hm.', toolCalls: [{ name: 'look_up', input: { word: 'a' } }] },
      { toolCalls: [{ name: 'look_up', input: { word: 'b' } }] },
      'Done.',
    );
    const { text } = await generateText({
      model: codex(MODEL),
      system: 'Be brief.',
      prompt: 'Look up a.',
      tools,
      stopWhen: stepCountIs(3),
      // Other tools in the middle of a turn are no other turn.
      prepareStep: ({ stepNumber }) => (stepNumber === 2 ? { system: 'Be quick.', activeTools: [] } : {}),
    });
    expect(text).toBe('Done.');
    const sent = calls(emulator);
    expect(sent.map(({ status, headers }) => [status, headers[LITE_HEADER]])).toEqual(Array(3).fill([200, 'true']));
    for (const { body } of sent) {
      expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['instructions']));
      expect(body).not.toHaveProperty('tools');
      expect(body).toMatchObject({ parallel_tool_calls: false, reasoning: { context: 'all_turns' } });
    }
    expect(sent.map(({ body }) => body.input.map(({ type }) => type))).toEqual([
      ['additional_tools', 'message', 'message'],
      ['additional_tools', 'message', 'message', 'reasoning', 'function_call', 'function_call_output'],
      [
        'message',
        'message',
        'reasoning',
        'function_call',
        'function_call_output',
        'function_call',
        'function_call_output',
      ],
    ]);
    expect(emulator.violations).toEqual([]);
  });

  it('is in the classic form by default', async () => {
    const { codex, emulator } = await setUp();
    await generateText({ model: codex(MODEL), system: 'Be brief.', prompt: 'Hi.', tools });
    const [sent] = calls(emulator);
    expect(sent?.headers).not.toHaveProperty(LITE_HEADER);
    expect(sent?.body).toMatchObject({ instructions: 'Be brief.', tools: [{ name: 'look_up' }] });
    expect(sent?.body.input).toHaveLength(1);
  });
});
