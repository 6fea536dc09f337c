import type { LanguageModelV2StreamPart } from '@ai-sdk/provider';
import { describe, expect, it, vi } from 'vitest';
import { CodexFallbackError } from '../../../src/language-model/fallback/fallback-error';
import { fakeModel, fallbackOf, finishPart, OPTIONS, partsOf, startPart, status, textParts } from './fake-model';

type Part = LanguageModelV2StreamPart;

const metadataPart: Part = { type: 'response-metadata', id: 'lost' };
const rawPart: Part = { type: 'raw', rawValue: 1 };
const errorFinish: Part = { ...finishPart, finishReason: 'error' };
const broken = (error: unknown) => new ReadableStream<Part>({ pull: (controller) => controller.error(error) });

/** What `textParts` becomes after `attempts`. */
const answered = (text: string, fallback: object) =>
  textParts(text).map((part) =>
    part.type === 'finish' ? { ...part, providerMetadata: { own: { kept: true }, codex: { fallback } } } : part,
  );

describe('a stream', () => {
  it('of the first model is handed on as it is, with what happened on its finish', async () => {
    const [a, b] = [fakeModel('p/a', { text: 'Yes.' }), fakeModel('q/b')];
    expect(await partsOf(fallbackOf([a, b]).model)).toEqual(answered('Yes.', { used: 'a', attempts: [] }));
    expect(b.calls).toHaveLength(0);
  });

  it.each([
    ['that is refused', { fail: status(500) }, 'server_error'],
    ['that breaks', { stream: broken(status(503)) }, 'server_is_overloaded'],
    ['that ends', { parts: [startPart, metadataPart] }, 'empty_response'],
    [
      'with an error part',
      { parts: [startPart, metadataPart, rawPart, { type: 'error' as const, error: { type: 'overloaded_error' } }] },
      'server_is_overloaded',
    ],
    ['that finishes with an error', { parts: [startPart, errorFinish] }, 'empty_response'],
    ['that finishes for no known reason', { ends: 'unknown' as const }, 'empty_response'],
    ['that finishes for another reason', { ends: 'other' as const }, 'empty_response'],
    ['that finishes with nothing', { ends: 'stop' as const }, 'empty_response'],
  ])('is begun anew by the next model before any output: %s', async (_name, deed, code) => {
    const [a, b] = [fakeModel('p/a', deed), fakeModel('q/b', { text: 'Mine.' })];
    const attempts = [{ provider: 'p', modelId: 'a', code }];
    // Nothing of the first shows: one stream-start, no metadata of a lost response.
    expect(await partsOf(fallbackOf([a, b]).model)).toEqual(answered('Mine.', { used: 'b', attempts }));
  });

  it('keeps the warnings of the model that answers', async () => {
    const warnings = [{ type: 'other' as const, message: 'mine' }];
    const parts: Part[] = [{ type: 'stream-start', warnings }, ...textParts('Hm.').slice(1)];
    const models = [fakeModel('p/a', { fail: status(500) }), fakeModel('q/b', { parts })];
    expect((await partsOf(fallbackOf(models).model))[0]).toEqual({ type: 'stream-start', warnings });
  });

  it('lets go of a stream that it gave up', async () => {
    const error = { type: 'server_error' };
    const a = fakeModel('p/a', { parts: [startPart, { type: 'error', error }, ...textParts('Too late.')] });
    await partsOf(fallbackOf([a, fakeModel('q/b')]).model);
    expect(a.cancelled).toEqual([error]);
    expect(a.pulled).toBe(2);
  });

  it.each<[string, Part[]]>([
    ['text', [{ type: 'text-start', id: 't' }]],
    ['reasoning', [{ type: 'reasoning-start', id: 'r' }]],
    ['a call of a tool', [{ type: 'tool-input-start', id: 'c', toolName: 'weather' }]],
  ])('is never changed after its first output: %s', async (_name, begun) => {
    const parts: Part[] = [startPart, ...begun, { type: 'error', error: status(500) }, errorFinish];
    const b = fakeModel('q/b');
    const seen = await partsOf(fallbackOf([fakeModel('p/a', { parts }), b]).model);
    expect(seen.slice(0, -1)).toEqual(parts.slice(0, -1));
    expect(seen.at(-1)).toMatchObject({ type: 'finish', finishReason: 'error' });
    expect(b.calls).toHaveLength(0);
  });

  it('breaks where the model that answers breaks', async () => {
    const error = status(500);
    let at = 0;
    const stream = new ReadableStream<Part>(
      {
        pull: (controller) =>
          at++ === 0 ? controller.enqueue({ type: 'text-start', id: 't' }) : controller.error(error),
      },
      { highWaterMark: 0 },
    );
    const b = fakeModel('q/b');
    const seen = await partsOf(fallbackOf([fakeModel('p/a', { stream }), b]).model);
    expect(seen).toEqual([
      { type: 'text-start', id: 't' },
      { type: 'thrown', error },
    ]);
    expect(b.calls).toHaveLength(0);
  });

  it.each(['content-filter', 'length', 'tool-calls'] as const)(
    'that says why it has no output is an answer: %s',
    async (ends) => {
      const b = fakeModel('q/b');
      const seen = await partsOf(fallbackOf([fakeModel('p/a', { ends }), b]).model);
      expect(seen.at(-1)).toMatchObject({ type: 'finish', finishReason: ends });
      expect(b.calls).toHaveLength(0);
    },
  );

  it('is read only as its reader asks, and cancelled with it', async () => {
    const a = fakeModel('p/a', { text: 'Long.' });
    const { stream } = await fallbackOf([a]).model.doStream(OPTIONS);
    expect(a.pulled).toBe(3); // up to the first output
    const reader = stream.getReader();
    for (let read = 0; read < 4; read++) await reader.read();
    await new Promise((resolve) => setImmediate(resolve)); // whoever reads ahead has done so by now
    expect(a.pulled).toBe(4);
    await reader.cancel('enough');
    expect(a.cancelled).toEqual(['enough']);
  });

  it('that nobody can give rejects with what each said', async () => {
    const models = ['p/a', 'q/b'].map((name) =>
      fakeModel(name, { parts: [startPart, { type: 'error', error: status(500) }] }),
    );
    const error = await partsOf(fallbackOf(models).model).catch((reason: unknown) => reason);
    expect(CodexFallbackError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ attempts: [{ code: 'server_error' }, { code: 'server_error' }], isRetryable: true });
  });

  it('with an error that no other model would do better rejects with it', async () => {
    const error = { type: 'invalid_request_error', message: 'Wrong.' };
    const b = fakeModel('q/b');
    const { model } = fallbackOf([fakeModel('p/a', { parts: [startPart, { type: 'error', error }] }), b]);
    await expect(partsOf(model)).rejects.toBe(error);
    expect(b.calls).toHaveLength(0);
  });
});

describe('an abort', () => {
  it('is heard while a model that does not listen is silent', async () => {
    const control = new AbortController();
    const cancelled: unknown[] = [];
    const stream = new ReadableStream<Part>({
      start: (controller) => controller.enqueue(startPart),
      cancel: (reason) => void cancelled.push(reason),
    });
    const b = fakeModel('q/b');
    const { model } = fallbackOf([fakeModel('p/a', { stream }), b]);
    const waiting = partsOf(model, { abortSignal: control.signal });
    control.abort('stop');
    await expect(waiting).rejects.toBe('stop');
    expect(cancelled).toEqual(['stop']);
    expect(b.calls).toHaveLength(0);
  });

  it('is heard before a model has returned, and its late stream is let go of', async () => {
    const control = new AbortController();
    const [a, b] = [fakeModel('p/a', { text: 'Late.' }), fakeModel('q/b')];
    const { doStream } = a;
    let open = () => {};
    a.doStream = async (options) => {
      await new Promise<void>((resolve) => {
        open = resolve;
      });
      return doStream(options);
    };
    const waiting = partsOf(fallbackOf([a, b]).model, { abortSignal: control.signal });
    control.abort('stop');
    await expect(waiting).rejects.toBe('stop');
    open();
    await vi.waitFor(() => expect(a.cancelled).toEqual(['stop']));
    expect(a.pulled).toBe(0);
    expect(b.calls).toHaveLength(0);
  });

  it('that comes with the first output ends the call', async () => {
    const control = new AbortController();
    const cancelled: unknown[] = [];
    const stream = new ReadableStream<Part>(
      {
        pull(controller) {
          control.abort('stop');
          controller.enqueue({ type: 'text-start', id: 't' });
        },
        cancel: (reason) => void cancelled.push(reason),
      },
      { highWaterMark: 0 },
    );
    const waiting = partsOf(fallbackOf([fakeModel('p/a', { stream })]).model, { abortSignal: control.signal });
    await expect(waiting).rejects.toBe('stop');
    expect(cancelled).toEqual(['stop']);
  });

  it('after the first output is heard while a model that does not listen is silent', async () => {
    const control = new AbortController();
    const cancelled: unknown[] = [];
    const stream = new ReadableStream<Part>({
      start: (controller) => controller.enqueue({ type: 'text-start', id: 't' }),
      cancel: (reason) => void cancelled.push(reason),
    });
    const b = fakeModel('q/b');
    const { model } = fallbackOf([fakeModel('p/a', { stream }), b]);
    const { stream: answer } = await model.doStream({ ...OPTIONS, abortSignal: control.signal });
    const reader = answer.getReader();
    expect((await reader.read()).value).toMatchObject({ type: 'text-start' });
    const waiting = reader.read();
    control.abort('stop');
    await expect(waiting).rejects.toBe('stop');
    expect(cancelled).toEqual(['stop']);
    expect(b.calls).toHaveLength(0);
  });

  it('after the first output may be told by the model itself', async () => {
    const control = new AbortController();
    const b = fakeModel('q/b');
    let at = 0;
    const stream = new ReadableStream<Part>(
      {
        pull(controller) {
          if (at++ === 0) return controller.enqueue({ type: 'text-start', id: 't' });
          control.abort('stop');
          controller.error(control.signal.reason);
        },
      },
      { highWaterMark: 0 },
    );
    const { model } = fallbackOf([fakeModel('p/a', { stream }), b]);
    const seen = await partsOf(model, { abortSignal: control.signal });
    expect(seen.at(-1)).toEqual({ type: 'thrown', error: 'stop' });
    expect(b.calls).toHaveLength(0);
  });
});
