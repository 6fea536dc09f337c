import { type LanguageModelV2, NoSuchModelError, type ProviderV2 } from '@ai-sdk/provider';
import { createProviderRegistry } from 'ai';
import { describe, expect, it } from 'vitest';
import { createCodex, createFallback, DEFAULT_MODEL_ORDER } from '../../../src/index';
import { accountOf } from '../../../src/language-model/fallback/account';
import { resolveOrder } from '../../../src/language-model/fallback/resolve-order';
import { fakeModel } from './fake-model';

const provider = (name: string) =>
  ({ languageModel: (id: string) => Object.assign(fakeModel(`${name}/`), { modelId: id }) }) as unknown as ProviderV2;
const names = (models: LanguageModelV2[]) => models.map((model) => `${model.provider} ${model.modelId}`);

const OPTIONS = { acceptOpenAIPrefix: false, separator: ':' };

const registries = {
  codex: createProviderRegistry({ codex: provider('codex'), openai: provider('openai') }),
  'openai-codex': createProviderRegistry({ 'openai-codex': provider('ours'), openrouter: provider('openrouter') }),
  slash: createProviderRegistry({ codex: provider('codex'), openai: provider('openai') }, { separator: '/' }),
  arrow: createProviderRegistry({ 'openai-codex': provider('ours'), openai: provider('openai') }, { separator: ' > ' }),
  ollama: createProviderRegistry({ ollama: provider('ollama'), openai: provider('openai') }),
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
    ['slash', 'openai-codex/gpt-5.5', 'codex gpt-5.5'],
    ['slash', 'openai-codex:gpt-5.5', 'codex gpt-5.5'],
    ['slash', 'openai:ft:gpt-4o-mini:org::id', 'openai ft:gpt-4o-mini:org::id'],
    ['openai-codex', 'codex:gpt-5.5', 'ours gpt-5.5'],
    ['codex', 'openai-codex:gpt-5.5', 'codex gpt-5.5'],
    ['ollama', 'ollama/llama3:8b', 'ollama llama3:8b'],
    ['ollama', 'ollama:llama3:8b', 'ollama llama3:8b'],
    ['ollama', 'ollama:library/llama3:8b', 'ollama library/llama3:8b'],
    ['ollama', 'openai/ft:gpt-4o-mini:org::id', 'openai ft:gpt-4o-mini:org::id'],
  ] as const)('in the registry %s: %s', (registry, id, found) => {
    expect(names(resolveOrder(id, registries[registry], OPTIONS))).toEqual([found]);
  });

  it.each([
    ['openai/gpt-5.3-codex', 'codex gpt-5.3-codex'],
    ['openai/gpt-5.3-codex-high', 'codex gpt-5.3-codex-high'],
    ['openai/gpt-5.3', 'openai gpt-5.3'],
    ['openai/gpt-5.3-codexian', 'openai gpt-5.3-codexian'],
  ])('with the prefix of another where that is accepted: %s', (id, found) => {
    expect(names(resolveOrder(id, registries.codex, { ...OPTIONS, acceptOpenAIPrefix: true }))).toEqual([found]);
  });

  it.each(['codex/gpt-5.5', 'codex > gpt-5.5', 'openai-codex:gpt-5.5'])('by a separator that is told: %s', (id) => {
    expect(names(resolveOrder(id, registries.arrow, { ...OPTIONS, separator: ' > ' }))).toEqual(['ours gpt-5.5']);
  });

  it('once, however often it is named', () => {
    const order = { primary: 'codex/gpt-5.5', fallbacks: ['openai/gpt-5.2', ' codex/gpt-5.5 '] };
    expect(names(resolveOrder(order, registries.codex, OPTIONS))).toEqual(['codex gpt-5.5', 'openai gpt-5.2']);
  });

  it.each(['codex', 'slash'] as const)('in order, in the registry %s', (registry) => {
    expect(names(resolveOrder(DEFAULT_MODEL_ORDER, registries[registry], OPTIONS))).toEqual([
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

  it.each(['openai/gpt-5.2', 'openai:gpt-5.2', 'OpenAI:gpt-5.2', 'openai/ft:gpt-4o'])(
    'is not one of the subscription: %s',
    (order) => {
      expect(() => createFallback({ order, registry: createCodex() })).toThrow(/^No such model/);
      expect(() => createFallback({ order, registry: createCodex(), separator: ' > ' })).toThrow(/^No such model/);
      expect(() => createCodex()(order)).toThrow(NoSuchModelError);
    },
  );

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

it('a provider serves as a registry, and its models tell whose they are', () => {
  const [one, other] = [createCodex(), createCodex()];
  expect(createFallback({ order: 'openai-codex/gpt-5.5', registry: one }).modelId).toBe('openai-codex/gpt-5.5');
  const [high, low, theirs] = [one('gpt-5.5-high'), one('codex/gpt-5.5-low'), other('gpt-5.5')].map(accountOf);
  expect(high).toEqual({ login: expect.any(Function), modelId: 'gpt-5.5' });
  expect(low).toEqual(high);
  expect(low?.login).toBe(high?.login);
  // Another copy of this package looks there, too.
  expect(Object(one('gpt-5.5'))[Symbol.for('ai-sdk-codex.account')]).toEqual(high);
  expect(theirs?.login).not.toBe(high?.login);
});
