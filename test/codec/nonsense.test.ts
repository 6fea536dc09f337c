import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResponseEvent } from '../../src/codec/response/response-event';
import { response } from './arbitrary-response';
import { faultsOf, runMachine } from './check-parts';

const TERMINAL = ['response.completed', 'response.done', 'response.incomplete', 'response.failed', 'error'];
const TYPES = [
  ...TERMINAL,
  'response.created',
  'response.in_progress',
  'response.output_item.added',
  'response.output_item.done',
  'response.output_text.delta',
  'response.refusal.delta',
  'response.output_text.annotation.added',
  'response.reasoning_summary_part.added',
  'response.reasoning_summary_text.delta',
  'response.reasoning_summary_part.done',
  'response.reasoning_text.delta',
  'response.function_call_arguments.delta',
  'response.function_call_arguments.done',
  'response.custom_tool_call_input.delta',
  'keepalive',
];
const ITEM_TYPES = ['message', 'reasoning', 'function_call', 'web_search_call', 'image_generation_call', 'compaction'];

// Small pools, so that events meet each other.
const id = fc.constantFrom('a', 'b', 'c');
const index = fc.integer({ min: 0, max: 3 });
const words = fc.constantFrom('', 'x', '{"a":1}', '🌊');
const optional = { requiredKeys: [] };

const item = fc.record(
  {
    type: fc.constantFrom(...ITEM_TYPES),
    id,
    call_id: id,
    name: id,
    arguments: words,
    phase: fc.constantFrom('commentary', 'final_answer', null),
    encrypted_content: fc.option(words),
    summary: fc.option(fc.array(fc.record({ text: words }, optional), { maxLength: 3 })),
    content: fc.option(
      fc.array(fc.record({ type: fc.constantFrom('output_text', 'refusal'), text: words, refusal: words }), {
        maxLength: 2,
      }),
    ),
    result: fc.option(words),
  },
  { requiredKeys: ['type'] },
);

const event = fc
  .record(
    {
      type: fc.constantFrom(...TYPES),
      output_index: index,
      item_id: id,
      summary_index: index,
      delta: words,
      arguments: words,
      annotation: fc.record({ type: fc.constantFrom('url_citation', 'file_citation', 'other'), url: words }),
      item,
      response: fc.record({ id, output: fc.option(fc.array(item, { maxLength: 3 })) }, optional),
    },
    { requiredKeys: ['type'] },
  )
  .map((fields) => fields as ResponseEvent);

const junk = fc.constantFrom<unknown>(null, true, -1, 0, 1.5, '', 'x', [], {}, [null], [[]], [1], { type: 'message' });

/** `events` with some fields, at any depth, replaced by anything. */
function spoil(events: ResponseEvent[], changes: [number, unknown][]): ResponseEvent[] {
  const spoilt = structuredClone(events);
  for (const [place, value] of changes) {
    const fields = fieldsOf(spoilt);
    const field = fields[place % Math.max(fields.length, 1)];
    if (field) field.holder[field.name] = structuredClone(value);
  }
  return spoilt;
}

/** Every field but the type of an event, which alone is certain. */
function fieldsOf(events: ResponseEvent[]) {
  const fields: { holder: Record<string, unknown>; name: string }[] = [];
  const visit = (holder: Record<string, unknown>, isEvent: boolean) => {
    for (const [name, value] of Object.entries(holder)) {
      if (!isEvent || name !== 'type') fields.push({ holder, name });
      if (typeof value === 'object' && value !== null) visit(value as Record<string, unknown>, false);
    }
  };
  for (const one of events) visit(one as unknown as Record<string, unknown>, true);
  return fields;
}

describe('a machine closes once, with one finish, and every part begins and ends', () => {
  it('when events are lost, repeated and moved', () => {
    const moves = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 12 });
    fc.assert(
      fc.property(response, moves, fc.nat(), ({ events }, moved, end) => {
        const shuffled = [...events];
        for (const [from, to] of moved) {
          const taken = shuffled[from % shuffled.length];
          // Copied here and there, or moved.
          if (taken) shuffled.splice(to % shuffled.length, from % 2, taken);
        }
        const cut = shuffled.slice(0, end % 3 === 0 ? end % shuffled.length : shuffled.length);
        expect(faultsOf(runMachine(cut))).toEqual([]);
      }),
      { seed: 21, numRuns: 1_000 },
    );
  });

  it('when items share places, ids and calls', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), (events) => {
        expect(faultsOf(runMachine(events))).toEqual([]);
      }),
      { seed: 22, numRuns: 2_000 },
    );
  });

  it('when fields have the wrong types', () => {
    const changes = fc.array(fc.tuple(fc.nat(), junk), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), changes, (events, changed) => {
        expect(faultsOf(runMachine(spoil(events, changed)))).toEqual([]);
      }),
      { seed: 23, numRuns: 2_000 },
    );
  });
});
