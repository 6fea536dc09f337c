import { expect, it } from 'vitest';
import { createCodex } from '../src/index';

it.each([-1, Number.NaN, '5', null])('a time limit that is no number of milliseconds is refused: %j', (limit) => {
  const timeouts = { idleMs: limit as number };
  expect(() => createCodex({ timeouts })).toThrow('timeouts.idleMs must be a number of milliseconds');
});

it.each([0, 1.5, 3_000_000_000, Number.POSITIVE_INFINITY, undefined])('a time limit may be %j', (limit) => {
  expect(() => createCodex({ timeouts: { connectMs: limit } })).not.toThrow();
});
