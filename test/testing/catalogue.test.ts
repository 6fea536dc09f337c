import { expect, it } from 'vitest';
import { KNOWN_MODELS } from '../../src/catalog/known-models';
import { post, validBody, validHeaders, withEmulator } from './client';

async function slugs(baseURL: string, headers: Record<string, string>, version: string) {
  const response = await fetch(`${baseURL}/models?client_version=${version}`, { headers });
  const { models } = (await response.json()) as { models: Record<string, unknown>[] };
  return {
    status: response.status,
    etag: response.headers.get('etag'),
    models,
    ids: models.map((model) => model.slug),
  };
}

it('serves the models of the default account, and refuses the others', () =>
  withEmulator(async (emulator, login) => {
    const headers = validHeaders(login);
    const { ids } = await slugs(emulator.baseURL, headers, '0.0.0');
    const others = ['codex-auto-review', 'gpt-reserve'];
    const current = KNOWN_MODELS.filter((model) => !model.retiredSince && !others.includes(model.id)).map(
      ({ id }) => id,
    );
    expect(ids).toEqual(['gpt-5.3-codex', ...current]);
    for (const { id } of KNOWN_MODELS) {
      const gated = id === 'gpt-5.6-luna';
      const response = await post(emulator, headers, validBody({ model: id, reasoning: {} }));
      await response.text();
      expect([id, response.status]).toEqual([id, gated ? 404 : ids.includes(id) ? 200 : 400]);
    }
  }));

it('hides models from clients that are too old for them', () =>
  withEmulator(async (emulator, login) => {
    const { ids } = await slugs(emulator.baseURL, validHeaders(login), '0.144.6');
    expect(ids).toContain('gpt-5.6-sol');
    expect(ids).not.toContain('gpt-6-sol');
  }));

it('states the same etag for the catalogue and for every answer', () =>
  withEmulator(async (emulator, login) => {
    const { etag } = await slugs(emulator.baseURL, validHeaders(login), '0.155.0');
    const response = await post(emulator, validHeaders(login));
    expect(response.headers.get('x-models-etag')).toBe(etag);
    expect(etag).toMatch(/^".+"$/);
  }));

it('gives every entry all the fields that the Codex CLI reads', () =>
  withEmulator(async (emulator, login) => {
    const { models } = await slugs(emulator.baseURL, validHeaders(login), '0.0.0');
    for (const model of models) {
      expect(Object.keys(model).length).toBeGreaterThanOrEqual(38);
      expect(model).toMatchObject({
        slug: expect.any(String),
        shell_type: 'shell_command',
        apply_patch_tool_type: 'freeform',
        truncation_policy: { mode: 'tokens', limit: expect.any(Number) },
        supported_reasoning_levels: expect.any(Array),
      });
    }
  }));

it('needs a login', () =>
  withEmulator(async (emulator) => {
    const response = await fetch(`${emulator.baseURL}/models?client_version=0.0.0`);
    expect([response.status, await response.json()]).toEqual([401, { detail: 'Unauthorized' }]);
  }));

it('takes another list of models', () =>
  withEmulator(
    async (emulator, login) => {
      const headers = validHeaders(login);
      expect((await slugs(emulator.baseURL, headers, '0.0.0')).ids).toEqual(['gpt-6-sol', 'mine']);
      const efforts = validBody({ model: 'mine', reasoning: { effort: 'low' } });
      expect((await post(emulator, headers, efforts)).status).toBe(400);
      expect((await post(emulator, headers, validBody({ model: 'mine', reasoning: { effort: 'max' } }))).status).toBe(
        200,
      );
      expect((await post(emulator, headers)).status).toBe(400);
    },
    { models: ['gpt-6-sol', { id: 'mine', reasoningEfforts: ['max'] }] },
  ));
