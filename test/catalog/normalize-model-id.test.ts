import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KNOWN_MODELS } from '../../src/catalog/known-models';
import { normalizeModelId } from '../../src/catalog/normalize-model-id';

describe('normalizeModelId', () => {
  it.each([
    ['gpt-5.3-codex', { modelId: 'gpt-5.3-codex' }],
    ['openai-codex/gpt-5.3-codex', { modelId: 'gpt-5.3-codex' }],
    ['openai-codex:gpt-5.3-codex', { modelId: 'gpt-5.3-codex' }],
    ['codex/gpt-5.3-codex', { modelId: 'gpt-5.3-codex' }],
    ['OpenAI-Codex/GPT-5.3-Codex', { modelId: 'gpt-5.3-codex' }],
    [' gpt-5.5 ', { modelId: 'gpt-5.5' }],
    ['gpt-5.5-high', { modelId: 'gpt-5.5', reasoningEffort: 'high' }],
    ['codex/gpt-5.3-codex-xhigh', { modelId: 'gpt-5.3-codex', reasoningEffort: 'xhigh' }],
    ['gpt-5.4-none', { modelId: 'gpt-5.4', reasoningEffort: 'none' }],
  ])('%s', (id, expected) => {
    expect(normalizeModelId(id)).toEqual(expected);
  });

  it('never splits an id that is known as it is', () => {
    expect(normalizeModelId('gpt-5.1-codex-max')).toEqual({ modelId: 'gpt-5.1-codex-max' });
    expect(normalizeModelId('gpt-5.1-codex-max-high')).toEqual({
      modelId: 'gpt-5.1-codex-max',
      reasoningEffort: 'high',
    });
  });

  it('does not split what is no effort, or what is left unknown', () => {
    for (const id of ['gpt-5.5-max', 'gpt-5.5-ultra', 'Future-Model-high', 'gpt-9-low']) {
      expect(normalizeModelId(id)).toEqual({ modelId: id });
    }
  });

  it('takes openai/gpt-5.3-codex by opt-in, and no other openai id ever', () => {
    const accept = { acceptOpenAIPrefix: true };
    expect(normalizeModelId('openai/gpt-5.3-codex')).toEqual({ modelId: 'openai/gpt-5.3-codex' });
    expect(normalizeModelId('openai/gpt-5.3-codex', accept)).toEqual({ modelId: 'gpt-5.3-codex' });
    expect(normalizeModelId('openai/gpt-5.3-codex-spark', accept)).toEqual({ modelId: 'gpt-5.3-codex-spark' });
    for (const id of ['openai/gpt-5.2-codex', 'openai/gpt-5.3-codexx', 'openai/gpt-4o-mini']) {
      expect(normalizeModelId(id, accept)).toEqual({ modelId: id });
    }
  });

  it('is idempotent, and leaves unknown ids alone', () => {
    const piece = fc.constantFrom('openai/', 'openai-codex/', 'codex/', 'codex:', '-high', '-none', ' ', 'x', 'GPT');
    const known = fc.constantFrom(...KNOWN_MODELS.map((model) => model.id));
    const id = fc.array(fc.oneof(piece, known, fc.string()), { maxLength: 5 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(id, fc.boolean(), (text, acceptOpenAIPrefix) => {
        const once = normalizeModelId(text, { acceptOpenAIPrefix });
        expect(normalizeModelId(once.modelId, { acceptOpenAIPrefix }).modelId).toBe(once.modelId);
      }),
      { seed: 7, numRuns: 2_000 },
    );
  });
});
