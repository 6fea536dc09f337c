import { APICallError, generateText } from 'ai';
import { describe, expect, it } from 'vitest';
import { modelInfo } from '../../src/catalog/known-models';
import type { ModelCatalog } from '../../src/catalog/model-catalog';
import type { CallEnvironment } from '../../src/language-model/run-call';
import { createProvider } from '../../src/language-model/v2/create-provider';
import { createRuntime } from '../../src/shared/runtime';
import { codexFailures } from '../../src/testing';
import { BUNDLE, createEnvironment } from '../support/v2-harness';
import { calls, setUp } from './setup';

const LITE_HEADER = 'x-openai-internal-codex-responses-lite';

/** A provider whose catalogue is `catalog`, for a fresh emulator, and what it was asked. */
async function withCatalog(catalog: Partial<ModelCatalog>, more: Partial<CallEnvironment> = {}) {
  const { emulator } = await setUp();
  const asked: unknown[][] = [];
  const { accessToken, accountId } = emulator.login({ accountId: 'acct-1' });
  const environment = createEnvironment(createRuntime(), {
    baseURL: emulator.baseURL,
    clientVersion: '0.155.0',
    authorizer: {
      headers: async () => ({ authorization: `Bearer ${accessToken}`, 'chatgpt-account-id': accountId ?? '' }),
      onUnauthorized: async () => false,
    },
    catalog: {
      ...BUNDLE,
      ...catalog,
      liveIds: async (signal) => {
        asked.push(['liveIds']);
        return catalog.liveIds?.(signal);
      },
      noteEtag: (...etag) => void asked.push(['noteEtag', ...etag]),
    },
    ...more,
  });
  return { emulator, asked, codex: createProvider(async () => environment, { acceptOpenAIPrefix: false }) };
}

const sol = (usesResponsesLite: boolean): Partial<ModelCatalog> => ({
  find: async (id) => ({ ...modelInfo(id), usesResponsesLite }),
});

describe('the form of a call', () => {
  it.each<[string, Partial<ModelCatalog>, boolean | undefined, boolean]>([
    ['lite where the catalogue says so', sol(true), undefined, true],
    ['classic where it says the other', sol(false), undefined, false],
    ['classic where it says nothing', {}, undefined, false],
    ['classic when that is forced', sol(true), false, false],
    ['lite when that is forced', sol(false), true, true],
  ])('is %s', async (_name, catalog, responsesLite, isLite) => {
    const { codex, emulator } = await withCatalog(catalog, { responsesLite });
    await generateText({ model: codex('gpt-5.6-sol'), prompt: 'Hi.' });
    const [call] = calls(emulator);
    expect(call?.headers[LITE_HEADER]).toBe(isLite ? 'true' : undefined);
    expect(call?.body.instructions === undefined).toBe(isLite);
    expect(call?.status).toBe(200);
  });

  it.each([
    [true, 'xhigh', 1],
    [false, 'max', 0],
  ])(
    'takes efforts that the model takes, unless told not to: clamp %s',
    async (clampReasoningEffort, effort, warned) => {
      const { codex, emulator } = await withCatalog({}, { clampReasoningEffort });
      emulator.reply('Fine.');
      const providerOptions = { codex: { reasoningEffort: 'max' } };
      const result = await generateText({
        model: codex('gpt-5.5'),
        prompt: 'Hi.',
        providerOptions,
        maxRetries: 0,
      }).catch(() => undefined); // the strict backend refuses what is not clamped
      expect(calls(emulator)[0]?.body.reasoning).toMatchObject({ effort });
      expect(result?.warnings?.length ?? 0).toBe(warned);
    },
  );

  it('is told of the account that asks', async () => {
    const asked: unknown[] = [];
    const find: ModelCatalog['find'] = async (...query) => {
      asked.push(query);
      return modelInfo(query[0]);
    };
    const { codex } = await withCatalog({ find });
    await generateText({ model: codex('gpt-5.5'), prompt: 'Hi.' });
    expect(asked).toEqual([['gpt-5.5', 'acct-1']]);
  });
});

describe('the catalogue', () => {
  it('hears which version of the list the backend has', async () => {
    const { codex, emulator, asked } = await withCatalog({});
    emulator.reply({ text: 'Hi.', headers: { 'x-models-etag': '"v2"' } });
    await generateText({ model: codex('gpt-5.5'), prompt: 'Hi.' });
    expect(asked).toContainEqual(['noteEtag', 'acct-1', '"v2"']);
    expect(asked).not.toContainEqual(['liveIds']);
  });

  const refusals: [string, Parameters<Awaited<ReturnType<typeof setUp>>['emulator']['reply']>[0]][] = [
    ['an HTTP answer', codexFailures.modelNotFound('gpt-5.5')],
    ['response.failed', { failed: 'model_not_found' }],
  ];

  it.each(refusals)('is asked for what there is when a model is refused by %s', async (_name, refusal) => {
    const { codex, emulator, asked } = await withCatalog({ liveIds: async () => ['gpt-6-sol', 'gpt-5.4'] });
    emulator.reply(refusal);
    const error = await generateText({ model: codex('gpt-5.5'), prompt: 'Hi.' }).catch((cause) => cause);
    expect(error).toMatchObject({ code: 'model_not_found', suggestions: ['gpt-6-sol', 'gpt-5.4'] });
    expect(asked.filter(([what]) => what === 'liveIds')).toHaveLength(1);
    expect(calls(emulator)).toHaveLength(1);
  });

  it.each<[string, ModelCatalog['liveIds']]>([
    ['does not say', async () => undefined],
    ['fails', () => Promise.reject(new Error('down'))],
  ])('that %s leaves the failure what it is', async (_name, liveIds) => {
    const { codex, emulator } = await withCatalog({ liveIds });
    emulator.reply(codexFailures.modelNotFound('gpt-5.5'));
    const error = await generateText({ model: codex('gpt-5.5'), prompt: 'Hi.' }).catch((cause) => cause);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'model_not_found', statusCode: 404 });
  });

  it('is not asked for any other failure', async () => {
    const { codex, emulator, asked } = await withCatalog({});
    emulator.reply(codexFailures.badRequest('Nonsense'), { text: 'Some', failed: 'model_not_found' });
    const ask = () => generateText({ model: codex('gpt-5.5'), prompt: 'Hi.', maxRetries: 0 }).catch(() => {});
    await ask();
    await ask();
    expect(asked.filter(([what]) => what === 'liveIds')).toEqual([]);
  });

  it('can be left while it is asked', async () => {
    const end = new AbortController();
    const reason = new Error('no longer wanted');
    const liveIds = () => {
      queueMicrotask(() => end.abort(reason));
      return new Promise<undefined>(() => {});
    };
    const { codex, emulator } = await withCatalog({ liveIds });
    emulator.reply(codexFailures.modelNotFound('gpt-5.5'));
    const left = Promise.resolve(
      codex('gpt-5.5').doGenerate({
        prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi.' }] }],
        abortSignal: end.signal,
      }),
    );
    await expect(left).rejects.toBe(reason);
  });
});
