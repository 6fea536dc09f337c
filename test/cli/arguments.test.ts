import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optionsOf, readArguments } from '../../src/cli/arguments';
import { UsageError } from '../../src/cli/terminal';

const OPTIONS = { model: { type: 'string' }, json: { type: 'boolean' }, 'no-open': { type: 'boolean' } } as const;
const WITH_TEXT = { question: { type: 'positional', required: false }, ...OPTIONS } as const;

const read = (...raw: string[]) => readArguments(raw, WITH_TEXT);

describe('one argument without a name', () => {
  it.each([
    [['hi'], 'hi'],
    [['--json', 'hi'], 'hi'],
    [['hi', '--json'], 'hi'],
    [['-'], '-'],
    [['--', '--json'], '--json'],
    [['--', '--'], '--'],
    [[''], ''],
    [['--no-tears please'], '--no-tears please'],
    [['- one\n- two: sort them'], '- one\n- two: sort them'],
    [['-5 + 3?', '--json'], '-5 + 3?'],
    [['--model', 'm', '--code=1 or 2? --json'], undefined],
    [['https://example.com/auth/callback?code=abc#x'], 'https://example.com/auth/callback?code=abc#x'],
    [['x'.repeat(500)], 'x'.repeat(500)],
    [[], undefined],
  ])('of %j', (raw, question) => {
    if (question === undefined && raw.length > 0) expect(() => read(...raw)).toThrow(UsageError);
    else expect(read(...raw).question).toBe(question);
  });

  it('may be anything behind a --, and any text of several words that is no option', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(read('--json', '--', text)).toMatchObject({ question: text, json: true });
        const words = `- ${text}`;
        expect(read('--model', 'm', words, '--json')).toMatchObject({ question: words, model: 'm', json: true });
      }),
      { seed: 20260101 },
    );
  });

  it('is one alone, and has no option of its name', () => {
    for (const raw of [
      ['what', 'is', 'it'],
      ['- a b', '- c d'],
      ['a', '--', 'b'],
    ]) {
      expect(() => read(...raw)).toThrow('There is one question; put it in quotes.');
    }
    expect(() => read('--question', 'hi')).toThrow('There is no option --question.');
  });

  it('leaves the options what they were', () => {
    expect(read('--model', '- a b', 'hi')).toMatchObject({ model: '- a b', question: 'hi' });
    expect(read('--model=a b', 'hi')).toMatchObject({ model: 'a b', question: 'hi' });
    expect(read('--no-open', 'hi')).toMatchObject({ open: false, question: 'hi' });
    expect(() => read('--jsno', 'hi')).toThrow('There is no option --jsno.');
    expect(() => read('--no-json', 'hi')).toThrow('There is no option --no-json.');
  });
});

it.each([[['x']], [['--', 'x']], [['- x y']]])('is refused where a command takes none: %j', (raw) => {
  expect(() => readArguments(raw, OPTIONS)).toThrow(UsageError);
});

it('looks for options in front of a lone -- only', () => {
  expect(optionsOf(['--json', '--', '--help'])).toEqual(['--json']);
  expect(optionsOf(['a', '--help'])).toEqual(['a', '--help']);
});
