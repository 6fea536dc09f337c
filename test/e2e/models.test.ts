import { generateText } from 'ai';
import { expect, it } from 'vitest';
import { CodexAuthError } from '../../src/index';
import { createCodexOver } from '../../src/provider';
import { createRuntime } from '../../src/shared/runtime';
import { memoryAuthStore } from '../../src/stores/memory-store';
import type { CodexEmulator } from '../../src/testing';
import { MINUTE, memoryCache } from '../catalog/catalog-world';
import { calls, setUp } from './setup';

const asked = ({ requests }: CodexEmulator) =>
  requests
    .filter(({ path }) => path.endsWith('/models'))
    .map(({ headers, query, status }) => ({ headers, query, status }));

it('lists the models of the account, asked as little as possible', async () => {
  const { emulator, codex } = await setUp({ clientVersion: '0.150.0', headers: { 'x-app': 'mine' } });
  const models = await codex.models();
  const ids = models.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(['gpt-5.5', 'gpt-5.3-codex', 'gpt-5.3-codex-spark', 'gpt-5.6-sol']));
  expect(ids).not.toContain('gpt-6-astra'); // needs a newer client
  expect(models.find(({ id }) => id === 'gpt-5.6-sol')).toMatchObject({ source: 'live', usesResponsesLite: true });
  expect(await codex.models()).toEqual(models);
  await codex.models({ refresh: true });
  expect(asked(emulator).map(({ query, status }) => [query, status])).toEqual([
    [{ client_version: '0.150.0' }, 200],
    [{ client_version: '0.150.0' }, 304],
  ]);
  expect(asked(emulator)[0]?.headers).toMatchObject({
    'chatgpt-account-id': 'acct-1',
    version: '0.150.0',
    accept: 'application/json',
  });
  expect(calls(emulator)).toEqual([]);
});

it('is not asked for by a call of a model', async () => {
  const { emulator, codex } = await setUp();
  await generateText({ model: codex('gpt-5.5'), prompt: 'Hi' });
  expect([calls(emulator).length, asked(emulator)]).toEqual([1, []]);
});

it('keeps a list that an answer says is still the newest', async () => {
  const { emulator, codex } = await setUp();
  await codex.models();
  await generateText({ model: codex('gpt-5.5'), prompt: 'Hi' });
  await codex.models();
  expect(asked(emulator)).toHaveLength(1);
});

it('asks again when an answer names another version of the list', async () => {
  const { emulator, codex } = await setUp();
  await codex.models();
  emulator.reply({ text: 'Hello.', headers: { 'x-models-etag': '"newer"' } });
  await generateText({ model: codex('gpt-5.5'), prompt: 'Hi' });
  await codex.models();
  expect(asked(emulator).map(({ status }) => status)).toEqual([200, 304]);
});

it('follows the login to another account as soon as calls do', async () => {
  const { emulator } = await setUp();
  let ahead = 0;
  const runtime = createRuntime({ now: () => Date.now() + ahead });
  const authStore = memoryAuthStore(emulator.login({ accountId: 'acct-1', expiresInMs: 60 * MINUTE }));
  const { baseURL, issuer } = emulator;
  const codex = createCodexOver(runtime, { baseURL, issuer, authStore, modelCache: memoryCache() });
  await codex.models();
  await authStore.update('default', async () => emulator.login({ accountId: 'acct-2' }));
  ahead = 58 * MINUTE;
  await codex.models();
  await codex.models();
  const by = asked(emulator).map(({ headers, status }) => [headers['chatgpt-account-id'], status]);
  expect(by).toEqual([
    ['acct-1', 200],
    ['acct-2', 200],
  ]);
});

it('falls back to the bundle, and rejects only for the login and the caller', async () => {
  const warnings: string[] = [];
  const logger = { debug() {}, warn: (message: string) => void warnings.push(message) };
  const { emulator, codex } = await setUp({ logger });
  emulator.modelsReply({ status: 503, body: { detail: 'Service unavailable' } });
  const models = await codex.models();
  expect(new Set(models.map(({ source }) => source))).toEqual(new Set(['bundled']));
  expect(warnings).toHaveLength(1);
  const reason = new Error('no longer wanted');
  await expect(codex.models({ refresh: true, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const nobody = await setUp({ authStore: memoryAuthStore() });
  const error = await nobody.codex.models().catch((failure: unknown) => failure);
  expect(CodexAuthError.isInstance(error) && error.code).toBe('not_logged_in');
  expect(asked(nobody.emulator)).toEqual([]);
});
