import { expect, it } from 'vitest';
import { KNOWN_MODELS, modelInfo } from '../../src/catalog/known-models';
import { type CodexModelStatus, getModelStatus } from '../../src/index';

const IDS: Record<CodexModelStatus, string[]> = {
  working: [
    'gpt-5.5',
    'gpt-5.5-high',
    ' GPT-5.5 ',
    'gpt-5.6-sol',
    'gpt-5.6-terra',
    'codex/gpt-5.6-luna-xhigh',
    'openai-codex:gpt-6-astra',
  ],
  catalog: [
    'gpt-6-sol',
    'gpt-6-luna',
    'gpt-5.4',
    'gpt-5.4-mini-none',
    'gpt-5.3-codex-spark',
    'openai-codex/gpt-5.3-codex-spark',
    'gpt-5.1',
    'gpt-5.1-codex-max',
    'gpt-5.1-codex-mini',
    'gpt-5-codex',
    'codex-auto-review',
    'gpt-reserve',
  ],
  retired: [
    'gpt-5.3-codex',
    'openai-codex/gpt-5.3-codex',
    'OpenAI-Codex/GPT-5.3-Codex',
    'gpt-5.3-codex-xhigh',
    'gpt-5.2',
    'gpt-5.2-codex',
    'codex:gpt-5.2-codex-low',
    'gpt-5',
    'gpt-5-minimal',
  ],
  unsupported: [
    'openai/gpt-4o-mini',
    'openai/gpt-5.3-codex',
    'openai/gpt-5.2-codex',
    'anthropic/claude-sonnet-4',
    'github-copilot/gpt-5.5',
    'google:gemini-2.5-pro',
    'gpt-4',
    'gpt-4-turbo',
    'gpt-4o',
    'gpt-4o-mini',
    'codex/gpt-4o',
    'gpt-4.1-nano',
    'gpt-3.5-turbo',
    'o1',
    'o3-mini',
    'o4-mini-high',
    'chatgpt-4o-latest',
    'text-embedding-3-small',
    'dall-e-3',
    'gpt-image-1',
    'whisper-1',
    'tts-1-hd',
    'codex-mini-latest',
    'claude-opus-4',
    'gemini-2.5-flash',
    'ft:gpt-4o:org::id',
  ],
  unknown: ['', 'gpt-7', 'gpt-5.7-sol', 'gpt-5.4/medium', 'gpt-5.5-max', 'gpt-40', 'o5', 'my-model', 'gpt-4x'],
};
const rows = Object.entries(IDS).flatMap(([status, ids]) => ids.map((id) => [id, status] as const));

it('has a table worth the name', () => {
  expect(rows.length).toBeGreaterThanOrEqual(40);
});

it.each(rows)('"%s" is %s', (id, status) => {
  expect(getModelStatus(id)).toBe(status);
});

it('knows every id of the bundle, and names successors that are not retired themselves', () => {
  for (const { id, retiredSince, successors = [] } of KNOWN_MODELS) {
    expect(['working', 'catalog', 'retired']).toContain(getModelStatus(id));
    expect(successors.length > 0).toBe(retiredSince !== undefined || id.startsWith('gpt-5.1'));
    for (const successor of successors) expect(['working', 'catalog']).toContain(getModelStatus(successor));
  }
});

it('names first as successors what a report saw working', () => {
  expect(modelInfo('gpt-5.3-codex').successors).toEqual(['gpt-5.6-sol', 'gpt-6-astra', 'gpt-5.6-terra', 'gpt-5.5']);
  expect(modelInfo('gpt-5.1-codex').successors).toEqual(['gpt-5.5']);
});

it('knows the models beside the usual ones for what they are', () => {
  expect([modelInfo('gpt-5-codex').contextWindow, modelInfo('gpt-5-codex-mini').contextWindow]).toEqual([
    400_000, 400_000,
  ]);
  expect(modelInfo('codex-auto-review')).toEqual({
    id: 'codex-auto-review',
    contextWindow: 272_000,
    maxContextWindow: 1_000_000,
    isListed: false,
  });
  expect(modelInfo('gpt-reserve').planNote).toContain('free plan');
});

it('keeps its table from everybody', () => {
  expect(() => Object.assign(modelInfo('gpt-5.5'), { id: 'x' })).toThrow(TypeError);
  expect(() => (modelInfo('gpt-5.5').reasoningEfforts as string[]).push('x')).toThrow(TypeError);
});
