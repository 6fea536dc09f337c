import { describe, expect, it } from 'vitest';
import type { ResponseEvent } from '../../src/codec/response/response-event';
import { ResponseMachine } from '../../src/codec/response/response-machine';
import type { ResponsePart } from '../../src/codec/response/response-part';

const created = { type: 'response.created', response: { id: 'resp_1' } };
const usage = { input_tokens: 7, output_tokens: 0 };
const completed = (output: unknown, type = 'response.completed') => ({ type, response: { output, usage } });
const item = { type: 'message', id: 'msg_1', content: [] };

function run(...events: (ResponseEvent | 'damaged')[]): ResponsePart[] {
  const machine = new ResponseMachine({});
  const out: ResponsePart[] = [];
  for (const event of events) {
    if (event === 'damaged') machine.invalid('{', out);
    else machine.handle(event, out);
  }
  return out;
}

describe('a response that completed', () => {
  it.each([
    ['an empty list', completed([])],
    ['no list', completed(null)],
    ['a list of what are no items', completed([null, 7, {}])],
    ['an empty list, by its other name', completed([], 'response.done')],
    ['nothing at all', { type: 'response.completed' }],
  ])('without an item is a failure: %s', (_name, terminal) => {
    const parts = run(created, terminal);
    expect(parts.map(({ type }) => type)).toEqual(['response-metadata', 'error', 'finish']);
    expect(parts[1]).toMatchObject({ failure: { kind: 'empty-response', detail: terminal } });
    expect(parts[2]).toMatchObject({ finishReason: 'error', metadata: { responseId: 'resp_1' } });
  });

  it('without an item tells its usage all the same', () => {
    expect(run(created, completed([])).at(-1)).toMatchObject({ usage: { inputTokens: 7, outputTokens: 0 } });
  });

  it.each<[string, ResponseEvent[]]>([
    ['a message without text', [{ type: 'response.output_item.done', output_index: 0, item }, completed([])]],
    ['an item that was begun', [{ type: 'response.output_item.added', output_index: 0, item }, completed([])]],
    ['an item in the list alone', [completed([item])]],
    ['an item that we do not know', [{ type: 'response.output_item.done', item: { type: 'new_call' } }, completed([])]],
  ])('with one is none: %s', (_name, events) => {
    expect(run(created, ...events).filter(({ type }) => type === 'error')).toEqual([]);
  });

  it.each([
    ['by its event', { type: 'response.incomplete', response: { output: [] } }],
    ['by its status', { type: 'response.completed', response: { status: 'incomplete', incomplete_details: null } }],
  ])('as incomplete without a reason is one, too: %s', (_name, terminal) => {
    const parts = run(created, terminal);
    expect(parts[1]).toMatchObject({ failure: { kind: 'empty-response', message: expect.stringContaining('before') } });
    expect(parts.at(-1)).toMatchObject({ finishReason: 'error' });
  });

  it('as incomplete is none, nor one more for a damaged stream', () => {
    const incomplete = {
      type: 'response.incomplete',
      response: { incomplete_details: { reason: 'max_output_tokens' } },
    };
    expect(run(created, incomplete).at(-1)).toMatchObject({ type: 'finish', finishReason: 'length' });
    const errors = run(created, 'damaged', completed([])).filter(({ type }) => type === 'error');
    expect(errors).toMatchObject([{ failure: { kind: 'invalid-event' } }]);
  });
});
