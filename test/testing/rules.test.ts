import type { CodexEmulator } from 'ai-sdk-codex/testing';
import { startCodexEmulator } from 'ai-sdk-codex/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OAuthCredentials } from '../../src/shared/credentials';
import { backendRequest } from '../../src/testing/backend/backend-request';
import { ModelDirectory } from '../../src/testing/backend/model-directory';
import { firstRefusal, RULES } from '../../src/testing/backend/rules';
import { type Body, call, output, post, userMessage, validBody, validHeaders } from './client';

/** `undefined` takes a header away. */
type Headers = Record<string, string | undefined>;

interface Case {
  rule: number;
  name: string;
  body?: Body;
  headers?: Headers;
  status: number;
  answer: unknown;
  /** The same request with the one thing mended. Default: the valid request. */
  control?: { body?: Body; headers?: Headers };
}

/** Headers of a valid request with some of them changed. */
function changed(login: OAuthCredentials, headers: Headers = {}): Record<string, string> {
  const all = Object.entries({ ...validHeaders(login), ...headers });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

const LITE = { 'x-openai-internal-codex-responses-lite': 'true' };
const LITE_BODY = { model: 'gpt-5.6-sol', reasoning: { effort: 'low', context: 'all_turns' } };
const detail = (text: string) => ({ detail: text });
const error = (code: string | null, param: string, message: unknown = expect.any(String)) => ({
  error: { message, type: 'invalid_request_error', param, code },
});
const without = (key: string) => ({ [key]: undefined });
const input = (...items: unknown[]) => ({ input: [userMessage(), ...items] });
const assistant = (type: string) => ({ type: 'message', role: 'assistant', content: [{ type, text: 'x' }] });
const CODEX = { originator: 'codex_exec', 'user-agent': 'codex_exec/0.144.6 (Linux)', version: '0.144.6' };
const LUNA = { model: 'gpt-5.6-luna' };

const GATEWAY: Case[] = [
  {
    rule: 5,
    name: 'no instructions',
    body: without('instructions'),
    status: 400,
    answer: detail('Instructions are required'),
  },
  {
    rule: 5,
    name: 'instructions that are no text',
    body: { instructions: 1 },
    status: 400,
    answer: detail('Instructions are required'),
    control: { body: { instructions: '' } },
  },
  {
    rule: 5,
    name: 'no instructions in the plain form of a lite model',
    body: { ...LITE_BODY, ...without('instructions') },
    status: 400,
    answer: detail('Instructions are required'),
    control: { body: { ...LITE_BODY, ...without('instructions') }, headers: LITE },
  },
  {
    rule: 5,
    name: 'instructions that are no text in the lite form',
    headers: LITE,
    body: { ...LITE_BODY, instructions: 1 },
    status: 400,
    answer: detail('Instructions are required'),
    control: { body: { ...LITE_BODY, ...without('instructions') }, headers: LITE },
  },
  {
    rule: 6,
    name: 'a text as input',
    body: { input: 'hi' },
    status: 400,
    answer: detail('Input must be a list'),
    control: { body: { input: [] } },
  },
  { rule: 6, name: 'no input', body: without('input'), status: 400, answer: detail('Input must be a list') },
  { rule: 7, name: 'store true', body: { store: true }, status: 400, answer: detail('Store must be set to false') },
  { rule: 7, name: 'no store', body: without('store'), status: 400, answer: detail('Store must be set to false') },
  { rule: 8, name: 'stream false', body: { stream: false }, status: 400, answer: detail('Stream must be set to true') },
  { rule: 8, name: 'no stream', body: without('stream'), status: 400, answer: detail('Stream must be set to true') },
  ...[
    'temperature',
    'top_p',
    'max_output_tokens',
    'max_tokens',
    'metadata',
    'user',
    'truncation',
    'safety_identifier',
    'prompt_cache_retention',
    'seed',
    'presence_penalty',
    'frequency_penalty',
    'previous_response_id',
    'generate',
    'top_logprobs',
    'background',
  ].map(
    (key): Case => ({
      rule: 9,
      name: key,
      body: { [key]: 1 },
      status: 400,
      answer: detail(`Unsupported parameter: ${key}`),
    }),
  ),
  ...['fast', 'flex', 'auto', 'scale'].map(
    (tier): Case => ({
      rule: 10,
      name: tier,
      body: { service_tier: tier },
      status: 400,
      answer: detail(`Unsupported service_tier: ${tier}`),
      control: { body: { service_tier: 'priority' } },
    }),
  ),
  {
    rule: 11,
    name: 'a system message',
    body: input({ type: 'message', role: 'system', content: 'x' }),
    status: 400,
    answer: detail('System messages are not allowed'),
    control: { body: input({ type: 'message', role: 'developer', content: 'x' }) },
  },
  {
    rule: 11,
    name: 'a system message without a type',
    body: input({ role: 'system', content: 'x' }),
    status: 400,
    answer: detail('System messages are not allowed'),
  },
];

const notServed = (id: string) => detail(`The '${id}' model is not supported when using Codex with a ChatGPT account.`);

const MODEL: Case[] = [
  { rule: 12, name: 'an unknown model', body: { model: 'gpt-9' }, status: 400, answer: notServed('gpt-9') },
  { rule: 12, name: 'a retired model', body: { model: 'gpt-5' }, status: 400, answer: notServed('gpt-5') },
  {
    rule: 12,
    name: 'a client that is too old',
    body: { model: 'gpt-6-sol' },
    headers: { version: '0.154.9' },
    status: 400,
    answer: notServed('gpt-6-sol'),
    control: { body: { model: 'gpt-6-sol' } },
  },
  {
    rule: 12,
    name: 'another client on an identity-gated model',
    body: LUNA,
    status: 404,
    answer: error(null, 'model', 'Model not found gpt-5.6-luna'),
    control: { body: LUNA, headers: CODEX },
  },
  ...(['originator', 'user-agent'] as const).map(
    (name): Case => ({
      rule: 12,
      name: `a foreign ${name} alone on an identity-gated model`,
      body: LUNA,
      headers: { ...CODEX, [name]: 'test-client/1.0.0' },
      status: 404,
      answer: error(null, 'model', 'Model not found gpt-5.6-luna'),
      control: { body: LUNA, headers: CODEX },
    }),
  ),
  {
    rule: 12,
    name: 'a Codex client whose user agent says that it is too old',
    body: { model: 'gpt-6-sol' },
    headers: { version: undefined, 'user-agent': 'codex_exec/0.154.9 (Linux)' },
    status: 400,
    answer: notServed('gpt-6-sol'),
    control: { body: { model: 'gpt-6-sol' }, headers: { version: undefined, 'user-agent': 'codex_exec/0.155.0' } },
  },
  {
    rule: 13,
    name: 'an effort the model does not have',
    body: { reasoning: { effort: 'minimal' } },
    status: 400,
    answer: error(
      'unsupported_value',
      'reasoning.effort',
      "Unsupported value: 'minimal' is not supported with the 'gpt-5.3-codex' model. Supported values are: 'low', 'medium', 'high', 'xhigh'.",
    ),
    control: { body: { reasoning: { effort: 'xhigh' } } },
  },
  {
    rule: 13,
    name: 'a word that is no effort',
    body: { reasoning: { effort: 'default' } },
    status: 400,
    answer: error('invalid_value', 'reasoning.effort'),
    control: { body: { reasoning: null } },
  },
  {
    rule: 14,
    name: 'the lite form of a model without it',
    headers: LITE,
    body: { reasoning: LITE_BODY.reasoning },
    status: 400,
    answer: error('unsupported_value', 'model'),
    control: { headers: LITE, body: LITE_BODY },
  },
  {
    rule: 14,
    name: 'the lite form without all turns',
    headers: LITE,
    body: { model: 'gpt-5.6-sol' },
    status: 400,
    answer: error('unsupported_value', 'reasoning.context'),
    control: { body: { model: 'gpt-5.6-sol' } },
  },
  {
    rule: 14,
    name: 'a hosted tool in the lite form',
    headers: LITE,
    body: { ...LITE_BODY, tools: [{ type: 'web_search' }] },
    status: 400,
    answer: error('unsupported_value', 'tools'),
    control: { headers: LITE, body: { ...LITE_BODY, tools: [{ type: 'tool_search', execution: 'client' }] } },
  },
  {
    rule: 14,
    name: 'a hosted tool among the additional tools',
    headers: LITE,
    body: {
      ...LITE_BODY,
      input: [{ type: 'additional_tools', role: 'developer', tools: [{ type: 'image_generation' }] }],
    },
    status: 400,
    answer: error('unsupported_value', 'tools'),
    control: {
      headers: LITE,
      body: {
        ...LITE_BODY,
        input: [{ type: 'additional_tools', role: 'developer', tools: [{ type: 'custom', name: 'exec' }] }],
      },
    },
  },
  {
    rule: 15,
    name: 'a hosted tool chosen',
    body: { tools: [{ type: 'web_search' }], tool_choice: { type: 'web_search' } },
    status: 400,
    answer: error(null, 'tool_choice', "Tool choice 'web_search' not found in 'tools' parameter."),
    control: { body: { tools: [{ type: 'web_search' }] } },
  },
  {
    rule: 15,
    name: 'a function that is not declared',
    body: { tool_choice: { type: 'function', name: 'other' } },
    status: 400,
    answer: error(null, 'tool_choice', "Tool choice 'other' not found in 'tools' parameter."),
    control: { body: { tool_choice: { type: 'function', name: 'weather' } } },
  },
  {
    rule: 15,
    name: 'required without tools',
    body: { tools: [], tool_choice: 'required' },
    status: 400,
    answer: error(null, 'tool_choice'),
    control: { body: { tool_choice: 'required' } },
  },
];

const INPUT: Case[] = [
  {
    rule: 16,
    name: 'input_text of the assistant',
    body: input(assistant('input_text')),
    status: 400,
    answer: error(
      'invalid_value',
      'input[1].content[0]',
      "Invalid value: 'input_text'. Supported values are: 'output_text', 'refusal'.",
    ),
    control: { body: input(assistant('output_text'), assistant('refusal')) },
  },
  {
    rule: 16,
    name: 'output_text of the user',
    body: input({
      role: 'user',
      content: [
        { type: 'input_text', text: 'a' },
        { type: 'output_text', text: 'b' },
      ],
    }),
    status: 400,
    answer: error('invalid_value', 'input[1].content[1]'),
    control: { body: input({ role: 'user', content: 'plain' }) },
  },
  {
    rule: 16,
    name: 'a role nobody has',
    body: input({ role: 'tool', content: 'x' }),
    status: 400,
    answer: error('invalid_value', 'input[1].role'),
  },
  {
    rule: 16,
    name: 'an image that is none',
    body: input({ role: 'user', content: [{ type: 'input_image', image_url: 'data:image/png;base64,' }] }),
    status: 400,
    answer: error('invalid_value', 'input[1].content[0].image_url'),
    control: {
      body: input({
        role: 'user',
        content: [
          { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
          { type: 'input_image', image_url: 'https://example.com/a.png' },
        ],
      }),
    },
  },
  {
    rule: 16,
    name: 'content that is neither text nor list',
    body: input({ role: 'user', content: {} }),
    status: 400,
    answer: error('invalid_type', 'input[1].content'),
  },
  {
    rule: 16,
    name: 'an item without a type',
    body: input('hi'),
    status: 400,
    answer: error('invalid_type', 'input[1]'),
  },
  ...(['function_call', 'custom_tool_call'] as const).flatMap((type): Case[] => {
    const called = type === 'function_call' ? call('c') : { type, call_id: 'c', name: 'exec', input: '' };
    const given = (output: unknown) => input(called, { type: `${type}_output`, call_id: 'c', output });
    const control = {
      body: given([
        { type: 'input_text', text: 'a' },
        { type: 'input_image', image_url: 'https://example.com/a.png' },
      ]),
    };
    return [
      {
        rule: 16,
        name: `output_text in a ${type}_output`,
        body: given([
          { type: 'input_text', text: 'a' },
          { type: 'output_text', text: 'b' },
        ]),
        status: 400,
        answer: error('invalid_value', 'input[2].output[1]'),
        control,
      },
      {
        rule: 16,
        name: `a ${type}_output that is neither text nor list`,
        body: given({ a: 1 }),
        status: 400,
        answer: error('invalid_type', 'input[2].output'),
        control,
      },
    ];
  }),
  ...[call('c'), output('c'), { type: 'custom_tool_call', name: 'exec', input: '' }].map(
    (item): Case => ({
      rule: 17,
      name: `a ${item.type} without call_id`,
      body: input({ ...item, call_id: undefined }),
      status: 400,
      answer: error(
        'missing_required_parameter',
        'input[1].call_id',
        "Missing required parameter: 'input[1].call_id'.",
      ),
      control: { body: input(call('c'), output('c')) },
    }),
  ),
  {
    rule: 17,
    name: 'a shell call without its output',
    body: input({ type: 'local_shell_call', call_id: 'c', action: {} }),
    status: 400,
    answer: error(null, 'input', 'No tool output found for function call c.'),
    control: { body: input({ type: 'local_shell_call', call_id: 'c', action: {} }, output('c')) },
  },
  {
    rule: 17,
    name: 'a shell call that has its own id alone, without its output',
    body: input({ type: 'local_shell_call', id: 'lsh_1', action: {} }),
    status: 400,
    answer: error(null, 'input', 'No tool output found for function call lsh_1.'),
    control: { body: input({ type: 'local_shell_call', id: 'lsh_1', action: {} }, output('lsh_1')) },
  },
  {
    rule: 17,
    name: 'an output without its call',
    body: input(output('call_1')),
    status: 400,
    answer: error(null, 'input', 'No tool call found for function call output with call_id call_1.'),
    control: { body: input(output('call_1'), call('call_1')) },
  },
  {
    rule: 17,
    name: 'a call without its output',
    body: input(call('call_1')),
    status: 400,
    answer: error(null, 'input', 'No tool output found for function call call_1.'),
    control: { body: input(call('call_1'), output('call_1')) },
  },
  {
    rule: 17,
    name: 'a custom output for a function call',
    body: input(call('c'), output('c'), { type: 'custom_tool_call_output', call_id: 'c', output: 'x' }),
    status: 400,
    answer: error(null, 'input', 'No tool call found for function call output with call_id c.'),
  },
  {
    rule: 18,
    name: 'an item reference',
    body: input({ type: 'item_reference', id: 'msg_1' }),
    status: 404,
    answer: error(
      null,
      'input',
      "Item with id 'msg_1' not found. Items are not persisted when `store` is set to false.",
    ),
    control: { body: input(assistant('output_text')) },
  },
  {
    rule: 18,
    name: 'a reasoning that is only an id',
    body: input({ type: 'reasoning', id: 'rs_1', summary: [] }),
    status: 404,
    answer: error(null, 'input', expect.stringContaining("'rs_1' not found")),
    control: { body: input({ type: 'reasoning', summary: [] }) },
  },
  {
    rule: 19,
    name: 'a seal that was not made here',
    body: input({ type: 'reasoning', summary: [], encrypted_content: 'gAAAAAforged' }),
    status: 400,
    answer: error('invalid_encrypted_content', 'input[1].encrypted_content'),
  },
  {
    rule: 20,
    name: 'a call with the id of something else',
    body: input(call('c', { id: 'msg_1' }), output('c')),
    status: 400,
    answer: error('invalid_value', 'input[1].id'),
    control: { body: input(call('c', { id: 'fc_1' }), output('c')) },
  },
  {
    rule: 20,
    name: 'an id of 65 characters',
    body: input({ ...userMessage(), id: 'm'.repeat(65) }),
    status: 400,
    answer: error('string_above_max_length', 'input[1].id'),
    control: { body: input({ ...userMessage(), id: 'm'.repeat(64) }) },
  },
  {
    rule: 20,
    name: 'a call id of 65 characters',
    body: input(call('c'.repeat(65)), output('c'.repeat(65))),
    status: 400,
    answer: error('string_above_max_length', 'input[1].call_id'),
    control: { body: input(call('c'.repeat(64)), output('c'.repeat(64))) },
  },
  {
    rule: 20,
    name: 'a cache key of 65 characters',
    body: { prompt_cache_key: 'k'.repeat(65) },
    status: 400,
    answer: error('string_above_max_length', 'prompt_cache_key'),
    control: { body: { prompt_cache_key: 'k'.repeat(64) } },
  },
  {
    rule: 21,
    name: 'an unknown key of an item',
    body: input({ ...userMessage(), cache: true }),
    status: 400,
    answer: error('unknown_parameter', 'input[1].cache', "Unknown parameter: 'input[1].cache'."),
    control: { body: input({ ...userMessage(), internal_chat_message_metadata_passthrough: { turn_id: 't' } }) },
  },
];

const ADDITIONAL = { type: 'additional_tools', role: 'developer', tools: [{ type: 'function', name: 'late' }] };

/** What is let pass beside the rules' own controls. */
const ACCEPTED: [number, string, NonNullable<Case['control']>][] = [
  [9, 'access_programs', { body: { access_programs: [] } }],
  [9, 'stream_options', { body: { stream_options: { include_obfuscation: false } } }],
  [9, 'client_metadata', { body: { client_metadata: { a: 'b' } } }],
  [10, 'the tier default', { body: { service_tier: 'default' } }],
  [10, 'the tier ultrafast', { body: { service_tier: 'ultrafast' } }],
  [
    12,
    'the version of a user agent that is not of the Codex family',
    { body: { model: 'gpt-6-sol' }, headers: { version: undefined, 'user-agent': 'test-client/0.1.0' } },
  ],
  [15, 'the choice none', { body: { tool_choice: 'none' } }],
  [15, 'the choice none without tools', { body: { tools: [], tool_choice: 'none' } }],
  [
    15,
    'the choice of an additional tool',
    { body: { tools: [], tool_choice: { type: 'function', name: 'late' }, ...input(ADDITIONAL) } },
  ],
  [15, 'required with additional tools alone', { body: { tools: [], tool_choice: 'required', ...input(ADDITIONAL) } }],
];

describe('what the backend refuses in a body', () => {
  let emulator: CodexEmulator;
  let login: OAuthCredentials;
  beforeAll(async () => {
    emulator = await startCodexEmulator({ strictItemKeys: true });
    login = emulator.login();
  });
  afterAll(() => emulator.close());
  const send = (request: Case['control'] = {}) =>
    post(emulator, changed(login, request.headers), validBody(request.body));

  it.each([...GATEWAY, ...MODEL, ...INPUT])('rule $rule: $name', async (broken) => {
    const refused = await send(broken);
    expect({ status: refused.status, body: await refused.json() }).toEqual({
      status: broken.status,
      body: broken.answer,
    });
    expect(emulator.requests.at(-1)).toMatchObject({ refusedBy: broken.rule, status: broken.status });

    const accepted = await send(broken.control);
    expect({ status: accepted.status, end: /response\.completed/.test(await accepted.text()) }).toEqual({
      status: 200,
      end: true,
    });
    expect(emulator.requests.at(-1)?.refusedBy).toBeUndefined();
  });

  it.each(ACCEPTED)('takes, by rule %i, %s', async (_rule, _name, request) => {
    const accepted = await send(request);
    expect({ status: accepted.status, text: await accepted.text() }).toEqual({
      status: 200,
      text: expect.stringContaining('response.completed'),
    });
  });

  it('looks at the rules in their order', async () => {
    const everything = { model: 'gpt-9', input: 'hi', temperature: 1, service_tier: 'flex' };
    const refused = await post(emulator, validHeaders(login), everything);
    expect(await refused.json()).toEqual(detail('Instructions are required'));
  });
});

it.each([...GATEWAY, ...MODEL, ...INPUT])('rule $rule alone stands against: $name', ({ rule, body, headers }) => {
  const seen = backendRequest({
    method: 'POST',
    path: '/backend-api/codex/responses',
    query: {},
    headers: changed({ accessToken: 't', accountId: 'a' }, headers),
    token: { ok: true, accountId: 'a', userId: 'u', email: 'u@example.com', planType: 'plus', fedramp: false },
    payload: { kind: 'json', value: JSON.parse(JSON.stringify(validBody(body))) },
    models: new ModelDirectory(),
    opensFor: () => false,
    strictItemKeys: true,
  });
  expect(firstRefusal(seen)?.rule.number).toBe(rule);
  const others = RULES.filter(({ number }) => number !== rule);
  expect(firstRefusal(seen, others)).toBeUndefined();
});
