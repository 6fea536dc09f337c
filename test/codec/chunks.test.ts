import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ResponseEvent } from '../../src/codec/response/response-event';
import { ResponseMachine } from '../../src/codec/response/response-machine';
import type { ResponsePart } from '../../src/codec/response/response-part';
import { createSseDecoder } from '../../src/transport/sse';
import { response } from './arbitrary-response';
import { faultsOf } from './check-parts';

interface Framing {
  newline: string;
  eventLine: boolean;
  between: string;
}

const framing: fc.Arbitrary<Framing> = fc.record({
  newline: fc.constantFrom('\n', '\r\n'),
  eventLine: fc.boolean(),
  between: fc.constantFrom('', ': ping\n\n', 'data: {"type":"keepalive"}\n\n', 'data: [DONE]\n\n'),
});

function encode(events: ResponseEvent[], { newline, eventLine, between }: Framing) {
  const frames = events.map((event) => {
    const lines = [...(eventLine ? [`event: ${event.type}`] : []), `data: ${JSON.stringify(event)}`];
    return `${lines.join(newline)}${newline}${newline}`;
  });
  return new TextEncoder().encode(frames.join(between));
}

/** The parts of a stream that arrives in pieces, cut at `cuts` (fractions of its length). */
function decode(bytes: Uint8Array, cuts: number[]): ResponsePart[] {
  const machine = new ResponseMachine({});
  const parts: ResponsePart[] = [];
  const decoder = createSseDecoder({
    event: (event) => machine.handle(event, parts),
    invalid: (frame) => machine.invalid(frame, parts),
  });
  const places = cuts.map((cut) => Math.floor(cut * bytes.length)).sort((a, b) => a - b);
  for (const [index, end] of [...places, bytes.length].entries())
    decoder.push(bytes.subarray(places[index - 1] ?? 0, end));
  decoder.end();
  machine.end(parts);
  return parts;
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });

it('gives the same parts wherever the bytes are cut', () => {
  fc.assert(
    fc.property(response, framing, cuts, ({ events }, how, places) => {
      const bytes = encode(events, how);
      expect(decode(bytes, places)).toEqual(decode(bytes, []));
    }),
    { seed: 11, numRuns: 400 },
  );
});

it('loses and adds nothing of the texts, summaries and arguments', () => {
  fc.assert(
    fc.property(response, framing, cuts, (planned, how, places) => {
      const parts = decode(encode(planned.events, how), places);
      const joined = (type: ResponsePart['type']) =>
        parts.map((part) => (part.type === type && 'delta' in part ? part.delta : '')).join('');
      expect(faultsOf(parts)).toEqual([]);
      expect(joined('text-delta')).toBe(planned.text);
      expect(joined('reasoning-delta')).toBe(planned.reasoning);
      expect(joined('tool-input-delta')).toBe(planned.calls.join(''));
      expect(parts.flatMap((part) => (part.type === 'tool-call' ? [part.input] : []))).toEqual(planned.calls);
      const finishReason = planned.calls.length > 0 ? 'tool-calls' : 'stop';
      expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason });
    }),
    { seed: 12, numRuns: 400 },
  );
});
