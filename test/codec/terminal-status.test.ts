import { describe, expect, it } from 'vitest';
import type { ResponseEvent } from '../../src/codec/response/response-event';
import { ResponseMachine } from '../../src/codec/response/response-machine';
import type { ResponsePart } from '../../src/codec/response/response-part';

const item = { type: 'message', id: 'msg_1', content: [{ type: 'output_text', text: 'Half' }] };

function end(type: string, response: object): ResponsePart[] {
  const machine = new ResponseMachine({});
  const out: ResponsePart[] = [];
  const events: ResponseEvent[] = [
    { type: 'response.output_item.done', output_index: 0, item },
    { type, response: { id: 'resp_1', usage: { output_tokens: 2 }, ...response } },
  ];
  for (const event of events) machine.handle(event, out);
  return out;
}

describe.each(['response.completed', 'response.done'])('%s', (type) => {
  it.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'content-filter'],
  ])('of an incomplete response has its reason: %s', (reason, finishReason) => {
    const parts = end(type, { status: 'incomplete', incomplete_details: { reason } });
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason, rawFinishReason: reason });
  });

  it('of an incomplete response without reason is no stop', () => {
    expect(end(type, { status: 'incomplete' }).at(-1)).toMatchObject({ finishReason: 'other' });
  });

  it.each([
    ['a status', { status: 'failed' }, []],
    ['an error', { status: 'completed', error: { code: 'server_error', message: 'No.' } }, ['server_error']],
    ['an error in a text', { status: 'incomplete', error: 'It broke.' }, []],
    ['both', { status: 'failed', error: { code: 'rate_limit_exceeded' } }, ['rate_limit_exceeded']],
  ])('of a failed response is a failure: %s', (_name, response, codes) => {
    const parts = end(type, response);
    expect(parts.at(-2)).toMatchObject({ type: 'error', failure: { kind: 'response-failed', codes } });
    expect(parts.at(-1)).toMatchObject({ finishReason: 'error', usage: { outputTokens: 2 } });
  });

  it.each([
    {},
    { status: 'completed', error: null, incomplete_details: null },
    { status: 'completed', error: { code: null, message: null } },
    { status: 'completed', error: 'none' },
    { error: {} },
  ])('of any other is a stop: %j', (response) => {
    const parts = end(type, response);
    expect(parts.at(-1)).toMatchObject({ finishReason: 'stop' });
    expect(parts.map((part) => part.type)).not.toContain('error');
  });
});

it('shows the beginning of a frame that is not JSON', () => {
  const out: ResponsePart[] = [];
  new ResponseMachine({}).invalid('{'.repeat(100_000), out);
  expect(out).toMatchObject([{ failure: { detail: '{'.repeat(64 * 1024) } }]);
});
