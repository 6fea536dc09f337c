import { describe, expect, it } from 'vitest';
import { mergeModels } from '../../src/catalog/merge-models';
import { readModelList, toModelInfo } from '../../src/catalog/parse-models';

const parsed = (...entries: unknown[]) => readModelList(entries).map(toModelInfo);
const one = (entry: object) => parsed({ slug: 'new', ...entry })[0];

describe('an entry of the list', () => {
  it('needs no more than an id', () => {
    expect(parsed({ slug: 'new' }, { slug: '' }, {}, [], 'new', null)).toEqual([{ id: 'new', isListed: true }]);
  });

  it('has fields of the wrong type, and new ones, without harm', () => {
    const nonsense = {
      display_name: 7,
      description: null,
      supported_reasoning_levels: 'all',
      default_reasoning_level: {},
      supports_reasoning_summaries: 'yes',
      context_window: '272000',
      max_context_window: -1,
      input_modalities: 'text',
      support_verbosity: 1,
      service_tiers: { id: 'priority' },
      available_in_plans: null,
      visibility: 7,
      use_responses_lite: 'true',
      invented: { deep: [] },
    };
    expect(one(nonsense)).toEqual({ id: 'new', isListed: true });
  });

  it('says max where it means ultra, and is read whether its levels are objects or words', () => {
    const levels = [{ effort: 'max' }, { effort: 'ultra', description: '' }, 'low', { level: 'x' }, 3];
    expect(one({ supported_reasoning_levels: levels, default_reasoning_level: 'ultra' })).toMatchObject({
      reasoningEfforts: ['max', 'low'],
      defaultReasoningEffort: 'max',
    });
  });

  it('takes no effort when it says so, unless a default contradicts it', () => {
    expect(one({ supported_reasoning_levels: [] })?.reasoningEfforts).toEqual([]);
    expect(one({ supported_reasoning_levels: [], default_reasoning_level: null })?.reasoningEfforts).toEqual([]);
    const contradicted = { supported_reasoning_levels: [], default_reasoning_level: 'low' };
    expect(one(contradicted)).not.toHaveProperty('reasoningEfforts');
    expect(one({ supported_reasoning_levels: [{ level: 'x' }] })).not.toHaveProperty('reasoningEfforts');
  });

  it.each(['a\u001b[2J', 'a\nb', 'a\u202eb', 'a\u2028b', 'x'.repeat(201), 'sk-abcdefghij1234567', 'Bearer abc'])(
    'is passed over for an id that may not be shown: %j',
    (slug) => {
      const skipped: number[] = [];
      expect(readModelList([{ slug }, { slug: 'a' }], (index) => skipped.push(index))).toEqual([{ slug: 'a' }]);
      expect(skipped).toEqual([0]);
    },
  );

  it('may have an id of 200 characters', () => {
    expect(parsed({ slug: 'x'.repeat(200) })).toHaveLength(1);
  });

  it.each([
    [{ visibility: 'list' }, true],
    [{ visibility: null }, true],
    [{ visibility: ['hide'] }, true],
    [{ visibility: 'list', supported_in_api: true }, true],
    [{ visibility: 'hide' }, false],
    [{ visibility: 'none' }, false],
    [{ supported_in_api: false }, false],
  ])('is offered to people or not: %j', (entry, isListed) => {
    expect(one(entry)?.isListed).toBe(isListed);
  });

  it('keeps modalities that we know, and no secrets', () => {
    const entry = {
      input_modalities: ['image', 'audio', 'text'],
      description: 'Bearer abcdef123456',
      service_tiers: ['fast'],
    };
    expect(one(entry)).toMatchObject({
      inputModalities: ['text', 'image'],
      description: 'Bearer [redacted]',
      serviceTiers: ['fast'],
    });
  });
});

describe('a merged list', () => {
  const merged = (...entries: object[]) => mergeModels(parsed(...entries));

  it('has the live facts first, then those of the bundle, and of its efforts the one that is never listed', () => {
    const [model] = merged({
      slug: 'gpt-5.4',
      context_window: 5,
      supported_reasoning_levels: [{ effort: 'brave' }, { effort: 'medium' }, { effort: 'low' }],
    });
    expect(model).toMatchObject({
      contextWindow: 5,
      maxContextWindow: 1_000_000,
      reasoningEfforts: ['none', 'low', 'medium', 'brave'],
      planNote: expect.any(String),
      source: 'live',
    });
  });

  it('takes no effort where the backend says so of a model that took some', () => {
    const [model] = merged({ slug: 'gpt-5.5', supported_reasoning_levels: [], default_reasoning_level: null });
    expect(model).toMatchObject({ reasoningEfforts: [], contextWindow: 272_000 });
    expect(model).not.toHaveProperty('defaultReasoningEffort');
  });

  it('keeps what is known of a retired model that the backend lists all the same', () => {
    expect(merged({ slug: 'gpt-5.2' })[0]).toMatchObject({
      source: 'live',
      retiredSince: '2026-06',
      successors: ['gpt-5.6-sol', 'gpt-6-astra', 'gpt-5.6-terra', 'gpt-5.5'],
    });
  });

  it('adds spark beside its base, with its own facts, when the backend lists the base alone', () => {
    const base = { slug: 'gpt-5.3-codex', context_window: 272_000, use_responses_lite: true };
    const models = merged({ slug: 'gpt-5.5' }, base, { slug: 'gpt-5.4' });
    expect(models.map(({ id }) => id)).toEqual(['gpt-5.5', 'gpt-5.3-codex', 'gpt-5.3-codex-spark', 'gpt-5.4']);
    const { planNote, ...spark } = models[2] ?? {};
    expect(spark).toEqual({
      id: 'gpt-5.3-codex-spark',
      contextWindow: 128_000,
      inputModalities: ['text'],
      reasoningEfforts: ['low', 'medium', 'high', 'xhigh'],
      supportsParallelToolCalls: true,
      source: 'bundled',
    });
    expect(planNote).toContain('Pro');
  });

  it('has spark as the backend tells it, and none without its base', () => {
    const both = merged({ slug: 'gpt-5.3-codex' }, { slug: 'gpt-5.3-codex-spark', context_window: 64_000 });
    expect(both.map(({ id, source, contextWindow }) => [id, source, contextWindow])).toEqual([
      ['gpt-5.3-codex', 'live', 272_000],
      ['gpt-5.3-codex-spark', 'live', 64_000],
    ]);
    expect(merged({ slug: 'gpt-5.5' }).map(({ id }) => id)).toEqual(['gpt-5.5']);
  });

  it('asks for the lite form only where the backend does', () => {
    const lite = (entry: object) => merged({ slug: 'gpt-5.6-sol', ...entry })[0]?.usesResponsesLite;
    expect([lite({}), lite({ use_responses_lite: true }), lite({ use_responses_lite: false })]).toEqual([
      undefined,
      true,
      false,
    ]);
  });
});
