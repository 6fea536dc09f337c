import { describe, expect, it } from 'vitest';
import { createSseDecoder } from '../../src/transport/sse';

function decode(text: string, size = text.length): { events: unknown[]; invalid: string[] } {
  const seen = { events: [] as unknown[], invalid: [] as string[] };
  const decoder = createSseDecoder({
    event: (event) => seen.events.push(event),
    invalid: (frame) => seen.invalid.push(frame),
  });
  const bytes = new TextEncoder().encode(text);
  for (let start = 0; start < bytes.length; start += size) decoder.push(bytes.subarray(start, start + size));
  decoder.end();
  return seen;
}

const A = { type: 'a', text: 'héllo 🎈' };
const B = { type: 'b' };

describe('the event stream', () => {
  it.each([1, 2, 3, 7, 1_000])('is read in chunks of %i bytes', (size) => {
    const text = `event: a\ndata: ${JSON.stringify(A)}\n\ndata: ${JSON.stringify(B)}\n\n`;
    expect(decode(text, size)).toEqual({ events: [A, B], invalid: [] });
  });

  it.each([
    ['CRLF', `event: b\r\ndata: ${JSON.stringify(B)}\r\n\r\n`],
    ['CR', `data: ${JSON.stringify(B)}\r\r`],
    ['comments and blank frames', `: hi\n\n:\n\ndata: ${JSON.stringify(B)}\n\n: bye\n\n`],
    ['data over two lines', 'data: {"type":\ndata: "b"}\n\n'],
    ['no space after the colon', `data:${JSON.stringify(B)}\n\n`],
    ['no blank line at the end', `data: ${JSON.stringify(B)}`],
    ['a byte order mark', `\uFEFFdata: ${JSON.stringify(B)}\n\n`],
    ['[DONE] at the end', `data: ${JSON.stringify(B)}\n\ndata: [DONE]\n\n`],
  ])('may have %s', (_name, text) => {
    expect(decode(text)).toEqual({ events: [B], invalid: [] });
  });

  it('gives up an event that would fill the memory, and says so once', () => {
    const seen: string[] = [];
    const decoder = createSseDecoder(
      { event: ({ type }) => seen.push(type), invalid: (frame) => seen.push(frame) },
      100,
    );
    const push = (text: string) => decoder.push(new TextEncoder().encode(text));
    push(`data: ${JSON.stringify(A)}\n\ndata: `);
    expect(decoder.isTooLong).toBe(false);
    for (let count = 0; count < 3; count += 1) push('x'.repeat(60));
    decoder.end();
    expect(decoder.isTooLong).toBe(true);
    expect(seen).toEqual(['a', '(an event of more than 100 characters)']);
  });

  it('takes the type from the event line where the data has none', () => {
    expect(decode('event: b\ndata: {"x":1}\n\n').events).toEqual([{ x: 1, type: 'b' }]);
  });

  it.each([
    ['error', '{"error":{"code":"x"}}'],
    ['detail', '{"detail":"No."}'],
  ])('takes data without a type that has an %s for an error', (_name, data) => {
    const events = [{ ...JSON.parse(data), type: 'error' }];
    expect(decode(`data: ${data}\n\n`).events).toEqual(events);
    expect(decode(`event: message\ndata: ${data}\n\n`).events).toEqual(events);
  });

  it('reports what is not JSON, and passes over what is no event', () => {
    expect(decode('data: {"type":\n\ndata: null\n\ndata: 5\n\ndata: {"x":1}\n\n')).toEqual({
      events: [],
      invalid: ['{"type":'],
    });
  });
});
