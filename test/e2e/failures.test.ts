import { APICallError, generateText, streamText } from 'ai';
import { describe, expect, it } from 'vitest';
import { CodexStreamError, createCodex } from '../../src/index';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { type CodexReply, codexFailures } from '../../src/testing';
import { calls, type Stage, setUp } from './setup';

const limitWithCode = {
  status: 429,
  body: { error: { type: 'usage_limit_reached', code: 'x_usage', message: 'Used up.' } },
};

/** Each request has a name of its own. */
const unnumbered = (error: unknown) => (error as Error).message.replace(/req_\d+/, 'req_N');

/** Everything that a stream says, and the errors it shows. */
async function readStream(stage: Stage, options: { maxRetries?: number; abortSignal?: AbortSignal } = {}) {
  const result = streamText({
    model: stage.codex('gpt-5.3-codex'),
    prompt: 'Hi.',
    maxRetries: 0,
    onError: () => {},
    ...options,
  });
  const errors: unknown[] = [];
  let text = '';
  const finishReasons: string[] = [];
  for await (const part of result.fullStream) {
    if (part.type === 'error') errors.push(part.error);
    if (part.type === 'text-delta') text += part.text;
    if (part.type === 'finish-step') finishReasons.push(part.finishReason);
  }
  return { errors, text, finishReasons };
}

function generate(stage: Stage, maxRetries = 0) {
  return generateText({ model: stage.codex('gpt-5.3-codex'), prompt: 'Hi.', maxRetries }).then(
    ({ text }) => ({ text, error: undefined }),
    (error) => ({ text: undefined, error }),
  );
}

describe('a failure before the first output', () => {
  it.each([
    ['an overload', codexFailures.overloaded(), 503],
    ['a server error', codexFailures.serverError(500), 500],
    ['a failed response', { failed: 'server_is_overloaded' } satisfies CodexReply, 503],
  ])('may be tried again: %s', async (_name, reply, statusCode) => {
    const stage = await setUp();
    stage.emulator.reply(reply);
    const { error } = await generate(stage);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode, isRetryable: true });
  });

  it('is retried by the AI SDK', async () => {
    const stage = await setUp();
    stage.emulator.reply({ failed: 'server_is_overloaded' }, 'Fine.');
    expect(await readStream(stage, { maxRetries: 1 })).toEqual({ text: 'Fine.', errors: [], finishReasons: ['stop'] });
    expect(calls(stage.emulator)).toHaveLength(2);
  });

  it.each([
    ['a usage limit', codexFailures.usageLimit(), 429, 'usage limit'],
    ['a plan without Codex', codexFailures.usageNotIncluded(), 429, 'plan'],
    ['a deactivated workspace', codexFailures.deactivatedWorkspace(), 402, 'workspace'],
    ['a challenge of the edge', codexFailures.cloudflareBlocked(), 403, 'Cloudflare'],
    ['a hidden model', codexFailures.modelNotFound('gpt-5.3-codex'), 404, 'Model not found'],
    ['a bad request', codexFailures.badRequest('Nonsense'), 400, 'Nonsense'],
    ['a value that is refused in the stream', { failed: 'unsupported_value' }, 400, 'unsupported_value'],
    ['a limit with a code of its own', limitWithCode, 429, 'resets'],
    [
      'a redirect',
      { status: 307, headers: { location: 'https://example.com/' }, body: '' },
      307,
      'https://example.com/',
    ],
  ])('is not retried where that cannot help: %s', async (_name, reply, status, words) => {
    const stage = await setUp();
    stage.emulator.reply(reply);
    const { error } = await generate(stage, 2);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: status, isRetryable: false });
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('<html');
    expect(calls(stage.emulator)).toHaveLength(1);
  });

  it('passes on how long to wait', async () => {
    const stage = await setUp();
    stage.emulator.reply(codexFailures.throttled({ retryAfter: 3 }));
    const { error } = await generate(stage);
    expect(error).toMatchObject({ isRetryable: true, responseHeaders: { 'retry-after': '3' } });
  });

  it('is a dropped connection, too', async () => {
    const stage = await setUp();
    stage.emulator.reply({ dropConnection: true });
    const { error } = await generate(stage);
    expect(CodexStreamError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'network', isRetryable: true });
  });
});

describe('a failure after output', () => {
  const partial = 'It was a dark and stormy night when the connection';

  it.each([
    ['a failed response', { text: partial, failed: 'server_error' }],
    // The pause lets the events arrive: what a broken connection had not delivered yet is lost with it.
    ['a cut', { text: partial, cutAfter: 8, delayMs: 5 }],
  ] as const)('shows as an error, never as stop: %s', async (_name, reply) => {
    const stage = await setUp();
    stage.emulator.reply(reply);
    const streamed = await readStream(stage, { maxRetries: 2 });
    expect(streamed.text.length).toBeGreaterThan(0);
    expect(partial.startsWith(streamed.text)).toBe(true);
    expect(streamed.errors).toHaveLength(1);
    expect(streamed.finishReasons).toEqual(['error']);
    expect(calls(stage.emulator)).toHaveLength(1);
    stage.emulator.reply(reply);
    const { error } = await generate(stage);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(unnumbered(error)).toBe(unnumbered(streamed.errors[0]));
  });

  it('is found wherever the stream is cut', async () => {
    const stage = await setUp();
    const whole = await readStream(stage);
    expect(whole).toMatchObject({ errors: [], finishReasons: ['stop'] });
    for (let cutAfter = 0; cutAfter < 8; cutAfter++) {
      stage.emulator.reply({ text: 'short', cutAfter });
      const { errors } = await readStream(stage);
      expect(errors).toHaveLength(1);
      expect(CodexStreamError.isInstance(errors[0])).toBe(true);
    }
  });

  it('is a silence, too', async () => {
    const stage = await setUp({ timeouts: { idleMs: 50 } });
    stage.emulator.reply({ text: partial, stallAfter: 8 });
    const { errors, finishReasons } = await readStream(stage);
    expect(errors).toMatchObject([{ code: 'idle_timeout' }]);
    expect(finishReasons).toEqual(['error']);
    expect(await stage.emulator.requests.at(-1)?.closed).toBe('aborted');
  });
});

describe('an answer that is incomplete', () => {
  it.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'content-filter'],
    ['something_new', 'unknown'],
  ])('because of %s finishes with %s', async (incomplete, finishReason) => {
    const stage = await setUp();
    stage.emulator.reply({ text: 'As far as', incomplete });
    expect(await readStream(stage)).toEqual({ text: 'As far as', errors: [], finishReasons: [finishReason] });
  });
});

describe('time limits', () => {
  it('end a call whose first event does not come', async () => {
    const stage = await setUp({ timeouts: { firstEventMs: 50 } });
    stage.emulator.reply({ text: 'never', stallAfter: 0 });
    const { error } = await generate(stage);
    expect(error).toMatchObject({ code: 'first_event_timeout', isRetryable: true });
    expect(await stage.emulator.requests.at(-1)?.closed).toBe('aborted');
  });
});

describe('an abort', () => {
  it.each([0, 8])('closes the socket and passes its reason on, after %i events', async (stallAfter) => {
    const stage = await setUp();
    stage.emulator.reply({ text: 'It was a dark and stormy night', stallAfter });
    const controller = new AbortController();
    const running = stage.codex('gpt-5.3-codex').doGenerate({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi.' }] }],
      abortSignal: controller.signal,
    });
    while (stage.emulator.requests.length === 0) await new Promise(setImmediate);
    setTimeout(() => controller.abort(), 30);
    const error = await running.then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toBe(controller.signal.reason);
    expect(error.name).toBe('AbortError');
    expect(await stage.emulator.requests[0]?.closed).toBe('aborted');
  });

  it('does not wait for a login that is being renewed', async () => {
    const stage = await setUp();
    const { baseURL, issuer } = stage.emulator;
    stage.emulator.tokenReply({ connection: 'stall' });
    const codex = createCodex({
      baseURL,
      issuer,
      authStore: memoryAuthStore(stage.emulator.login({ expiresInMs: 1_000 })),
    });
    const controller = new AbortController();
    const running = generateText({ model: codex('gpt-5.3-codex'), prompt: 'Hi.', abortSignal: controller.signal });
    while (stage.emulator.requests.length === 0) await new Promise(setImmediate);
    controller.abort('enough');
    await expect(running).rejects.toBe('enough');
  });

  it('by a reader that leaves closes the socket, too', async () => {
    const stage = await setUp();
    stage.emulator.reply({ text: 'It was a dark and stormy night', stallAfter: 8 });
    const { stream } = await stage.codex('gpt-5.3-codex').doStream({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi.' }] }],
    });
    const reader = stream.getReader();
    await reader.read();
    await reader.cancel();
    expect(await stage.emulator.requests[0]?.closed).toBe('aborted');
  });
});
