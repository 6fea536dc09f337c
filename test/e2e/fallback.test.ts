import { createOpenAI } from '@ai-sdk/openai';
import {
  createProviderRegistry,
  customProvider,
  generateText,
  RetryError,
  stepCountIs,
  streamText,
  tool,
  wrapLanguageModel,
} from 'ai';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { CodexAuthError, CodexFallbackError, CodexUsageLimitError, createCodex, createFallback } from '../../src/index';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { codexFailures } from '../../src/testing';
import { calls, setUp } from './setup';

const limit = codexFailures.usageLimit({ resetsInSeconds: 3 * 3_600 });
const FIRST = 'gpt-5.3-codex';
const SECOND = 'gpt-5.4-mini';
const SESSION = '0190f3c4-0000-7000-8000-000000000001';

/** An OpenAI provider that counts what it sends, and answers 500. */
function openaiWith(settings: Parameters<typeof createOpenAI>[0] = {}) {
  const fetch = vi.fn(async () => new Response('{}', { status: 500 }));
  return { openai: createOpenAI({ ...settings, fetch }), fetch };
}

function withoutKey() {
  vi.stubEnv('OPENAI_API_KEY', undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
}

const models = (stage: Awaited<ReturnType<typeof setUp>>) => calls(stage.emulator).map(({ body }) => body.model);

describe('a first model at its limit', () => {
  it('is followed by the second in generateText, and left alone afterwards', async () => {
    const stage = await setUp();
    stage.emulator.reply(limit, 'Second here.', 'Again.');
    const model = createFallback({ models: [stage.codex(FIRST), stage.codex(SECOND)] });
    const { text, providerMetadata, response } = await generateText({ model, prompt: 'Hi.' });
    expect(text).toBe('Second here.');
    expect(response.modelId).toBe(SECOND);
    expect(providerMetadata?.codex).toMatchObject({
      sessionId: expect.any(String),
      fallback: {
        used: SECOND,
        attempts: [{ modelId: FIRST, provider: 'codex.responses', code: 'usage_limit_reached' }],
      },
    });
    expect((await generateText({ model, prompt: 'Hi.' })).text).toBe('Again.');
    expect(models(stage)).toEqual([FIRST, SECOND, SECOND]);
  });

  it('is followed in streamText, through a loop of tools', async () => {
    const stage = await setUp();
    stage.emulator.reply(limit, { toolCalls: [{ name: 'tide', input: {} }] }, 'At noon.');
    const result = streamText({
      model: createFallback({ models: [stage.codex(FIRST), stage.codex(SECOND)] }),
      prompt: 'When?',
      stopWhen: stepCountIs(3),
      tools: { tide: tool({ inputSchema: z.object({}), execute: async () => 'noon' }) },
      onError: () => {},
    });
    expect(await result.text).toBe('At noon.');
    const steps = await result.steps;
    expect(steps.map((step) => step.providerMetadata?.codex?.fallback)).toMatchObject([
      { used: SECOND, attempts: [{ code: 'usage_limit_reached' }] },
      { used: SECOND, attempts: [{ code: 'usage_limit_reached', skipped: true }] },
    ]);
    expect(models(stage)).toEqual([FIRST, SECOND, SECOND]);
  });

  it('that says so in the stream is followed, too', async () => {
    const stage = await setUp();
    stage.emulator.reply({ failed: 'server_is_overloaded' }, 'Second here.');
    const model = createFallback({ models: [stage.codex(FIRST), stage.codex(SECOND)] });
    const result = streamText({ model, prompt: 'Hi.', onError: () => {} });
    expect(await result.text).toBe('Second here.');
    expect(models(stage)).toEqual([FIRST, SECOND]);
  });

  it('that breaks after its first words is not', async () => {
    const stage = await setUp();
    stage.emulator.reply({ text: 'Half an answer.', failed: 'server_error' }, 'Second here.');
    const errors: unknown[] = [];
    const model = createFallback({ models: [stage.codex(FIRST), stage.codex(SECOND)] });
    const result = streamText({ model, prompt: 'Hi.', onError: ({ error }) => void errors.push(error) });
    await result.consumeStream();
    expect(errors).toMatchObject([{ code: 'server_error' }]);
    expect(models(stage)).toEqual([FIRST]);
  });
});

it('the same model of another login is another model', async () => {
  const stage = await setUp();
  const { emulator } = stage;
  const { baseURL, issuer } = emulator;
  const providerOf = (accountId: string) =>
    createCodex({ baseURL, issuer, authStore: memoryAuthStore(emulator.login({ accountId })) });
  emulator.reply(limit, 'Second login.', 'Still the second.');
  const logins = [stage.codex, providerOf('acct-2'), providerOf('acct-3')];
  const model = createFallback({ models: logins.map((codex) => codex(FIRST)) });
  expect((await generateText({ model, prompt: 'Hi.' })).text).toBe('Second login.');
  expect((await generateText({ model, prompt: 'Hi.' })).text).toBe('Still the second.');
  const asked = calls(emulator).map(({ headers }) => headers['chatgpt-account-id']);
  expect(asked).toEqual(['acct-1', 'acct-2', 'acct-2']);
});

it('a login that is refused does not keep another one from being asked', async () => {
  const { emulator, codex } = await setUp({ authStore: memoryAuthStore({ accessToken: 'worthless' }) });
  const { baseURL, issuer } = emulator;
  const good = createCodex({ baseURL, issuer, authStore: memoryAuthStore(emulator.login()) });
  emulator.reply('Good login.');
  const model = createFallback({ models: [codex(FIRST), codex(SECOND), good(FIRST)] });
  const { text, providerMetadata } = await generateText({ model, prompt: 'Hi.' });
  expect(text).toBe('Good login.');
  expect(providerMetadata?.codex?.fallback).toMatchObject({ attempts: [{ modelId: FIRST }, { skipped: true }] });
});

describe('a call that no model would take', () => {
  it('is asked once', async () => {
    const stage = await setUp();
    stage.emulator.reply(codexFailures.badRequest('Nonsense.'));
    const model = createFallback({ models: [stage.codex(FIRST), stage.codex(SECOND)] });
    await expect(generateText({ model, prompt: 'Hi.' })).rejects.toThrow('Nonsense.');
    expect(models(stage)).toEqual([FIRST]);
  });

  it('and one that was aborted closes its socket and asks nobody else', async () => {
    const stage = await setUp();
    stage.emulator.reply({ text: 'Never said.', stallAfter: 0 });
    const control = new AbortController();
    const model = createFallback({ models: [stage.codex(FIRST), stage.codex(SECOND)] });
    const waiting = generateText({ model, prompt: 'Hi.', abortSignal: control.signal });
    await vi.waitFor(() => expect(calls(stage.emulator)).toHaveLength(1));
    control.abort();
    await expect(waiting).rejects.toBe(control.signal.reason);
    expect(models(stage)).toEqual([FIRST]);
  });
});

describe('models that all fail', () => {
  it('are asked once each where waiting does not help', async () => {
    const stage = await setUp();
    stage.emulator.reply(limit, limit);
    const model = createFallback({ models: [stage.codex(FIRST), stage.codex(SECOND)] });
    const error = await generateText({ model, prompt: 'Hi.' }).catch((reason: unknown) => reason);
    expect(CodexFallbackError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ isRetryable: false, statusCode: 429 });
    expect(CodexUsageLimitError.isInstance((error as Error).cause)).toBe(true);
    expect((error as Error).message.split('\n')).toHaveLength(3);
    expect(models(stage)).toEqual([FIRST, SECOND]);
  });

  it('are asked again by ai where it may', async () => {
    const stage = await setUp();
    stage.emulator.reply(limit, codexFailures.throttled({ retryAfter: 0 }), 'There.');
    const model = createFallback({ models: [stage.codex(FIRST), stage.codex(SECOND)] });
    expect((await generateText({ model, prompt: 'Hi.', maxRetries: 1 })).text).toBe('There.');
    expect(models(stage)).toEqual([FIRST, SECOND, SECOND]);
  });

  it('are unwrapped where an order stands inside ai and another order', async () => {
    const stage = await setUp();
    stage.emulator.reply(limit, limit, 'Third.');
    const inner = createFallback({ models: [stage.codex(FIRST), stage.codex(SECOND)] });
    const model = createFallback({ models: [inner, stage.codex('gpt-5.5')] });
    const { text, providerMetadata } = await generateText({ model, prompt: 'Hi.' });
    expect(text).toBe('Third.');
    expect(providerMetadata?.codex?.fallback).toMatchObject({ attempts: [{ code: 'usage_limit_reached' }] });
  });
});

describe('beside @ai-sdk/openai', () => {
  it('a model without a key is skipped and reported', async () => {
    withoutKey();
    const { openai, fetch } = openaiWith();
    const stage = await setUp();
    stage.emulator.reply('Codex here.');
    const onFallback = vi.fn();
    const model = createFallback({ models: [openai('gpt-5.2'), stage.codex(FIRST)], onFallback });
    const { text, providerMetadata } = await generateText({ model, prompt: 'Hi.' });
    expect(text).toBe('Codex here.');
    const attempt = { modelId: 'gpt-5.2', provider: 'openai.responses', code: 'no_credentials', skipped: true };
    expect(providerMetadata?.codex?.fallback).toEqual({ used: FIRST, attempts: [attempt] });
    expect(onFallback).toHaveBeenCalledTimes(1);
    expect(fetch).not.toHaveBeenCalled();
  });

  it('an order by name takes both providers of a registry', async () => {
    withoutKey();
    const { openai, fetch } = openaiWith();
    const stage = await setUp();
    stage.emulator.reply(limit);
    const registry = createProviderRegistry({ codex: stage.codex, openai });
    const given: unknown[] = [];
    const model = createFallback({
      order: { primary: `openai-codex/${FIRST}`, fallbacks: ['openai/gpt-5.2-codex', 'openai/gpt-4o-mini'] },
      registry,
      onFallback: ({ from, code, skipped }) => void given.push([from.modelId, code, skipped]),
    });
    const error = await generateText({ model, prompt: 'Hi.' }).catch((reason: unknown) => reason);
    // One model failed; the others were never asked.
    expect(CodexUsageLimitError.isInstance(error)).toBe(true);
    expect(given).toEqual([
      [FIRST, 'usage_limit_reached', false],
      ['gpt-5.2-codex', 'no_credentials', true],
      ['gpt-4o-mini', 'no_credentials', true],
    ]);
    expect(fetch).not.toHaveBeenCalled();
    expect(models(stage)).toEqual([FIRST]);
  });

  it('failures of the other provider count', async () => {
    const { openai, fetch } = openaiWith({ apiKey: 'none' });
    const stage = await setUp();
    stage.emulator.reply('Codex here.');
    const model = createFallback({ models: [openai('gpt-5.2'), stage.codex(FIRST)] });
    expect((await generateText({ model, prompt: 'Hi.' })).text).toBe('Codex here.');
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});

describe('an answer of @ai-sdk/openai that is none', () => {
  const created = { type: 'response.created', response: { id: 'r', created_at: 1, model: 'gpt-5.2' } };
  const failure = { code: 'server_error', message: 'It broke.' };
  const failed = { type: 'response.failed', response: { error: failure, incomplete_details: null, usage: null } };
  it.each([
    ['fails', [created, failed]],
    ['says error', [created, { type: 'error', sequence_number: 1, ...failure }]],
    ['has no event', []],
    ['is cut', [created]],
    ['is over at once', ['[DONE]']],
  ])('is given by the next model: it %s', async (_name, events) => {
    const lines = events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);
    const fetch = async () => new Response(lines.join(''), { headers: { 'content-type': 'text/event-stream' } });
    const openai = createOpenAI({ apiKey: 'none', fetch });
    const stage = await setUp();
    stage.emulator.reply('Codex here.');
    const model = createFallback({ models: [openai('gpt-5.2'), stage.codex(FIRST)] });
    const result = streamText({ model, prompt: 'Hi.', onError: () => {} });
    expect(await result.text).toBe('Codex here.');
    expect((await result.providerMetadata)?.codex?.fallback).toMatchObject({
      used: FIRST,
      attempts: [{ modelId: 'gpt-5.2', provider: 'openai.responses' }],
    });
  });
});

it('two keys of one provider are two models', async () => {
  const keys: unknown[] = [];
  const withKey = (apiKey: string) =>
    createOpenAI({
      apiKey,
      fetch: async (_url, init) => {
        keys.push(new Headers(init?.headers).get('authorization'));
        return Response.json({ error: { message: 'Incorrect API key provided' } }, { status: 401 });
      },
    })('gpt-5.2');
  const model = createFallback({ models: [withKey('one'), withKey('two')] });
  await expect(generateText({ model, prompt: 'Hi.', maxRetries: 0 })).rejects.toThrow('None of 2 models answered.');
  expect(keys).toEqual(['Bearer one', 'Bearer two']);
});

it('logins behind middleware are told apart', async () => {
  const stage = await setUp();
  const { emulator } = stage;
  const { baseURL, issuer } = emulator;
  const other = createCodex({ baseURL, issuer, authStore: memoryAuthStore(emulator.login({ accountId: 'acct-2' })) });
  emulator.reply(limit, 'Second login.');
  const models = [stage.codex, other].map((codex) =>
    wrapLanguageModel({ model: codex(FIRST), middleware: { middlewareVersion: 'v2' } }),
  );
  expect((await generateText({ model: createFallback({ models }), prompt: 'Hi.' })).text).toBe('Second login.');
  expect(calls(emulator).map(({ headers }) => headers['chatgpt-account-id'])).toEqual(['acct-1', 'acct-2']);
});

it('a limit counts for a model with every effort', async () => {
  const stage = await setUp();
  stage.emulator.reply(limit, 'Other model.');
  const ids = ['gpt-5.5-high', 'codex/gpt-5.5-low', 'gpt-5.5', SECOND];
  const model = createFallback({ models: ids.map((id) => stage.codex(id)) });
  expect((await generateText({ model, prompt: 'Hi.' })).text).toBe('Other model.');
  expect(models(stage)).toEqual(['gpt-5.5', SECOND]);
});

it('a session goes on with the model that answers', async () => {
  const stage = await setUp();
  stage.emulator.reply(limit, { toolCalls: [{ name: 'tide', input: {} }] }, 'At noon.');
  await generateText({
    model: createFallback({ models: [stage.codex(FIRST), stage.codex(SECOND)] }),
    prompt: 'When?',
    stopWhen: stepCountIs(3),
    tools: { tide: tool({ inputSchema: z.object({}), execute: async () => 'noon' }) },
    providerOptions: { codex: { sessionId: SESSION } },
  });
  const sent = calls(stage.emulator);
  expect(sent.map(({ headers }) => headers['session-id'])).toEqual([SESSION, SESSION, SESSION]);
  const states = sent.map(({ headers }) => headers['x-codex-turn-state']);
  expect(states).toEqual([undefined, undefined, expect.any(String)]);
});

describe('openai/gpt-5.3-codex where its prefix is accepted', () => {
  it('without a login gives the clear error of the login', async () => {
    const stage = await setUp({ authStore: memoryAuthStore() });
    const { openai, fetch } = openaiWith({ apiKey: 'none' });
    const registry = createProviderRegistry({ codex: stage.codex, openai });
    const model = createFallback({ order: `openai/${FIRST}`, registry, acceptOpenAIPrefix: true });
    const error = await generateText({ model, prompt: 'Hi.' }).catch((reason: unknown) => reason);
    expect(CodexAuthError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'not_logged_in', message: expect.stringContaining('log') });
    expect(RetryError.isInstance(error)).toBe(false);
    expect(fetch).not.toHaveBeenCalled();
    expect(stage.emulator.requests).toEqual([]);
  });

  it('with one is a model of the subscription', async () => {
    const stage = await setUp();
    stage.emulator.reply('Codex here.');
    const { openai, fetch } = openaiWith({ apiKey: 'none' });
    const registry = createProviderRegistry({ codex: stage.codex, openai });
    const model = createFallback({ order: `openai/${FIRST}`, registry, acceptOpenAIPrefix: true });
    expect((await generateText({ model, prompt: 'Hi.' })).text).toBe('Codex here.');
    expect(fetch).not.toHaveBeenCalled();
  });
});

it('works as a model of customProvider, in a registry, under middleware', async () => {
  const stage = await setUp();
  stage.emulator.reply(limit, 'Second here.');
  const best = wrapLanguageModel({
    model: createFallback({ models: [stage.codex(FIRST), stage.codex(SECOND)] }),
    middleware: { middlewareVersion: 'v2' },
  });
  const mine = customProvider({ languageModels: { best } });
  const registry = createProviderRegistry({ mine });
  const result = streamText({ model: registry.languageModel('mine:best'), prompt: 'Hi.', onError: () => {} });
  expect(await result.text).toBe('Second here.');
  expect((await result.providerMetadata)?.codex?.fallback).toMatchObject({ used: SECOND });
});
