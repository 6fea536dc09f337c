import { expect, it } from 'vitest';
import { redact, redactDeep } from '../../src/shared/secret';

const JWT = `eyJ${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(20)}`;

it.each([
  [`a ${JWT} b`, 'a [redacted] b'],
  [`eyJ${'a'.repeat(20)}.bbb`, '[redacted]'],
  [`eyJ${'a'.repeat(20)} b`, `eyJ${'a'.repeat(20)} b`],
  [`Bearer ${JWT}, x`, 'Bearer [redacted], x'],
  ['bearer  opaque-value" x', 'bearer  [redacted]" x'],
  ['key sk-proj-abcdefgh1234.', 'key [redacted].'],
  ['rt_1234567890abcdef.ghi x', '[redacted] x'],
  ['sk-no-digits-in-here.rt_1234567890abcdef', 'sk-no-digits-in-here.[redacted]'],
  ['at-least-one-of-them', 'at-least-one-of-them'],
  ['{"refresh_token":"abc","x":1}', '{"refresh_token":"[redacted]","x":1}'],
  ['?access_token=abc&x=1', '?access_token=[redacted]&x=1'],
  ['nothing', 'nothing'],
])('redacts %j', (text, shown) => {
  expect(redact(text)).toBe(shown);
});

it('redacts in depth, by name and by form', () => {
  expect(redactDeep({ a: [`Bearer ${JWT}`, 1, null], Authorization: { b: 2 } })).toEqual({
    a: ['Bearer [redacted]', 1, null],
    Authorization: '[redacted]',
  });
});
