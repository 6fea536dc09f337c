import { expect, it } from 'vitest';
import { parseFrames, post, validHeaders, withEmulator } from './client';

// Every byte of a default answer, so that a change of its form is seen: protocol events in their order, with all fields.
it('sends this stream for a reasoning, a text and a call', () =>
  withEmulator(async (emulator, login) => {
    emulator.reply({
      reasoning: 'Hm.',
      text: 'Look up',
      toolCalls: [{ name: 'weather', input: { a: 12345 }, callId: 'call_a' }],
      usage: { inputTokens: 20, cachedTokens: 8, outputTokens: 9, reasoningTokens: 3 },
    });
    const events = parseFrames(await (await post(emulator, validHeaders(login))).text());
    const [created] = events as { response?: { id: string; created_at: number } }[];
    const { id, created_at } = created?.response ?? {};
    const ids = events.flatMap(({ type, item }) =>
      type === 'response.output_item.added' ? [(item as { id: string }).id] : [],
    );
    expect([id, ...ids].map((name) => String(name).replace(/_\d{12}$/, ''))).toEqual(['resp', 'rs', 'msg', 'fc']);
    const [rs, msg, fc] = ids;
    const sealed = (events.at(7) as { item?: { encrypted_content?: string } }).item?.encrypted_content;
    expect(sealed).toMatch(/^gAAAAA[\w-]{128}$/);

    const open = {
      id,
      object: 'response',
      created_at,
      status: 'in_progress',
      model: 'gpt-5.3-codex',
      output: [],
      error: null,
      incomplete_details: null,
      store: false,
      service_tier: 'auto',
      usage: null,
    };
    const summary = { item_id: rs, summary_index: 0, output_index: 0 };
    const content = { item_id: msg, content_index: 0, output_index: 1 };
    const part = (text: string) => ({ type: 'output_text', annotations: [], logprobs: [], text });
    const message = { id: msg, type: 'message', role: 'assistant', phase: 'commentary' };
    const call = { id: fc, type: 'function_call', call_id: 'call_a', name: 'weather' };
    const expected = [
      { type: 'response.created', response: open },
      { type: 'response.in_progress', response: open },
      {
        type: 'response.output_item.added',
        item: { id: rs, type: 'reasoning', summary: [], encrypted_content: '' },
        output_index: 0,
      },
      { type: 'response.reasoning_summary_part.added', ...summary, part: { type: 'summary_text', text: '' } },
      { type: 'response.reasoning_summary_text.delta', ...summary, delta: 'Hm.' },
      { type: 'response.reasoning_summary_text.done', ...summary, text: 'Hm.' },
      { type: 'response.reasoning_summary_part.done', ...summary, part: { type: 'summary_text', text: 'Hm.' } },
      {
        type: 'response.output_item.done',
        item: {
          id: rs,
          type: 'reasoning',
          summary: [{ type: 'summary_text', text: 'Hm.' }],
          encrypted_content: sealed,
        },
        output_index: 0,
      },
      {
        type: 'response.output_item.added',
        item: { ...message, status: 'in_progress', content: [] },
        output_index: 1,
      },
      { type: 'response.content_part.added', ...content, part: part('') },
      { type: 'response.output_text.delta', ...content, delta: 'Look ', logprobs: [] },
      { type: 'response.output_text.delta', ...content, delta: 'up', logprobs: [] },
      { type: 'response.output_text.done', ...content, text: 'Look up', logprobs: [] },
      { type: 'response.content_part.done', ...content, part: part('Look up') },
      {
        type: 'response.output_item.done',
        item: { ...message, status: 'completed', content: [part('Look up')] },
        output_index: 1,
      },
      {
        type: 'response.output_item.added',
        item: { ...call, arguments: '', status: 'in_progress' },
        output_index: 2,
      },
      { type: 'response.function_call_arguments.delta', item_id: fc, delta: '{"a":123', output_index: 2 },
      { type: 'response.function_call_arguments.delta', item_id: fc, delta: '45}', output_index: 2 },
      { type: 'response.function_call_arguments.done', item_id: fc, arguments: '{"a":12345}', output_index: 2 },
      {
        type: 'response.output_item.done',
        item: { ...call, arguments: '{"a":12345}', status: 'completed' },
        output_index: 2,
      },
      {
        type: 'response.completed',
        response: {
          ...open,
          status: 'completed',
          service_tier: 'default',
          usage: {
            input_tokens: 20,
            input_tokens_details: { cached_tokens: 8 },
            output_tokens: 9,
            output_tokens_details: { reasoning_tokens: 3 },
            total_tokens: 29,
          },
        },
      },
    ];
    expect(events).toEqual(expected.map((event, sequence_number) => ({ ...event, sequence_number })));
  }));
