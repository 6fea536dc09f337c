import { describe, expect, it } from 'vitest';
import { modelInfo } from '../../../src/catalog/known-models';
import type { CallMessage, CallOptions, CodexCall } from '../../../src/codec/call';
import { UnsupportedInputError } from '../../../src/codec/errors';
import { buildRequestBody, type RequestContext } from '../../../src/codec/request/build-request-body';

const MINE = { account: 'me', model: 'gpt-5.3-codex' };

function build(call: Partial<CodexCall>, context: Partial<RequestContext> = {}) {
  const modelId = call.modelId ?? 'gpt-5.3-codex';
  return buildRequestBody(
    { modelId, prompt: [], tools: [], options: {}, unsupportedSettings: [], includeRawEvents: false, ...call },
    {
      model: modelInfo(modelId),
      account: 'me',
      sessionId: 's1',
      defaultInstructions: 'Default.',
      lite: false,
      clampEffort: true,
      ...context,
    },
  );
}

const withOptions = (options: CallOptions) => build({ options }).body;
const input = (...prompt: CallMessage[]) => build({ prompt }).body.input;
const user = (text: string): CallMessage => ({ role: 'user', parts: [{ type: 'text', text }] });
const assistant = (...parts: Extract<CallMessage, { role: 'assistant' }>['parts']): CallMessage => ({
  role: 'assistant',
  parts,
});
const reasoning = (text: string, more: object = {}) =>
  ({ type: 'reasoning', text, itemId: 'rs_1', encryptedContent: 'ENC', origin: MINE, ...more }) as const;

describe('the body', () => {
  it('is no more than this for a plain call', () => {
    expect(build({ prompt: [user('hi')] })).toEqual({
      body: {
        model: 'gpt-5.3-codex',
        instructions: 'Default.',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] }],
        store: false,
        stream: true,
        include: ['reasoning.encrypted_content'],
        prompt_cache_key: 's1',
      },
      warnings: [],
    });
  });

  it('carries the options', () => {
    const options: CallOptions = {
      reasoningEffort: 'high',
      reasoningSummary: 'auto',
      textVerbosity: 'low',
      serviceTier: 'priority',
      promptCacheKey: 'k',
      include: ['web_search_call.action.sources', 'reasoning.encrypted_content'],
    };
    expect(withOptions(options)).toMatchObject({
      reasoning: { effort: 'high', summary: 'auto' },
      text: { verbosity: 'low' },
      service_tier: 'priority',
      prompt_cache_key: 'k',
      include: ['reasoning.encrypted_content', 'web_search_call.action.sources'],
    });
  });

  it('leaves out a summary of reasoning for a model that gives none, and says so', () => {
    const model = { id: 'm', supportsReasoningSummaries: false };
    const options: CallOptions = { reasoningEffort: 'high', reasoningSummary: 'auto' };
    const { body, warnings } = build({ options }, { model });
    expect(body.reasoning).toEqual({ effort: 'high' });
    expect(warnings).toEqual([
      expect.objectContaining({
        type: 'unsupported-setting',
        setting: 'reasoningSummary',
        details: expect.any(String),
      }),
    ]);
    expect(build({ options: { reasoningSummary: 'auto' } }, { model }).body).not.toHaveProperty('reasoning');
    expect(build({ options: { reasoningSummary: 'none' } }, { model }).warnings).toEqual([]);
    const gives = build({ options }, { model: { id: 'm', supportsReasoningSummaries: true } });
    expect([gives.body.reasoning, gives.warnings]).toEqual([{ effort: 'high', summary: 'auto' }, []]);
  });

  it('leaves out what would be refused, and says so', () => {
    const { body, warnings } = build({
      unsupportedSettings: ['temperature', 'seed'],
      options: { serviceTier: 'flex' },
    });
    expect(Object.keys(body).sort()).toEqual(Object.keys(build({}).body).sort());
    expect(warnings.map((warning) => warning.type === 'unsupported-setting' && warning.setting)).toEqual([
      'temperature',
      'seed',
      'serviceTier',
    ]);
  });

  it.each([
    ['fast', 'priority'],
    ['auto', undefined],
    ['default', undefined],
    ['ultrafast', 'ultrafast'],
  ] as const)('sends the tier %s as %s', (serviceTier, wire) => {
    expect(withOptions({ serviceTier }).service_tier).toBe(wire);
  });

  it('changes an effort that the model does not take, unless that is not wanted', () => {
    const call = { modelId: 'gpt-5.5', options: { reasoningEffort: 'max', reasoningSummary: 'auto' } } as const;
    const { body, warnings } = build(call);
    expect(body).toMatchObject({ model: 'gpt-5.5', reasoning: { effort: 'xhigh', summary: 'auto' } });
    expect(warnings).toEqual([
      {
        type: 'unsupported-setting',
        setting: 'reasoningEffort',
        details: 'gpt-5.5 does not take max; xhigh was sent.',
      },
    ]);
    const asked = build(call, { clampEffort: false });
    expect([asked.body.reasoning, asked.warnings]).toEqual([{ effort: 'max', summary: 'auto' }, []]);
  });

  it('leaves a verbosity out for a model that is known to take none', () => {
    const call = { options: { textVerbosity: 'low' }, responseFormat: {} } as const;
    const model = { ...modelInfo('gpt-5.3-codex'), supportsVerbosity: false };
    const { body, warnings } = build(call, { model });
    expect(body.text).toEqual({ format: { type: 'json_object' } });
    expect(warnings).toEqual([
      { type: 'unsupported-setting', setting: 'textVerbosity', details: expect.stringContaining('gpt-5.3-codex') },
    ]);
    expect(build({ options: { textVerbosity: 'low' } }, { model }).body).not.toHaveProperty('text');
    expect(build({ responseFormat: {} }, { model }).warnings).toEqual([]);
    const taken = build(call, { model: { ...model, supportsVerbosity: true } });
    expect([taken.body.text?.verbosity, taken.warnings]).toEqual(['low', []]);
  });

  it('sends no summary for none', () => {
    expect(withOptions({ reasoningSummary: 'none' })).not.toHaveProperty('reasoning');
  });
});

describe('system messages', () => {
  const system = (text: string): CallMessage => ({ role: 'system', text });

  it('lead the instructions, behind the option, in front of the default', () => {
    const prompt = [system('One.'), system('Two.'), user('hi')];
    expect(build({ prompt }).body.instructions).toBe('One.\n\nTwo.');
    expect(build({ prompt, options: { instructions: 'First.' } }).body.instructions).toBe('First.\n\nOne.\n\nTwo.');
    expect(build({ prompt: [user('hi')], options: { instructions: 'Only.' } }).body.instructions).toBe('Only.');
  });

  it('stay where they are in the middle of a prompt, as developer items', () => {
    const { body } = build({ prompt: [system('One.'), user('hi'), system('Now in verse.'), user('go')] });
    expect(body.instructions).toBe('One.');
    expect(body.input.map((item) => 'role' in item && item.role)).toEqual(['user', 'developer', 'user']);
    expect(body.input[1]).toMatchObject({ content: [{ type: 'input_text', text: 'Now in verse.' }] });
  });

  it('alone give an empty input', () => {
    expect(build({ prompt: [system('One.')] }).body).toMatchObject({ instructions: 'One.', input: [] });
  });
});

describe('files', () => {
  const file = (mediaType: string, data: { base64: string } | { url: string }, more = {}) =>
    input({ role: 'user', parts: [{ type: 'file', mediaType, data, ...more }] })[0];

  it('become images', () => {
    expect(file('image/png', { base64: 'AAAA' }, { imageDetail: 'high' })).toMatchObject({
      content: [{ type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'high' }],
    });
    expect(file('image/*', { base64: 'AAAA' })).toMatchObject({
      content: [{ image_url: 'data:image/jpeg;base64,AAAA' }],
    });
    expect(file('image/*', { url: 'https://e.org/a.png' })).toEqual({
      type: 'message',
      role: 'user',
      content: [{ type: 'input_image', image_url: 'https://e.org/a.png' }],
    });
  });

  it('that the model is known not to see are sent with one warning', () => {
    const image = { type: 'file', mediaType: 'image/png', data: { base64: 'AAAA' } } as const;
    const prompt: CallMessage[] = [
      { role: 'user', parts: [image, { type: 'text', text: 'What is it?' }] },
      assistant({ type: 'tool-call', callId: 'c1', name: 'f', input: {}, providerExecuted: false }),
      { role: 'tool', results: [{ callId: 'c1', name: 'f', output: { type: 'content', parts: [image] } }] },
    ];
    const { body, warnings } = build({ modelId: 'gpt-5.3-codex-spark', prompt });
    expect(warnings).toEqual([{ type: 'other', message: expect.stringMatching(/^2 × image, .*gpt-5\.3-codex-spark/) }]);
    expect(JSON.stringify(body.input).match(/"input_image"/g)).toHaveLength(2);
    expect(build({ modelId: 'gpt-5.3-codex-spark', prompt: [user('hi')] }).warnings).toEqual([]);
    for (const modelId of ['gpt-5.3-codex', 'gpt-99']) expect(build({ modelId, prompt }).warnings).toEqual([]);
  });

  it('become PDFs', () => {
    const pdf = 'application/pdf';
    const data = 'data:application/pdf;base64,AAAA';
    expect(file(pdf, { base64: 'AAAA' }, { filename: 'a.pdf' })).toMatchObject({
      content: [{ type: 'input_file', filename: 'a.pdf', file_data: data }],
    });
    expect(file(pdf, { url: data })).toMatchObject({ content: [{ filename: 'part-0.pdf', file_data: data }] });
    expect(file(pdf, { url: 'https://e.org/a.pdf' })).toMatchObject({
      content: [{ type: 'input_file', file_url: 'https://e.org/a.pdf' }],
    });
  });

  it('of other kinds are refused rather than lost', () => {
    expect(() => file('audio/wav', { base64: 'AAAA' })).toThrow(UnsupportedInputError);
  });
});

describe('tool calls and results', () => {
  const call = (callId: string) =>
    assistant({ type: 'tool-call', callId, name: 'f', input: { a: 1 }, providerExecuted: false });
  const result = (callId: string, output: object) =>
    ({ role: 'tool', results: [{ callId, name: 'f', output }] }) as CallMessage;

  it('are paired by call id', () => {
    expect(input(call('c1'), result('c1', { type: 'text', text: 'ok' }))).toEqual([
      { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{"a":1}' },
      { type: 'function_call_output', call_id: 'c1', output: 'ok' },
    ]);
  });

  it('have outputs of every kind', () => {
    const output = (value: object) => input(result('c1', value)).map((item) => 'output' in item && item.output)[0];
    expect(output({ type: 'json', value: { a: [1] } })).toBe('{"a":[1]}');
    expect(output({ type: 'json', value: undefined })).toBe('null');
    const image = { type: 'file', mediaType: 'image/png', data: { base64: 'AA' } };
    expect(output({ type: 'content', parts: [{ type: 'text', text: 't' }, image] })).toEqual([
      { type: 'input_text', text: 't' },
      { type: 'input_image', image_url: 'data:image/png;base64,AA' },
    ]);
  });

  it('keep ids that fit, and shorten others alike on both sides', () => {
    const long = `toolu_${'x'.repeat(80)}`;
    const items = input(
      call('call_ok-1'),
      result('call_ok-1', { type: 'text', text: '' }),
      call(long),
      result(long, { type: 'text', text: '' }),
    );
    const ids = items.map((item) => ('call_id' in item ? item.call_id : ''));
    expect(ids.slice(0, 2)).toEqual(['call_ok-1', 'call_ok-1']);
    expect(ids[2]).toMatch(/^call_[0-9a-f]{16}$/);
    expect(ids[3]).toBe(ids[2]);
    expect(input(call(`${long}y`))[0]).not.toMatchObject({ call_id: ids[2] });
    expect(input(call('fünf'))[0]).toMatchObject({ call_id: expect.stringMatching(/^call_[0-9a-f]{16}$/) });
  });

  it('that a provider executed are left out with a warning', () => {
    const { body, warnings } = build({
      prompt: [
        assistant(
          { type: 'tool-call', callId: 'w', name: 'web_search', input: {}, providerExecuted: true },
          { type: 'tool-result', callId: 'w', name: 'web_search' },
          { type: 'text', text: 'found' },
        ),
      ],
    });
    expect(body.input).toEqual([
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'found' }] },
    ]);
    expect(warnings).toHaveLength(1);
  });
});

describe('tools', () => {
  const inputSchema = { type: 'object', properties: { a: { type: 'number' } } };
  const tools = [{ type: 'function', name: 'f', description: 'F.', inputSchema }] as const;

  it('are declared flat, not strict, in parallel', () => {
    expect(build({ tools: [...tools] }).body).toMatchObject({
      tools: [{ type: 'function', name: 'f', description: 'F.', strict: false, parameters: inputSchema }],
      tool_choice: 'auto',
      parallel_tool_calls: true,
    });
  });

  it('leave it to the backend for a model that nobody knows', () => {
    expect(build({ modelId: 'gpt-99', tools: [...tools] }).body).not.toHaveProperty('parallel_tool_calls');
  });

  it('cannot be chosen when they were left out', () => {
    const { body } = build({ tools: [...tools], toolChoice: { type: 'tool', name: 'web_search' } });
    expect(body.tool_choice).toBe('auto');
  });

  it('follow the options and the choice', () => {
    const { body } = build({
      tools: [{ type: 'function', name: 'g', inputSchema: { type: 'object' } }],
      toolChoice: { type: 'tool', name: 'g' },
      options: { parallelToolCalls: false, strictJsonSchema: true },
    });
    expect(body).toMatchObject({
      tools: [{ name: 'g', strict: true, parameters: { type: 'object', properties: {} } }],
      tool_choice: { type: 'function', name: 'g' },
      parallel_tool_calls: false,
    });
  });
});

describe('reasoning', () => {
  const sealed = (...summary: string[]) => ({
    type: 'reasoning',
    summary: summary.map((text) => ({ type: 'summary_text', text })),
    encrypted_content: 'ENC',
  });

  it('is grouped by item, without its id, where its first part stood', () => {
    const parts = [
      reasoning('one', { encryptedContent: undefined, origin: undefined }),
      { type: 'text', text: 'between', phase: 'commentary' } as const,
      reasoning('two'),
      reasoning('raw thoughts', { raw: true, encryptedContent: undefined }),
      reasoning('', { itemId: 'rs_2' }),
    ];
    expect(input(assistant(...parts))).toEqual([
      sealed('one', 'two'),
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'between' }], phase: 'commentary' },
      sealed(),
    ]);
  });

  it.each([
    ['same account and family', {}, { origin: { account: 'me', model: 'gpt-5.3-codex-spark' } }, true],
    ['another account', {}, { origin: { account: 'you', model: 'gpt-5.3-codex' } }, false],
    ['another family', {}, { origin: { account: 'me', model: 'gpt-5.5' } }, false],
    [
      'another family, if asked',
      { reasoningReplay: 'same-account' },
      { origin: { account: 'me', model: 'gpt-5.5' } },
      true,
    ],
    [
      'another account, though asked',
      { reasoningReplay: 'same-account' },
      { origin: { account: 'you', model: 'gpt-5.3-codex' } },
      false,
    ],
    ['never', { reasoningReplay: 'never' }, {}, false],
    ['no origin', {}, { origin: undefined }, false],
    ['no encrypted content', {}, { encryptedContent: undefined }, false],
  ] as const)('of %s', (_name, options, more, sent) => {
    const { body, warnings } = build({ prompt: [assistant(reasoning('t', more))], options });
    expect(body.input).toEqual(sent ? [sealed('t')] : []);
    expect(warnings).toHaveLength(
      sent || ('reasoningReplay' in options && options.reasoningReplay === 'never') ? 0 : 1,
    );
  });

  it('belongs to nobody where the account is unknown', () => {
    const nobody = reasoning('t', { origin: { account: '', model: 'gpt-5.3-codex' } });
    expect(build({ prompt: [assistant(nobody)] }, { account: '' }).body.input).toEqual([]);
  });

  it('warns once a kind, not once a part', () => {
    const foreign = (itemId: string) => reasoning('t', { itemId, origin: undefined });
    const { warnings } = build({ prompt: [assistant(foreign('a'), foreign('b')), assistant(foreign('c'))] });
    expect(warnings).toEqual([{ type: 'other', message: expect.stringMatching(/^3 × reasoning/) }]);
  });

  it('is left out altogether after the backend refused it', () => {
    expect(build({ prompt: [assistant(reasoning('t'))] }, { withoutReasoning: true }).body.input).toEqual([]);
  });
});

describe('structured output', () => {
  const format = (schema: object | undefined, options: CallOptions = {}) =>
    build({ responseFormat: schema ? { schema: schema as never, name: 'n' } : {}, options }).body.text?.format;
  const strictObject = (properties: object, required = Object.keys(properties)) => ({
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties,
    required,
    additionalProperties: false,
  });

  it('is strict where the schema allows it', () => {
    const nested = strictObject({ a: { type: 'array', items: strictObject({ b: { type: 'string' } }) } });
    expect(format(nested)).toEqual({ type: 'json_schema', name: 'n', strict: true, schema: nested });
  });

  it.each([
    ['an optional property', strictObject({ a: { type: 'string' } }, [])],
    ['an open object', { type: 'object', properties: {}, required: [] }],
    [
      'an optional property further down',
      strictObject({ a: { anyOf: [strictObject({ b: {} }, []), { type: 'null' }] } }),
    ],
    ['a keyword that strict mode does not know', strictObject({ a: { type: 'string', minLength: 1 } })],
    ['a format that strict mode does not know', strictObject({ a: { type: 'string', format: 'uri' } })],
    ['a pattern that looks around', strictObject({ a: { type: 'string', pattern: '^(?!x)a$' } })],
    ['no object at the top', { type: 'array', items: { type: 'string' } }],
  ])('is not with %s', (_name, schema) => {
    expect(format(schema)).toMatchObject({ strict: false });
    expect(format(schema, { strictJsonSchema: true })).toMatchObject({ strict: true });
  });

  it('without a schema is any JSON object', () => {
    expect(format(undefined)).toEqual({ type: 'json_object' });
  });
});
