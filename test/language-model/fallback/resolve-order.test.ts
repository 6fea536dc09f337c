import { type LanguageModelV2, NoSuchModelError, type ProviderV2 } from '@ai-sdk/provider';
import { createProviderRegistry } from 'ai';
import { describe, expect, it } from 'vitest';
import { createCodex, createFallback, DEFAULT_MODEL_ORDER } from '../../../src/index';
import { resolveOrder } from '../../../src/language-model/fallback/resolve-order';
import { fakeModel } from './fake-model';

const provider = (name: string) =>
  ({ languageModel: (id: string) => Object.assign(fakeModel(`${name}/`), { modelId: id }) }) as unknown as ProviderV2;
const names = (models: LanguageModelV2[]) => models.map((model) => `${model.provider} ${model.modelId}`);

const registries = {
  codex: createProviderRegistry({ codex: provider('codex'), openai: provider('openai') }),
  'openai-codex': createProviderRegistry({ 'openai-codex': provider('ours'), openrouter: provider('openrouter') }),
  slash: createProviderRegistry({ codex: provider('codex'), openai: provider('openai') }, { separator: '/' }),
};

describe('an id finds its model', () => {
  it.each([
    ['codex', 'openai-codex/gpt-5.3-codex', 'codex gpt-5.3-codex'],
    ['codex', 'codex/gpt-5.5', 'codex gpt-5.5'],
    ['codex', 'codex:gpt-5.5', 'codex gpt-5.5'],
    ['codex', ' openai/gpt-5.2 ', 'openai gpt-5.2'],
    ['codex', 'openai/gpt-5.3-codex', 'openai gpt-5.3-codex'],
    ['openai-codex', 'codex/gpt-5.5', 'ours gpt-5.5'],
    ['openai-codex', 'openrouter/openai/gpt-4o', 'openrouter openai/gpt-4o'],
    ['slash', 'codex/gpt-5.5', 'codex gpt-5.5'],
  ] as const)('in the registry %s: %s', (registry, id, found) => {
    expect(names(resolveOrder(id, registries[registry], { acceptOpenAIPrefix: false }))).toEqual([found]);
  });

  it.each([
    ['openai/gpt-5.3-codex', 'codex gpt-5.3-codex'],
    ['openai/gpt-5.3-codex-high', 'codex gpt-5.3-codex-high'],
    ['openai/gpt-5.3', 'openai gpt-5.3'],
    ['openai/gpt-5.3-codexian', 'openai gpt-5.3-codexian'],
  ])('with the prefix of another where that is accepted: %s', (id, found) => {
    expect(names(resolveOrder(id, registries.codex, { acceptOpenAIPrefix: true }))).toEqual([found]);
  });

  it('in order', () => {
    expect(names(resolveOrder(DEFAULT_MODEL_ORDER, registries.codex, { acceptOpenAIPrefix: false }))).toEqual([
      'codex gpt-5.3-codex',
      'openai gpt-5.2-codex',
      'openai gpt-4o-mini',
    ]);
  });
});

describe('an id without a model', () => {
  it('is named with the spellings that were tried, when the fallback is created', () => {
    const create = () => createFallback({ order: 'mistral/large', registry: registries.codex });
    expect(create).toThrow('No such model: mistral/large. The registry has none of: mistral/large, mistral:large.');
    expect(create).toThrow(expect.toSatisfy(NoSuchModelError.isInstance));
  });

  it.each(['', 'gpt-5.5', 'mistral:large'])('is not guessed: %j', (order) => {
    expect(() => createFallback({ order, registry: registries.codex })).toThrow(/^No such model/);
  });

  it('is one that a registry gives nothing for', () => {
    const registry = { languageModel: () => undefined as unknown as LanguageModelV2 };
    expect(() => createFallback({ order: 'a', registry })).toThrow('No such model: a');
  });

  it('other failures of a registry are its own', () => {
    const registry = {
      languageModel(): LanguageModelV2 {
        throw new RangeError('broken');
      },
    };
    expect(() => createFallback({ order: 'a', registry })).toThrow(RangeError);
  });
});

it('a provider serves as a registry, and models of two logins stay two', () => {
  const [one, other] = [createCodex(), createCodex()];
  expect(createFallback({ order: 'openai-codex/gpt-5.5', registry: one }).modelId).toBe('openai-codex/gpt-5.5');
  expect(one('gpt-5.5')).toHaveProperty('account', Object(one('gpt-5.4')).account);
  expect(one('gpt-5.5')).not.toHaveProperty('account', Object(other('gpt-5.5')).account);
});
