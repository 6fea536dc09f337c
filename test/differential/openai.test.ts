import { describe, expect, it } from 'vitest';
import { loadFixtures } from '../codec/fixtures';
import { createV2Model, streamOutcome } from '../support/v2-harness';
import { DIVERGENCES, divergenceOf } from './divergences';
import { normalize } from './normalize';
import { oracleOutcome } from './oracle';

const fixtures = loadFixtures();
const diverging = fixtures.flatMap((fixture) => {
  const divergence = divergenceOf(fixture.name);
  return divergence ? [{ ...fixture, divergence }] : [];
});
const equal = fixtures.filter((fixture) => !divergenceOf(fixture.name));

describe('where @ai-sdk/openai is right', () => {
  it.each(equal)('our parts equal its own: $name', async ({ bytes }) => {
    const ours = normalize(await streamOutcome(createV2Model(bytes)));
    expect(ours).toEqual(normalize(await oracleOutcome(bytes)));
  });
});

describe('where @ai-sdk/openai is wrong', () => {
  it.each(diverging)('$name', async ({ bytes, expected, divergence }) => {
    const ours = await streamOutcome(createV2Model(bytes));
    const theirs = await oracleOutcome(bytes);
    expect(normalize(theirs)).not.toEqual(normalize(expected));
    expect(divergence.seen('parts' in theirs ? theirs.parts : [], expected)).toBe(true);
    expect(ours).toEqual(expected);
  });
});

describe('the comparison', () => {
  it('is wide enough', () => {
    console.info(`Compared with the oracle: ${equal.length} equal, ${diverging.length} diverging.`);
    expect(equal.length).toBeGreaterThanOrEqual(70);
    expect(diverging.length).toBeGreaterThanOrEqual(100);
  });

  it('has one reason for every divergence, and a fixture for every reason', () => {
    const names = fixtures.map(({ name }) => name);
    for (const { oracle, fixtures: pattern } of DIVERGENCES)
      expect(
        names.filter((n) => pattern.test(n)),
        oracle,
      ).not.toEqual([]);
    for (const { name } of diverging)
      expect(
        DIVERGENCES.filter(({ fixtures: p }) => p.test(name)),
        name,
      ).toHaveLength(1);
  });
});
