import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KNOWN_MODELS, modelInfo } from '../../../src/catalog/known-models';
import type { ModelInfo } from '../../../src/catalog/model-info';
import { mapReasoningEffort } from '../../../src/codec/request/map-reasoning-effort';

const map = (effort: string | undefined, model: string | ModelInfo, clamp = true) =>
  mapReasoningEffort(effort, typeof model === 'string' ? modelInfo(model) : model, { clamp });

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

describe('an effort that the model does not take', () => {
  it.each([
    ['gpt-5.2', 'minimal', 'low'],
    ['gpt-5.3-codex', 'minimal', 'low'],
    ['gpt-5.3-codex', 'none', 'low'],
    ['gpt-5.4', 'minimal', 'low'],
    ['gpt-5.1', 'xhigh', 'high'],
    ['gpt-5.1', 'minimal', 'low'],
    ['gpt-5.1-codex', 'max', 'high'],
    ['gpt-5.1-codex-mini', 'none', 'medium'],
    ['gpt-5.1-codex-mini', 'minimal', 'medium'],
    ['gpt-5.1-codex-mini', 'low', 'medium'],
    ['gpt-5.1-codex-mini', 'xhigh', 'high'],
    ['gpt-5.5', 'max', 'xhigh'],
    ['gpt-5.5', 'ultra', 'xhigh'],
    ['gpt-5', 'none', 'minimal'],
    ['gpt-5.6-sol', 'minimal', 'low'],
  ])('of %s: %s becomes %s, with a warning that names both', (model, effort, value) => {
    const details = `${model} does not take ${effort}; ${value} was sent.`;
    const warnings = [{ type: 'unsupported-setting', setting: 'reasoningEffort', details }];
    expect(map(effort, model)).toEqual({ value, warnings });
    expect(map(effort, model, false)).toEqual({ value: effort === 'ultra' ? 'max' : effort, warnings: [] });
  });

  it('is one of those it takes after all, and stays so, whatever was asked', () => {
    const known = KNOWN_MODELS.filter(({ reasoningEfforts }) => reasoningEfforts);
    fc.assert(
      fc.property(fc.constantFrom(...known), fc.constantFrom(...EFFORTS, 'ultra'), (model, effort) => {
        const { value } = map(effort, model);
        expect(model.reasoningEfforts).toContain(value);
        expect(map(value, model)).toEqual({ value, warnings: [] });
      }),
      { seed: 20260101 },
    );
  });

  it('is left out where the model takes none at all', () => {
    for (const effort of ['low', 'turbo']) {
      const details = expect.stringContaining('left out');
      expect(map(effort, { id: 'm', reasoningEfforts: [] })).toEqual({
        warnings: [expect.objectContaining({ setting: 'reasoningEffort', details })],
      });
      expect(map(effort, { id: 'm', reasoningEfforts: [] }, false)).toEqual({ value: effort, warnings: [] });
    }
  });

  it('is changed by rank, not by the order of the list', () => {
    expect(map('low', { id: 'm', reasoningEfforts: ['max', 'high', 'none'] }).value).toBe('high');
  });
});

describe('what is sent as it is', () => {
  it.each([
    ['an effort that the model takes', 'xhigh', 'gpt-5.5'],
    ['a word that nobody knows', 'turbo', 'gpt-5.5'],
    ['any effort, to a model that nobody knows', 'minimal', 'gpt-99'],
    ['any effort, where the list has no word of the wire', 'low', { id: 'm', reasoningEfforts: ['turbo'] }],
  ])('%s', (_name, effort, model) => {
    for (const clamp of [true, false]) expect(map(effort, model, clamp)).toEqual({ value: effort, warnings: [] });
  });

  it('is nothing where nothing was asked', () => {
    expect(map(undefined, 'gpt-5.5')).toEqual({ warnings: [] });
  });
});

it.each(['gpt-5.6-sol', 'gpt-99', { id: 'm', reasoningEfforts: ['low', 'ultra'] }])(
  'the word of the client alone, ultra, is max on the wire: %j',
  (model) => {
    for (const clamp of [true, false]) expect(map('ultra', model, clamp)).toEqual({ value: 'max', warnings: [] });
  },
);
