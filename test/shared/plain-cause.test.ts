import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { plainCause } from '../../src/shared/plain-cause';

it('keeps the name, the code and the words of an error, and nothing else', () => {
  const inner = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', request: 'CANARY' });
  const outer = Object.assign(new TypeError('fetch failed for Bearer CANARY', { cause: inner }), { config: 'CANARY' });
  const plain = plainCause(outer);
  expect(plain).toMatchObject({ name: 'TypeError', message: 'fetch failed for Bearer [redacted]' });
  expect(plain.cause).toMatchObject({ message: 'read ECONNRESET', code: 'ECONNRESET' });
  expect(inspect(plain, { depth: 12 })).not.toContain('CANARY');
});

it('ends with causes that go round in a circle, and takes what is no error', () => {
  const one = new Error('one');
  const two = new Error('two', { cause: one });
  one.cause = two;
  expect(plainCause(one).cause).toMatchObject({ message: 'two' });
  expect(plainCause('text')).toMatchObject({ message: 'text' });
  expect(plainCause(null)).toMatchObject({ message: 'null' });
});
