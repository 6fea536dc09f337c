import { APICallError, type LanguageModelV2, LoadAPIKeyError } from '@ai-sdk/provider';
import { describe, expect, it, vi } from 'vitest';
import { CodexAuthError } from '../../../src/auth/errors';
import { CodexFallbackError } from '../../../src/language-model/fallback/fallback-error';
import { createFallback } from '../../../src/language-model/v2/create-fallback';
import {
  type FakeModel,
  fakeModel,
  fallbackOf,
  OPTIONS,
  partsOf,
  START,
  status,
  throttle,
  usageLimit,
} from './fake-model';

const counts = (...models: FakeModel[]) => models.map(({ calls }) => calls.length);
const noKey = new LoadAPIKeyError({ message: 'OpenAI API key is missing.' });

describe('an order of models', () => {
  it('asks the first alone when it answers, with the options as they are', async () => {
    const [a, b] = [fakeModel('codex.responses/a'), fakeModel('openai.responses/b')];
    const { result } = await fallbackOf([a, b]).outcome();
    expect(result?.providerMetadata).toEqual({ own: { kept: true }, codex: { fallback: { used: 'a', attempts: [] } } });
    expect(counts(a, b)).toEqual([1, 0]);
    expect(a.calls[0]).toMatchObject(OPTIONS);
  });

  it('goes on to the next in order, and says so', async () => {
    const onFallback = vi.fn();
    const [failed, refused] = [status(500), status(401)];
    const models = [
      fakeModel('codex.responses/a', { fail: failed }),
      fakeModel('openai.responses/b', { fail: refused }),
      fakeModel('other.chat/c', { text: 'Me.' }),
    ];
    const { result } = await fallbackOf(models, { onFallback }).outcome();
    expect(result?.content).toEqual([{ type: 'text', text: 'Me.' }]);
    expect(result?.providerMetadata?.codex).toEqual({
      fallback: {
        used: 'c',
        attempts: [
          { provider: 'codex.responses', modelId: 'a', code: 'server_error' },
          { provider: 'openai.responses', modelId: 'b', code: 'unauthorized' },
        ],
      },
    });
    const [a, b, c] = models.map(({ provider, modelId }) => ({ provider, modelId }));
    expect(onFallback.mock.calls).toEqual([
      [{ from: a, to: b, code: 'server_error', skipped: false, error: failed }],
      [{ from: b, to: c, code: 'unauthorized', skipped: false, error: refused }],
    ]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('watcher');
      },
    ],
    ['rejects', () => Promise.reject(new Error('watcher'))],
  ])('answers also when onFallback %s', async (_name, onFallback) => {
    const models = [fakeModel('p/a', { fail: status(500) }), fakeModel('q/b')];
    expect(await fallbackOf(models, { onFallback }).ask()).toBe('b');
  });

  it('stops at what no other model would do better', async () => {
    const [a, b] = [fakeModel('p/a', { fail: status(400) }), fakeModel('q/b')];
    const onFallback = vi.fn();
    const { error } = await fallbackOf([a, b], { onFallback }).outcome();
    expect(error).toMatchObject({ statusCode: 400, message: 'Status 400.' });
    expect(CodexFallbackError.isInstance(error)).toBe(false);
    expect(counts(a, b)).toEqual([1, 0]);
    expect(onFallback).not.toHaveBeenCalled();
  });

  it('stops there later in the order, too, and tells the whole story', async () => {
    const wrong = status(400);
    const models = [fakeModel('p/a', { fail: status(500) }), fakeModel('q/b', { fail: wrong }), fakeModel('r/c')];
    const { error } = await fallbackOf(models).outcome();
    expect(CodexFallbackError.isInstance(error)).toBe(true);
    expect(error.cause).toBe(wrong);
    expect(error.attempts).toMatchObject([{ code: 'server_error' }, { code: 'invalid_request' }]);
    expect(counts(...models)).toEqual([1, 1, 0]);
  });

  it('asks a model once that it holds twice, and another of the same names, too', async () => {
    const [a, b, c] = [
      fakeModel('p/a', { fail: status(500) }),
      fakeModel('p/a', { fail: status(500) }),
      fakeModel('p/c'),
    ];
    expect(await fallbackOf([a, a, b, c, a]).ask()).toBe('c');
    expect(counts(a, b, c)).toEqual([1, 1, 1]);
  });

  it.each(['stop', 'other', 'unknown', 'error'] as const)(
    'goes on after an answer with nothing in it: %s',
    async (ends) => {
      const models = [fakeModel('p/a', { ends }), fakeModel('q/b', { text: '' }), fakeModel('r/c')];
      const { result } = await fallbackOf(models).outcome();
      const attempts = [
        { provider: 'p', modelId: 'a', code: 'empty_response' },
        { provider: 'q', modelId: 'b', code: 'empty_response' },
      ];
      expect(result?.providerMetadata?.codex?.fallback).toEqual({ used: 'c', attempts });
    },
  );

  it.each(['length', 'content-filter', 'tool-calls'] as const)(
    'takes an empty answer that says why: %s',
    async (ends) => {
      const [a, b] = [fakeModel('p/a', { ends }), fakeModel('q/b')];
      expect((await fallbackOf([a, b]).outcome()).result).toMatchObject({ content: [], finishReason: ends });
      expect(counts(b)).toEqual([0]);
    },
  );

  it('may stand in another, which tells what happened in both', async () => {
    const within = (...models: FakeModel[]) => fallbackOf(models).model;
    const inner = () => within(fakeModel('q/b', { fail: status(503) }), fakeModel('r/c'));
    const tell = async (...models: LanguageModelV2[]) => {
      const { model, outcome } = fallbackOf(models);
      const generated = (await outcome()).result?.providerMetadata?.codex?.fallback;
      const finish = (await partsOf(model)).find(({ type }) => type === 'finish');
      expect(finish).toMatchObject({ providerMetadata: { codex: { fallback: { used: 'c' } } } });
      return generated;
    };
    const b = { provider: 'q', modelId: 'b', code: 'server_is_overloaded' };
    expect(await tell(inner())).toEqual({ used: 'c', attempts: [b] });
    const a = { provider: 'p', modelId: 'a', code: 'server_error' };
    expect(await tell(fakeModel('p/a', { fail: status(500) }), inner())).toEqual({ used: 'c', attempts: [a, b] });
  });

  it('that stands in another is asked again at once where one of its models does not wait', async () => {
    const limited = fakeModel('p/a', { fail: usageLimit() });
    const broken = fakeModel('q/b', { fail: status(500) }, { text: 'Back.' });
    const inner = fallbackOf([limited, broken]).model;
    const { ask } = fallbackOf([inner, fakeModel('r/c')]);
    expect([await ask(), await ask()]).toEqual(['c', 'b']);
    expect(counts(limited, broken)).toEqual([1, 2]);
  });
});

describe('when nobody answers', () => {
  it('a single failure is thrown as it is', async () => {
    const error = status(500);
    expect(await fallbackOf([fakeModel('p/a', { fail: error })]).ask()).toBe(error);
  });

  it('several are one error with a line for each', async () => {
    const last = usageLimit(START + 3 * 3_600_000 + 61_000);
    const models = [
      fakeModel('p/a', { fail: status(500) }),
      fakeModel('q/b', { fail: noKey }),
      fakeModel('codex.responses/c', { fail: last }),
      fakeModel('r/d', { fail: noKey }),
    ];
    const { error } = await fallbackOf(models).outcome();
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ name: 'CodexFallbackError', code: 'all_failed', statusCode: 429, isRetryable: true });
    expect(error.cause).toBe(last);
    expect(error.retryAt).toBeUndefined(); // the first may answer now
    expect(error.message).toBe(
      [
        'None of 4 models answered.',
        '- p a: server_error: Status 500.',
        '- q b: skipped, it has no credentials: OpenAI API key is missing.',
        '- codex.responses c: usage_limit_reached, not asked again for 3 h 2 min: The plan is used up.',
        '- r d: skipped, it has no credentials: OpenAI API key is missing.',
      ].join('\n'),
    );
    expect(error.attempts[1]).toEqual({ provider: 'q', modelId: 'b', code: 'no_credentials', skipped: true });
    expect(error.attempts[1].error).toBe(noKey);
    expect(JSON.stringify(error.attempts)).not.toContain('private');
  });

  it('a fallback without credentials is no failure, the first model without them is one', async () => {
    const failed = status(500);
    const [none, broken] = [() => fakeModel('q/b', { fail: noKey }), () => fakeModel('p/a', { fail: failed })];
    expect((await fallbackOf([broken(), none(), none()]).outcome()).error).toBe(failed);
    expect((await fallbackOf([none(), none()]).outcome()).error).toBe(noKey);
    const { error } = await fallbackOf([none(), broken()]).outcome();
    expect(error).toMatchObject({
      name: 'CodexFallbackError',
      attempts: [{ skipped: true }, { code: 'server_error' }],
    });
  });

  it('what they said to whom is not printed with the error', async () => {
    const last = status(500);
    const { error } = await fallbackOf([
      fakeModel('p/a', { fail: status(500) }),
      fakeModel('q/b', { fail: last }),
    ]).outcome();
    expect(error.cause).toBe(last);
    expect(JSON.stringify(error)).not.toContain('private');
    expect(JSON.stringify(error)).toContain('server_error');
  });

  it.each([
    ['somebody may answer soon', [status(500), usageLimit()], true, undefined],
    ['somebody may after a wait', [throttle(START + 7_000), usageLimit()], true, '7000'],
    ['the shortest wait counts', [throttle(START + 7_000), throttle(START + 2_000)], true, '2000'],
    ['the wait is a minute', [throttle(START + 60_000), usageLimit()], false, undefined],
    ['no try helps', [status(401), usageLimit()], false, undefined],
  ])('may be tried again: %s', async (_name, [one, other], isRetryable, wait) => {
    const { error } = await fallbackOf([fakeModel('p/a', { fail: one }), fakeModel('q/b', { fail: other })]).outcome();
    expect(error.isRetryable).toBe(isRetryable);
    expect(error.responseHeaders?.['retry-after-ms']).toBe(wait);
  });

  it('no token of a message is repeated', async () => {
    const leak = Object.assign(status(500), { message: `Bad key sk-proj-${'a1'.repeat(20)}` });
    const { error } = await fallbackOf([fakeModel('p/a', { fail: leak }), fakeModel('q/b', { fail: leak })]).outcome();
    expect(error.message).toContain('Bad key [redacted]');
    expect(error.message).not.toContain('a1a1');
  });
});

describe('a model without credentials', () => {
  it.each([
    ['an API key', noKey],
    ['a login', new CodexAuthError({ code: 'not_logged_in', message: 'Log in.' })],
  ])('counts as skipped: %s', async (_name, fail) => {
    const onFallback = vi.fn();
    const { result } = await fallbackOf([fakeModel('p/a', { fail }), fakeModel('q/b')], { onFallback }).outcome();
    expect(result?.providerMetadata?.codex?.fallback).toEqual({
      used: 'b',
      attempts: [{ provider: 'p', modelId: 'a', code: 'no_credentials', skipped: true }],
    });
    expect(onFallback).toHaveBeenCalledWith(expect.objectContaining({ skipped: true, code: 'no_credentials' }));
  });

  it('is looked at again by the next call', async () => {
    const a = fakeModel('p/a', { fail: noKey }, { text: 'I have one now.' });
    const { ask } = fallbackOf([a, fakeModel('q/b')]);
    expect(await ask()).toBe('b');
    expect(await ask()).toBe('a');
  });
});

describe('an abort', () => {
  it('before the call asks nobody', async () => {
    const a = fakeModel('p/a');
    const { error } = await fallbackOf([a]).outcome({ abortSignal: AbortSignal.abort('enough') });
    expect(error).toBe('enough');
    expect(counts(a)).toEqual([0]);
  });

  it('during a call is passed on as it is', async () => {
    const control = new AbortController();
    const a = fakeModel('p/a');
    a.doGenerate = ({ abortSignal }) =>
      new Promise((_resolve, reject) => abortSignal?.addEventListener('abort', () => reject(abortSignal.reason)));
    const b = fakeModel('q/b');
    const { outcome } = fallbackOf([a, b]);
    const waiting = outcome({ abortSignal: control.signal });
    control.abort();
    const { error } = await waiting;
    expect(error).toBe(control.signal.reason);
    expect(counts(b)).toEqual([0]);
  });

  it("of a model's own is a time limit", async () => {
    const own = new DOMException('stopped', 'AbortError');
    const models = [fakeModel('p/a', { fail: own }), fakeModel('q/b')];
    const { outcome } = fallbackOf(models);
    const { result } = await outcome({ abortSignal: new AbortController().signal });
    expect(result?.providerMetadata?.codex?.fallback).toMatchObject({ used: 'b', attempts: [{ code: 'timeout' }] });
  });

  it('is heard where a model does not listen', async () => {
    const control = new AbortController();
    const [a, b] = [fakeModel('p/a'), fakeModel('q/b')];
    a.doGenerate = () => new Promise(() => {});
    const waiting = fallbackOf([a, b]).outcome({ abortSignal: control.signal });
    control.abort('stop');
    expect((await waiting).error).toBe('stop');
    expect(counts(b)).toEqual([0]);
  });

  it('counts where the model answers all the same', async () => {
    const control = new AbortController();
    const a = fakeModel('p/a');
    const { doGenerate } = a;
    a.doGenerate = async (options) => {
      control.abort('stop');
      return doGenerate(options);
    };
    expect((await fallbackOf([a]).outcome({ abortSignal: control.signal })).error).toBe('stop');
  });

  it('counts also where the model calls it something else', async () => {
    const control = new AbortController();
    const b = fakeModel('q/b');
    const a = fakeModel('p/a');
    a.doGenerate = async () => {
      control.abort('stop');
      throw status(500);
    };
    const { error } = await fallbackOf([a, b]).outcome({ abortSignal: control.signal });
    expect(error).toBe('stop');
    expect(counts(b)).toEqual([0]);
  });

  it('between two models asks no further one', async () => {
    const control = new AbortController();
    const b = fakeModel('q/b');
    const { outcome } = fallbackOf([fakeModel('p/a', { fail: status(500) }), b], {
      onFallback: () => control.abort('stop'),
    });
    expect((await outcome({ abortSignal: control.signal })).error).toBe('stop');
    expect(counts(b)).toEqual([0]);
  });
});

describe('what it shows', () => {
  it('are the names of the first and the URLs that all take', async () => {
    const [a, b] = [fakeModel('p/a'), fakeModel('q/b')];
    const https = () => /^https:\/\/.*$/;
    Object.assign(a, { supportedUrls: { 'image/*': [https(), /^gs:/, /^s3:/], 'application/pdf': [https()] } });
    Object.assign(b, { supportedUrls: Promise.resolve({ 'image/*': [https(), /^s3:/i], 'audio/*': [https()] }) });
    const model = createFallback({ models: [a, b] });
    expect(model).toMatchObject({ specificationVersion: 'v2', provider: 'p', modelId: 'a' });
    expect(await model.supportedUrls).toEqual({ 'image/*': [https()] });
    Object.assign(b, { supportedUrls: Promise.reject(new Error('unknown')) });
    expect(await model.supportedUrls).toEqual({});
  });

  it.each([
    ['nothing', [], 'at least one model'],
    ['an id', ['codex/gpt-5.5'], "codex('gpt-5.5')"],
    ['a model of another version', [{ specificationVersion: 'v3', provider: 'p', modelId: 'a' }], 'p a is v3'],
    ['something else', [{}], 'this is no model'],
  ])('a mistake is named at once: %s', (_name, models, words) => {
    expect(() => createFallback({ models: models as never })).toThrow(TypeError);
    expect(() => createFallback({ models: models as never })).toThrow(words);
  });

  const registry = { languageModel: () => fakeModel('p/a') };
  it.each([
    ['none', undefined, 'give `models`'],
    ['nothing in them', {}, 'give `models`'],
    ['models that are no list', { models: fakeModel('p/a') }, 'a list of models'],
    ['both ways', { models: [fakeModel('p/a')], order: 'a', registry }, 'not both'],
    ['no registry', { order: 'p/a' }, '`registry` must be'],
    ['a registry that is none', { order: 'p/a', registry: {} }, '`registry` must be'],
    ['no order', { registry }, '`order` must be'],
    ['an order that is none', { order: { primary: 'p/a', fallbacks: 'p/b' }, registry }, '`order` must be'],
    ['an id that is none', { order: { primary: 'p/a', fallbacks: [1] }, registry }, '`order` must be'],
    ['an empty separator', { order: 'p/a', registry, separator: '' }, '`separator` must be'],
    ['a listener that is none', { models: [fakeModel('p/a')], onFallback: {} }, '`onFallback` must be'],
  ])('so are wrong settings: %s', (_name, settings, words) => {
    expect(() => createFallback(settings as never)).toThrow(TypeError);
    expect(() => createFallback(settings as never)).toThrow(words);
  });

  it('settings that are undefined are those that are left out', () => {
    const model = createFallback({
      models: [fakeModel('p/a')],
      order: undefined,
      registry: undefined,
      onFallback: undefined,
    });
    expect(model.modelId).toBe('a');
    expect(createFallback({ models: undefined, order: 'p/a', registry, separator: undefined }).modelId).toBe('a');
  });
});
