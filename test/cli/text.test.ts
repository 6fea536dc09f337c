import { expect, it } from 'vitest';
import { loginHint } from '../../src/auth/login-hint';
import { plain, plainMessage, toJson, wrap } from '../../src/cli/text';
import { formatTime } from '../../src/shared/format-time';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 21, 12);

it.each([
  [9 * 24 * 60 * MINUTE, 'in 9 days'],
  [26 * 60 * MINUTE, 'in 1 day'],
  [15 * MINUTE - 20, 'in 15 minutes'],
  [30_000, 'in less than a minute'],
  [0, 'just now'],
  [-30_000, 'just now'],
  [-2 * 60 * MINUTE, '2 hours ago'],
])('tells how far away a time is: %i ms, %s', (ms, distance) => {
  expect(formatTime(NOW + ms, NOW)).toMatch(new RegExp(`^\\d+ \\w+ 2026, \\d\\d:\\d\\d \\(${distance}\\)$`));
});

it.each([Number.POSITIVE_INFINITY, Number.NaN, 1e300])('has words for a time that is none: %d', (time) => {
  expect(formatTime(time, NOW)).toBe('at an unknown time');
});

it('leaves one line without controls, direction marks and tokens', () => {
  expect(plain('a\u001b[31mb\u0007\r\nc\u009bd\u202ee\ufefff\tg')).toBe('a[31mb cdef g');
  expect(plain(`token eyJ${'a'.repeat(20)}.bbb.ccc`)).toBe('token [redacted]');
  expect(plain('Jürgen 😀 日本')).toBe('Jürgen 😀 日本');
});

// A letter mark, a soft hyphen, a vowel separator, an annotation, a tag, half a character.
const FORMAT = ['\u061c', '\u00ad', '\u180e', '\ufff9', '\u{e0041}', '\ud800'];

it.each(FORMAT)('lets no format character through: %j', (mark) => {
  expect(plain(`a${mark}b`)).toBe('ab');
  const json = toJson({ text: `a${mark}b` });
  expect(json).toMatch(/^[\n -~]*$/);
  expect(JSON.parse(json)).toEqual({ text: `a${mark}b` });
});

it('leaves out of a hint what only programs can do', () => {
  expect(plainMessage(`No. ${loginHint('default')} More.`)).toBe('No. Log in with `npx ai-sdk-codex login`. More.');
});

it('escapes in JSON what a terminal could take for a command', () => {
  const value = { text: '\u001b\u009b\u202e\u007fé' };
  expect(toJson(value)).toBe('{\n  "text": "\\u001b\\u009b\\u202e\\u007fé"\n}');
  expect(JSON.parse(toJson(value))).toEqual(value);
});

it('breaks between words, and never within one', () => {
  expect(wrap('one two three', 9, ' ')).toBe(' one two\n three');
  expect(wrap('https://example.com/a/long/address is here', 20)).toBe('https://example.com/a/long/address\nis here');
  expect(wrap('one two three', undefined)).toBe('one two three');
});
