import { InvalidArgumentError } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';
import { parseProviderOptions } from '../../src/language-model/codex-provider-options';
import { readPartOptions } from '../../src/language-model/read-part-options';

describe('provider options of a call', () => {
  it('are read from codex, then from openai, key by key', () => {
    const { options, warnings } = parseProviderOptions({
      openai: { reasoningEffort: 'low', textVerbosity: 'high', store: false },
      codex: { reasoningEffort: 'high' },
    });
    expect(options).toEqual({ reasoningEffort: 'high', textVerbosity: 'high' });
    expect(warnings).toEqual([]);
  });

  it('may be absent or null', () => {
    expect(parseProviderOptions(undefined)).toEqual({ options: {}, warnings: [] });
    expect(parseProviderOptions({ codex: { sessionId: null } })).toEqual({ options: {}, warnings: [] });
  });

  it('warn about unknown keys, and about store', () => {
    const { options, warnings } = parseProviderOptions({
      codex: { efort: 'high' },
      openai: { user: 'u', store: true },
    });
    expect(options).toEqual({});
    expect(warnings).toEqual([
      { type: 'other', message: 'Unknown provider option openai.user was ignored.' },
      { type: 'other', message: 'Unknown provider option codex.efort was ignored.' },
      {
        type: 'unsupported-setting',
        setting: 'store',
        details: 'The Codex backend stores nothing; store: false was sent.',
      },
    ]);
  });

  it.each([
    [{ reasoningEffort: 3 }],
    [{ reasoningSummary: 'long' }],
    [{ textVerbosity: 'loud' }],
    [{ parallelToolCalls: 'yes' }],
    [{ promptCacheKey: 'k'.repeat(65) }],
    [{ sessionId: 'two words' }],
    [{ sessionId: 'line\nbreak' }],
    [{ sessionId: '' }],
    [{ include: 'x' }],
    [{ reasoningReplay: 'always' }],
  ])('of a wrong type or value throw: %j', (codex) => {
    const [key] = Object.keys(codex);
    expect(() => parseProviderOptions({ codex })).toThrow(InvalidArgumentError);
    expect(() => parseProviderOptions({ codex })).toThrow(new RegExp(`\\b${key}\\b`));
  });
});

describe('options of a part', () => {
  it('are read from both names', () => {
    const part = { openai: { itemId: 'rs_1', phase: 'commentary' }, codex: { itemId: 'rs_2', sessionId: 's' } };
    expect(readPartOptions(part)).toEqual({ itemId: 'rs_2', phase: 'commentary', sessionId: 's' });
    expect(readPartOptions(undefined)).toEqual({});
  });

  it('believe an origin only beside encrypted content of our own', () => {
    const origin = { account: 'a', model: 'm' };
    const openai = { reasoningEncryptedContent: 'theirs' };
    expect(readPartOptions({ openai, codex: { origin } })).toEqual({ encryptedContent: 'theirs' });
    const codex = { reasoningEncryptedContent: 'ours', origin };
    expect(readPartOptions({ openai, codex })).toEqual({ encryptedContent: 'ours', origin });
  });

  it('ignore values of other types', () => {
    expect(readPartOptions({ codex: { itemId: 5, phase: null, origin: 'x', imageDetail: 'huge' } })).toEqual({});
    expect(readPartOptions('nonsense')).toEqual({});
    for (const sessionId of ['', 'two words', 'a\nb', 'x'.repeat(129)]) {
      expect(readPartOptions({ codex: { sessionId } })).toEqual({});
    }
  });
});
