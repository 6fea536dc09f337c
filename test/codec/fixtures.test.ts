import { describe, expect, it } from 'vitest';
import {
  CALL_OPTIONS,
  createV2Model,
  type Outcome,
  type PlainPart,
  streamOutcome,
  toPlainError,
} from '../support/v2-harness';
import { collectStream } from './collect-stream';
import { loadFixtures } from './fixtures';

const fixtures = loadFixtures();

describe.each(fixtures)('$name', ({ bytes, expected }) => {
  it.each([1, 7, 64, bytes.length])('gives its parts in chunks of %i bytes', async (size) => {
    expect(await streamOutcome(createV2Model(bytes, size))).toEqual(expected);
  });

  it('gives the same with doGenerate', async () => {
    expect(await generateOutcome(bytes)).toEqual(await streamedResult(bytes));
  });

  it('gives the same parts behind raw ones', async () => {
    const outcome = await streamOutcome(createV2Model(bytes, 64), { includeRawChunks: true });
    expect(withoutRaw(outcome)).toEqual(await streamOutcome(createV2Model(bytes, 64)));
    if ('parts' in outcome) expect(outcome.parts.slice(0, 2).map(({ type }) => type)).toEqual(['stream-start', 'raw']);
  });
});

it('covers what a stream can do', () => {
  expect(fixtures.length).toBeGreaterThanOrEqual(150);
});

async function generateOutcome(bytes: Uint8Array) {
  try {
    const { content, finishReason, usage, providerMetadata, response, warnings } = await createV2Model(
      bytes,
      7,
    ).doGenerate(CALL_OPTIONS);
    const { headers: _headers, ...metadata } = response ?? {};
    const result = { content, finishReason, usage, providerMetadata, response: metadata };
    expect(warnings).toEqual([]);
    return JSON.parse(JSON.stringify(result));
  } catch (error) {
    return { rejected: toPlainError(error) };
  }
}

/** What the stream of the same bytes says, as doGenerate must say it: the first error of a stream rejects it. */
async function streamedResult(bytes: Uint8Array) {
  const outcome = await streamOutcome(createV2Model(bytes));
  if (!('parts' in outcome)) return outcome;
  const failure = outcome.parts.find((part) => part.type === 'error');
  return failure ? { rejected: failure.error } : collectStream(outcome.parts);
}

function withoutRaw(outcome: Outcome): Outcome {
  if (!('parts' in outcome)) return outcome;
  return { parts: outcome.parts.filter((part: PlainPart) => part.type !== 'raw') };
}
