import { APICallError } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';
import { CALL_OPTIONS, createV2Model, type Outcome, streamOutcome } from '../support/v2-harness';
import { loadFixtures } from './fixtures';
import { readFrameBorders } from './frame-borders';

const RANDOM_CUTS = 200;
/** The reasons with which an answer counts as one. */
const ANSWERS = ['stop', 'tool-calls', 'length', 'content-filter', 'unknown', 'other'];

/** Places in `length` bytes, the same ones on every run. */
function randomPlaces(length: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: RANDOM_CUTS }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * length);
  });
}

/** The finish reason of a stream, `rejected` where there is none, and what is wrong with it as an error. */
function judge(outcome: Outcome): { finish: string; faults: string[] } {
  if ('rejected' in outcome) {
    return { finish: 'rejected', faults: /^Codex\w+Error$/.test(outcome.rejected.name) ? [] : ['a stranger as error'] };
  }
  const { parts } = outcome;
  const finishes = parts.filter(({ type }) => type === 'finish').map(({ finishReason }) => String(finishReason));
  const faults = [
    ...(parts.at(-1)?.type === 'finish' && finishes.length === 1 ? [] : ['not one finish, at the end']),
    ...(finishes[0] === 'error' ? [] : [`finished with ${finishes[0]}`]),
    ...(parts.some(({ type }) => type === 'error') ? [] : ['no error part']),
  ];
  return { finish: finishes[0] ?? 'none', faults };
}

async function generateError(bytes: Uint8Array): Promise<unknown> {
  try {
    await createV2Model(bytes).doGenerate(CALL_OPTIONS);
  } catch (error) {
    return error;
  }
  return undefined;
}

/** All of it but the moment at which it was read. */
function timeless(outcome: Outcome): string {
  return JSON.stringify(outcome, (name, value) => (name === 'observedAt' ? undefined : value));
}

const fixtures = loadFixtures();
const seen = { answers: 0, cuts: 0, whole: 0, rejected: 0, broken: 0 };

describe('a stream that is cut is an error, never an answer', () => {
  it.each(fixtures.map((fixture, index) => ({ ...fixture, index })))('$name', async ({ bytes, index }) => {
    const { borders, terminal } = readFrameBorders(bytes);
    const whole = await streamOutcome(createV2Model(bytes));
    if (ANSWERS.includes(judge(whole).finish)) seen.answers += 1;
    const places = [...new Set([0, ...borders, ...randomPlaces(bytes.length, index + 1)])];
    const wrong = await Promise.all(
      places.map(async (place) => {
        const outcome = await streamOutcome(createV2Model(bytes.subarray(0, place)));
        if (place >= terminal) {
          seen.whole += 1;
          return timeless(outcome) === timeless(whole) ? [] : [{ place, outcome }];
        }
        const { finish, faults } = judge(outcome);
        seen.cuts += 1;
        seen[finish === 'rejected' ? 'rejected' : 'broken'] += 1;
        return faults.length === 0 ? [] : [{ place, faults }];
      }),
    );
    expect(wrong.flat()).toEqual([]);
  });

  it('for doGenerate, too', async () => {
    const sample = fixtures.filter((_fixture, index) => index % 6 === 0);
    for (const { name, bytes } of sample) {
      const { borders, terminal } = readFrameBorders(bytes);
      for (const place of borders.filter((border) => border < terminal)) {
        const error = await generateError(bytes.subarray(0, place));
        expect(APICallError.isInstance(error), `${name} at ${place}`).toBe(true);
      }
    }
  });

  // Without this, all of the above would hold for a model that fails always, or for fixtures that were not read.
  it('while what is whole is an answer', () => {
    expect(seen.answers).toBeGreaterThan(110);
    expect(seen.cuts).toBeGreaterThan(25_000);
    expect(seen.whole).toBeGreaterThan(400);
    expect(Math.min(seen.rejected, seen.broken)).toBeGreaterThan(5_000);
  });
});
