import { generateText, streamText } from 'ai';
import { describe, expect, it } from 'vitest';
import { createCodex } from '../../src/index';
import { createCodexOver } from '../../src/provider';
import { createRuntime, type FetchFunction } from '../../src/shared/runtime';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { codexFailures } from '../../src/testing';
import { calls, type Stage, setUp } from './setup';

const TOKEN = 'opaque/token+of-no-known.form~1';

const LOGIN = { accessToken: TOKEN, accountId: 'acct-1', expiresAt: Date.now() + 1e9 };

/** A backend behind a `fetch` of ours, with a token that looks like nothing. */
function answering(body: BodyInit | null, init: ResponseInit = {}) {
  let posts = 0;
  const fetch: FetchFunction = async (_input, request) => {
    if (request?.method === 'POST') posts += 1;
    return new Response(body, init);
  };
  const codex = createCodexOver(createRuntime({ fetch, sleep: () => new Promise(() => {}) }), {
    authStore: memoryAuthStore(LOGIN),
  });
  return { model: codex('gpt-5.5'), posts: () => posts };
}

const failureOf = (model: ReturnType<typeof answering>['model'], maxRetries = 0) =>
  generateText({ model, prompt: 'Hi.', maxRetries }).then(
    () => undefined,
    (error) => error,
  );

const PAGE = '<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body>Hello</body></html>';

describe('a 200 that is no stream of events', () => {
  it.each<[string, string, object]>([
    ['a page', PAGE, { name: 'CodexBlockedError', code: 'unexpected_answer', responseBody: PAGE }],
    [
      'text',
      'upstream said no',
      { name: 'CodexCallError', code: 'unexpected_answer', responseBody: 'upstream said no' },
    ],
    ['a whole response', '{"id":"resp_1","object":"response","error":null}', { code: 'unexpected_answer' }],
    ['a message of another service', '{"type":"message","content":[]}', { code: 'unexpected_answer' }],
    ['a code that is fine', '{"code":"OK"}', { code: 'unexpected_answer' }],
    ['a problem without a name', '{"type":"about:blank","title":"Hello"}', { code: 'unexpected_answer' }],
    ['an empty error', '{"error":{"code":null,"message":null}}', { code: 'unexpected_answer' }],
    ['a detail of anyone', '{"detail":"Unauthorized"}', { name: 'CodexCallError', code: 'unexpected_answer' }],
    ['an error', '{"error":{"code":"usage_limit_reached","message":"Used up."}}', { name: 'CodexUsageLimitError' }],
    ['a detail', '{"detail":"Model not found gpt-5.5"}', { name: 'CodexModelUnavailableError' }],
    [
      'a failed response',
      '{"status":"failed","error":{"code":"context_length_exceeded"}}',
      { code: 'context_length_exceeded' },
    ],
  ])('says what it is, once: %s', async (_name, body, shape) => {
    const { model, posts } = answering(body);
    const error = await failureOf(model, 2);
    expect(error).toMatchObject({ isRetryable: false, responseBody: body, ...shape });
    expect(posts()).toBe(1);
  });

  it('names the proxy, and the address', async () => {
    const { message } = await failureOf(answering(PAGE).model);
    expect(message).toContain('"Sign in to the network"');
    expect(message).toMatch(/proxy.*baseURL.*https:/);
    expect(message).not.toMatch(/<|log in/i);
  });

  it('is kept up to 64 KiB', async () => {
    const error = await failureOf(answering(`no ${'x'.repeat(100_000)}`).model);
    expect(error.responseBody).toHaveLength(64 * 1024);
  });

  it('is not read on when that much of it came', async () => {
    let pulls = 0;
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulls += 1;
        if (pulls > 1_000) controller.close();
        else controller.enqueue(new Uint8Array(16 * 1024).fill(120));
      },
      cancel: () => {
        cancelled = true;
      },
    });
    const error = await failureOf(answering(body).model);
    expect(error).toMatchObject({ code: 'unexpected_answer', responseBody: 'x'.repeat(64 * 1024) });
    expect(cancelled).toBe(true);
    expect(pulls).toBeLessThan(10);
  });

  it.each([
    ['a first event', `data: {"type":"x","more":"${'x'.repeat(200_000)}"}\n\n`],
    ['comments', `: ${'x'.repeat(200_000)}\n\n`],
    ['a line of an unknown field', `x-pad: ${'x'.repeat(20)}\ndata: ${'x'.repeat(200_000)}`],
    ['a short one', 'x-pad: 1\ndata: {"type":"resp'],
  ])('is a stream all the same that is long before it says anything: %s', async (_name, body) => {
    const error = await failureOf(answering(body).model);
    expect(error).toMatchObject({ code: 'stream_ended', isRetryable: true });
  });

  it.each([
    ['of no content', null, { status: 204 }],
    ['of nothing', '', {}],
  ])('is not called a stream where it is one %s', async (_name, body, init) => {
    const { message } = await failureOf(answering(body, init).model);
    expect(message).toContain('The answer held no event (for');
    expect(message).not.toMatch(/stream/i);
  });

  it.each<[string, string | null]>([
    ['nothing', null],
    ['an empty text', ''],
    ['comments', ': hi\n\n: hi\n\n'],
    ['half a frame', 'event: response.cre'],
    ['the end alone', 'data: [DONE]\n\n'],
  ])('may be tried again where it was one that ended: %s', async (_name, body) => {
    expect(await failureOf(answering(body).model)).toMatchObject({ code: 'stream_ended', isRetryable: true });
  });

  it('of the stream may say it in a frame without a type', async () => {
    const error = await failureOf(answering('data: {"error":{"code":"usage_limit_reached"}}\n\n').model);
    expect(error).toMatchObject({ name: 'CodexUsageLimitError' });
  });
});

describe('the token that was sent', () => {
  const said = (text: string) => ({ error: { code: 'server_error', message: `No: ${text}` }, echo: { [text]: text } });

  it.each<[string, string, ResponseInit]>([
    ['a body', JSON.stringify(said(TOKEN)), { status: 500 }],
    ['a body that escapes it', JSON.stringify(said(TOKEN)).replaceAll('/', '\\/'), { status: 400 }],
    ['text', `No: ${TOKEN}`, { status: 502, headers: { 'x-request-id': TOKEN } }],
    ['a page', `<title>${TOKEN}</title>`, { status: 200 }],
    ['a redirect', '', { status: 302, headers: { location: `https://x.test/${TOKEN}` } }],
    ['an event', `data: ${JSON.stringify({ type: 'error', ...said(TOKEN) })}\n\n`, { headers: { 'x-a': TOKEN } }],
    ['a frame that is no JSON', `data: {${TOKEN}\n\n`, { headers: { 'x-a': TOKEN } }],
    ['an empty response', `data: {"type":"response.completed","response":{"id":"${TOKEN}"}}\n\n`, {}],
  ])('is nowhere in an error, though the answer quotes it: %s', async (_name, body, init) => {
    const error = await failureOf(answering(body, init).model);
    const shown = [error.message, error.stack, error.responseBody, JSON.stringify(error), JSON.stringify(error.data)];
    expect(error.url).toContain('/responses');
    expect(shown.join('\n').replaceAll('\\/', '/')).not.toContain('opaque');
    expect(Object.values(error.responseHeaders).join()).not.toContain('opaque');
  });
});

describe('an error of a broken stream', () => {
  it('has no secret in its headers', async () => {
    const headers = { 'x-echo': 'Bearer abc.def', 'x-other': 'access_token=abcdef' };
    const error = await failureOf(answering(': hi\n\n', { headers }).model);
    expect(error).toMatchObject({ code: 'stream_ended' });
    expect(error.responseHeaders).toMatchObject({
      'x-echo': 'Bearer [redacted]',
      'x-other': 'access_token=[redacted]',
    });
  });

  it('holds at most 64 KiB of an event', async () => {
    const event = { type: 'error', error: { code: 'server_error', message: 'No.', more: 'x'.repeat(500_000) } };
    const { data, message } = await failureOf(answering(`data: ${JSON.stringify(event)}\n\n`).model);
    expect(data).toHaveLength(64 * 1024);
    expect(message).toContain('"No."');
  });

  it('shows an empty response without what it repeats of the request', async () => {
    const response = {
      id: 'resp_1',
      instructions: 'Be secret.',
      tools: ['t-secret'],
      input: 'secret',
      status: 'completed',
    };
    const event = { type: 'response.completed', response };
    const { message } = await failureOf(answering(`data: ${JSON.stringify(event)}\n\n`).model);
    expect(message).toContain('"id":"resp_1"');
    expect(message).not.toContain('secret');
  });
});

describe('limits that the stream told before it failed', () => {
  const reset = Math.round(Date.now() / 1_000) + 3_600;
  const limits = {
    type: 'codex.rate_limits',
    plan_type: 'pro',
    rate_limits: { primary: { used_percent: 100, window_minutes: 300, reset_at: reset } },
  };
  const failed = { type: 'response.failed', response: { error: { code: 'usage_limit_reached', message: 'Used up.' } } };
  const output = { type: 'response.output_text.delta', output_index: 0, delta: 'It was' };
  const shape = {
    name: 'CodexUsageLimitError',
    resetsAt: reset * 1_000,
    planType: 'pro',
    rateLimits: { primary: { usedPercent: 100 } },
  };

  it('are in the error', async () => {
    const stage = await setUp();
    stage.emulator.reply({ events: [limits, failed] });
    const error = await failureOf(stage.codex('gpt-5.5'));
    expect(error).toMatchObject(shape);
    expect(error.message).toContain('Used up: the 5-hour window.');
  });

  it('are in one that comes after output, too', async () => {
    const stage = await setUp();
    stage.emulator.reply({ events: [output, limits, failed] });
    const errors: unknown[] = [];
    const { fullStream } = streamText({ model: stage.codex('gpt-5.5'), prompt: 'Hi.', onError: () => {} });
    for await (const part of fullStream) if (part.type === 'error') errors.push(part.error);
    expect(errors).toMatchObject([shape]);
  });
});

describe('a page with 401', () => {
  it('is of a proxy: no token is renewed for it', async () => {
    const stage: Stage = await setUp();
    stage.emulator.reply({ status: 401, headers: { 'content-type': 'text/html' }, body: PAGE });
    const error = await failureOf(stage.codex('gpt-5.5'), 2);
    expect(error).toMatchObject({ name: 'CodexBlockedError', code: 'unexpected_answer', statusCode: 401 });
    expect(error.message).toContain('proxy');
    expect(stage.emulator.requests.map(({ path }) => path)).not.toContain('/oauth/token');
    expect(calls(stage.emulator)).toHaveLength(1);
  });
});

describe.each([403, 511])('a page with %d', (status) => {
  it('is of a proxy, unless it is one of Cloudflare', async () => {
    const { model, posts } = answering(PAGE, { status, headers: { 'content-type': 'text/html' } });
    const error = await failureOf(model, 2);
    expect(error).toMatchObject({ name: 'CodexBlockedError', code: 'unexpected_answer', isRetryable: false });
    expect(error.message).not.toContain('Cloudflare');
    expect(posts()).toBe(1);
  });
});

describe('encrypted content that cannot be read', () => {
  it('is no reason to send again what holds none', async () => {
    const stage = await setUp();
    stage.emulator.reply(codexFailures.invalidEncryptedContent(), 'Never sent.');
    const error = await failureOf(stage.codex('gpt-5.5'));
    expect(error).toMatchObject({ code: 'invalid_encrypted_content' });
    expect(error.message).not.toContain('another account');
    expect(calls(stage.emulator)).toHaveLength(1);
  });
});

it('an address with nothing behind it has a reason', async () => {
  const fetch: FetchFunction = () =>
    Promise.reject(
      new TypeError('fetch failed', {
        cause: Object.assign(
          new AggregateError([Object.assign(new Error('connect to ::1'), { code: 'EHOSTUNREACH' })]),
          {
            code: 'EHOSTUNREACH',
          },
        ),
      }),
    );
  const codex = createCodex({ fetch, authStore: memoryAuthStore(LOGIN) });
  expect((await failureOf(codex('gpt-5.5'))).message).toContain('failed: connect to ::1 (for');
});
