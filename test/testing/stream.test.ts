import type { ScriptedReply, StreamFraming } from 'ai-sdk-codex/testing';
import { createParser } from 'eventsource-parser';
import { describe, expect, it } from 'vitest';
import { type Body, parseFrames, post, validBody, validHeaders, withEmulator } from './client';

async function eventsOf(reply: ScriptedReply | string, body: Body = {}): Promise<Body[]> {
  let events: Body[] = [];
  await withEmulator(async (emulator, login) => {
    emulator.reply(reply);
    events = parseFrames(await (await post(emulator, validHeaders(login), validBody(body))).text());
  });
  return events;
}

const FULL: ScriptedReply = {
  reasoning: ['Think first', 'then more'],
  text: 'Let me look at Paris 🗼',
  toolCalls: [
    { name: 'weather', input: { city: 'Paris 🗼' } },
    { name: 'patch', input: '*** Begin Patch', type: 'custom' },
  ],
};

describe('a composed answer', () => {
  it('has the events of each item in order, between created and completed', async () => {
    const events = await eventsOf(FULL);
    const runs = events.map((event) => event.type).filter((type, index, all) => type !== all[index - 1]);
    const part = ['part.added', 'text.delta', 'text.done', 'part.done'].map((n) => `response.reasoning_summary_${n}`);
    const message = ['content_part.added', 'output_text.delta', 'output_text.done', 'content_part.done'];
    const wrap = (inner: string[]) => ['response.output_item.added', ...inner, 'response.output_item.done'];
    const argument = (kind: string) => [`response.${kind}.delta`, `response.${kind}.done`];
    expect(runs).toEqual([
      'response.created',
      'response.in_progress',
      ...wrap([...part, ...part]),
      ...wrap(message.map((name) => `response.${name}`)),
      ...wrap(argument('function_call_arguments')),
      ...wrap(argument('custom_tool_call_input')),
      'response.completed',
    ]);
  });

  it('numbers events and items', async () => {
    const events = await eventsOf(FULL);
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index));
    const indices = events.flatMap((event) => (event.output_index === undefined ? [] : [event.output_index as number]));
    expect([...new Set(indices)]).toEqual([0, 1, 2, 3]);
    expect(indices).toEqual([...indices].sort());
  });

  it('says the same in deltas, in done events and in items', async () => {
    const events = await eventsOf(FULL);
    const joined = (type: string) => events.flatMap((event) => (event.type === type ? [event.delta] : [])).join('');
    const items = events.flatMap((event) => (event.type === 'response.output_item.done' ? [event.item as Body] : []));
    expect(joined('response.reasoning_summary_text.delta')).toBe('Think firstthen more');
    expect(joined('response.output_text.delta')).toBe(FULL.text);
    expect(joined('response.function_call_arguments.delta')).toBe('{"city":"Paris 🗼"}');
    expect(joined('response.custom_tool_call_input.delta')).toBe('*** Begin Patch');
    expect(items).toEqual([
      {
        id: expect.stringMatching(/^rs_/),
        type: 'reasoning',
        summary: [
          { type: 'summary_text', text: 'Think first' },
          { type: 'summary_text', text: 'then more' },
        ],
        encrypted_content: expect.any(String),
      },
      expect.objectContaining({ type: 'message', role: 'assistant', phase: 'commentary', status: 'completed' }),
      {
        id: expect.stringMatching(/^fc_/),
        type: 'function_call',
        call_id: expect.stringMatching(/^call_/),
        name: 'weather',
        arguments: '{"city":"Paris 🗼"}',
        status: 'completed',
      },
      expect.objectContaining({
        id: expect.stringMatching(/^ctc_/),
        type: 'custom_tool_call',
        input: '*** Begin Patch',
      }),
    ]);
  });

  it('rule 23: completes with an id, usage, the default tier and no output', async () => {
    const [completed] = (await eventsOf('hello world', { service_tier: 'priority' })).slice(-1);
    expect(completed).toMatchObject({
      type: 'response.completed',
      response: {
        id: expect.stringMatching(/^resp_/),
        status: 'completed',
        model: 'gpt-5.3-codex',
        service_tier: 'default',
        output: [],
        usage: { output_tokens: 3, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: expect.any(Number) },
      },
    });
  });

  it.each([
    ['null', null],
    ['full', [expect.objectContaining({ type: 'message' })]],
  ] as const)('rule 23: completedOutput %s', async (completedOutput, output) => {
    const [completed] = (await eventsOf({ text: 'hi', completedOutput })).slice(-1);
    expect(completed?.response).toMatchObject({ output });
  });

  it('takes usage, phase, end of turn and further items from the script', async () => {
    const search = { id: 'ws_1', type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'q' } };
    const usage = { inputTokens: 10, cachedTokens: 4, outputTokens: 6, reasoningTokens: 2 };
    const events = await eventsOf({ text: 'hi', phase: null, endTurn: false, items: [search], usage });
    expect(events.find((event) => event.type === 'response.output_item.done')?.item).not.toHaveProperty('phase');
    expect(events.filter((event) => event.type === 'response.output_item.done').at(-1)?.item).toEqual(search);
    expect(events.at(-1)?.response).toMatchObject({
      end_turn: false,
      usage: { input_tokens: 10, input_tokens_details: { cached_tokens: 4 }, output_tokens: 6, total_tokens: 16 },
    });
    expect((await eventsOf({ text: 'hi', usage: null })).at(-1)?.response).toMatchObject({ usage: null });
  });
});

describe('rule 24: what the request has to ask for', () => {
  const reasoning = (events: Body[]) =>
    events.find((event) => (event.item as Body | undefined)?.type === 'reasoning' && /done$/.test(String(event.type)))
      ?.item;

  it('sends no encrypted content without include', async () => {
    const events = await eventsOf(FULL, { include: [] });
    expect(reasoning(events)).not.toHaveProperty('encrypted_content');
    expect(JSON.stringify(events)).not.toContain('encrypted_content');
  });

  it('sends no summary without reasoning.summary', async () => {
    const events = await eventsOf(FULL, { reasoning: { effort: 'low' } });
    expect(reasoning(events)).toMatchObject({ summary: [], encrypted_content: expect.any(String) });
    expect(events.some((event) => String(event.type).startsWith('response.reasoning_summary'))).toBe(false);
  });
});

describe('rule 19: encrypted reasoning', () => {
  async function mint(emulator: Parameters<typeof post>[0], headers: Record<string, string>): Promise<Body> {
    emulator.reply({ reasoning: 'hm', text: 'ok' });
    const events = parseFrames(await (await post(emulator, headers)).text());
    const item = events.find((event) => event.type === 'response.output_item.done')?.item as Body;
    return { type: 'reasoning', summary: item.summary, encrypted_content: item.encrypted_content };
  }

  it('opens for its account and model family only', () =>
    withEmulator(async (emulator, login) => {
      const seal = await mint(emulator, validHeaders(login));
      const replay = (model: string, headers: Record<string, string>) =>
        post(emulator, headers, validBody({ model, input: [seal] })).then((response) => response.status);
      const other = emulator.login({ accountId: 'another-account' });
      expect(await replay('gpt-5.3-codex', validHeaders(login))).toBe(200);
      expect(await replay('gpt-5.3-codex-spark', validHeaders(login))).toBe(200);
      expect(await replay('gpt-5.5', validHeaders(login))).toBe(400);
      expect(await replay('gpt-5.3-codex', validHeaders(other))).toBe(400);
    }));
});

describe('rule 22: framing', () => {
  const framings: [string, StreamFraming][] = [
    ['plain', {}],
    ['no content type', { contentType: false }],
    ['another content type', { contentType: 'text/plain' }],
    ['no event lines', { eventLines: false }],
    ['comments', { comments: true }],
    ['CRLF', { crlf: true }],
    ['keepalive', { keepalive: true }],
    ['single bytes', { chunkBytes: 1 }],
    ['no last blank line', { omitLastBlankLine: true }],
    [
      'all at once',
      { contentType: false, eventLines: false, comments: true, crlf: true, keepalive: true, chunkBytes: 3 },
    ],
  ];

  it.each(framings)('%s', (_, framing) =>
    withEmulator(async (emulator, login) => {
      emulator.reply({ text: 'Grüße 🗼', framing });
      const response = await post(emulator, validHeaders(login));
      const type = framing.contentType ?? 'text/event-stream';
      expect(response.headers.get('content-type')).toBe(type === false ? null : type);
      const text = await response.text();
      expect(parseByLibrary(text).join('')).toBe('Grüße 🗼');
      expect(/^event: /m.test(text)).toBe(framing.eventLines !== false);
      expect(/^: /m.test(text)).toBe(framing.comments === true);
      expect(text.includes('\r\n')).toBe(framing.crlf === true);
      expect(text.includes('{"type":"keepalive"}')).toBe(framing.keepalive === true);
      expect(/\n\r?\n$/.test(text)).toBe(framing.omitLastBlankLine !== true);
    }),
  );

  function parseByLibrary(text: string): unknown[] {
    const deltas: unknown[] = [];
    createParser({
      onEvent: ({ data }) => {
        const event = JSON.parse(data) as Body;
        if (event.type === 'response.output_text.delta') deltas.push(event.delta);
      },
    }).feed(text);
    return deltas;
  }

  it('splits inside a character', () =>
    withEmulator(async (emulator, login) => {
      emulator.reply({ text: '🗼', framing: { chunkBytes: 1 } });
      const response = await post(emulator, validHeaders(login));
      const pieces: Uint8Array[] = [];
      for await (const piece of response.body ?? []) pieces.push(piece as Uint8Array);
      expect(pieces.some((piece) => piece.length > 0 && ((piece[0] ?? 0) & 0xc0) === 0x80)).toBe(true);
    }));
});

it('sends given events as they are, raw data lines too', () =>
  withEmulator(async (emulator, login) => {
    emulator.reply({ events: [{ type: 'response.created', response: {} }, '[DONE]'] });
    const text = await (await post(emulator, validHeaders(login))).text();
    expect(text).toBe('event: response.created\ndata: {"type":"response.created","response":{}}\n\ndata: [DONE]\n\n');
  }));

it('reads an endless script no faster than its reader', () =>
  withEmulator(async (emulator, login) => {
    let made = 0;
    function* endless() {
      for (;;) yield { type: 'response.output_text.delta', delta: 'x'.repeat(1000), made: made++ };
    }
    emulator.reply({ events: endless() });
    const controller = new AbortController();
    const response = await post(emulator, validHeaders(login), validBody(), controller.signal);
    await response.body?.getReader().read();
    let before = -1;
    while (before !== made) {
      before = made;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(made).toBeLessThan(50_000);
    controller.abort();
    expect(await emulator.requests[0]?.closed).toBe('aborted');
    expect(emulator.requests[0]?.aborted).toBe(true);
  }));

it('notices that the client left while the script itself is waiting', () =>
  withEmulator(async (emulator, login) => {
    async function* waiting() {
      yield { type: 'response.created', response: {} };
      await new Promise(() => {});
    }
    emulator.reply({ events: waiting() });
    const controller = new AbortController();
    const response = await post(emulator, validHeaders(login), validBody(), controller.signal);
    await response.body?.getReader().read();
    controller.abort();
    expect(await emulator.requests[0]?.closed).toBe('aborted');
  }));

it('paces events by real time when asked', () =>
  withEmulator(async (emulator, login) => {
    emulator.reply({ text: 'a b', delayMs: 1 });
    expect(parseFrames(await (await post(emulator, validHeaders(login))).text()).at(-1)?.type).toBe(
      'response.completed',
    );
  }));
