import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Fixture, loadFixtures } from '../codec/fixtures';
import { createV2Model, type Outcome, streamOutcome } from '../support/v2-harness';
import { divergenceOf } from './divergences';
import { MUTANTS, withMutant } from './mutants';
import { normalize } from './normalize';
import { oracleOutcome } from './oracle';

interface Reference {
  fixture: Fixture;
  /** What the oracle gave where it is right, and what is right elsewhere. */
  outcome: Outcome;
}

let references: Reference[] = [];
let unchanged: string[] = [];

beforeAll(async () => {
  references = await Promise.all(
    loadFixtures().map(async (fixture) => ({
      fixture,
      outcome: normalize(divergenceOf(fixture.name) ? fixture.expected : await oracleOutcome(fixture.bytes)),
    })),
  );
  unchanged = await withMutant(
    () => (parts) => parts,
    () => differing(references),
  );
});

describe('the comparison with the oracle', () => {
  it.each(Object.keys(MUTANTS))('notices when %s', async (name) => {
    const create = MUTANTS[name] ?? expect.unreachable();
    const whole = references.filter(({ fixture }) => !unchanged.includes(fixture.name));
    expect(await withMutant(create, () => differing(whole, 1))).toHaveLength(1);
  });

  it('does not take the unchanged machine for a mutant', () => {
    expect(unchanged.length).toBeLessThan(references.length / 10);
  });
});

/** The fixtures whose parts are not those of the reference, `limit` of them at most. */
async function differing(all: Reference[], limit = all.length): Promise<string[]> {
  const names: string[] = [];
  for (const { fixture, outcome } of all) {
    if (names.length === limit) break;
    const ours = normalize(await streamOutcome(createV2Model(fixture.bytes)));
    if (!isDeepStrictEqual(ours, outcome)) names.push(fixture.name);
  }
  return names;
}
