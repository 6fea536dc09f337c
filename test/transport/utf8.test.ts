import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Utf8Decoder } from '../../src/transport/utf8';

function decode(pieces: Uint8Array[]): string {
  const decoder = new Utf8Decoder();
  return pieces.map((piece) => decoder.decode(piece)).join('') + decoder.end();
}

/** The bytes in pieces that end where `cuts` say; pieces may be empty. */
function cut(bytes: Uint8Array, cuts: number[]): Uint8Array[] {
  const ends = [...cuts.map((end) => end % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const cuts = fc.array(fc.nat(), { maxLength: 8 });
const runs = fc.array(
  fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('plain ', '“', '🌊', '\uFEFF')),
);

it('gives the same text however it is cut', () => {
  fc.assert(
    fc.property(runs, cuts, (words, ends) => {
      const bytes = new TextEncoder().encode(words.join(''));
      expect(decode(cut(bytes, ends))).toBe(new TextDecoder().decode(bytes));
    }),
    { seed: 3, numRuns: 3_000 },
  );
});

it('gives what one decoder in stream mode gives, also for bytes that are no text', () => {
  const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0x20, max: 0x7e }));
  const bytes = fc.array(byte, { maxLength: 24 }).map((values) => Uint8Array.from(values));
  fc.assert(
    fc.property(bytes, cuts, (all, ends) => {
      const pieces = cut(all, ends);
      const stream = new TextDecoder();
      const expected = pieces.map((piece) => stream.decode(piece, { stream: true })).join('') + stream.decode();
      expect(decode(pieces)).toBe(expected);
    }),
    { seed: 4, numRuns: 5_000 },
  );
});
