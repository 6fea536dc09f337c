import { APICallError, generateText, streamText } from 'ai';
import { describe, expect, it } from 'vitest';
import { type CodexProvider, type CodexProviderSettings, CodexStreamError } from '../../src/index';
import { createCodexOver } from '../../src/provider';
import { createRuntime, type Runtime } from '../../src/shared/runtime';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { type CodexEmulator, type CodexReply, codexFailures } from '../../src/testing';
import { calls, type Stage, setUp } from './setup';

const tokenPosts = ({ emulator }: { emulator: CodexEmulator }) =>
  emulator.requests.filter(({ path }) => path === '/oauth/token').length;

const resendsOf = (metadata: Record<string, Record<string, unknown>> | undefined) => metadata?.codex?.resends;

const generate = ({ codex }: Pick<Stage, 'codex'>, abortSignal?: AbortSignal) =>
  generateText({
    model: codex('gpt-5.3-codex'),
    prompt: 'Hi.',
    maxRetries: 0,
    ...(abortSignal && { abortSignal }),
  }).then(
    ({ text, providerMetadata }) => ({ text, resends: resendsOf(providerMetadata), error: undefined }),
    (error) => ({ text: undefined, resends: undefined, error }),
  );

/** A provider over a world of its own, for the same emulator. */
function over(emulator: CodexEmulator, runtime: Partial<Runtime>, settings: CodexProviderSettings = {}): CodexProvider {
  const { baseURL, issuer } = emulator;
  const authStore = memoryAuthStore(emulator.login({ accountId: 'acct-1' }));
  return createCodexOver(createRuntime(runtime), { baseURL, issuer, authStore, ...settings });
}

const httpError = (status: number, code: string): CodexReply => ({
  status,
  body: { error: { code, message: 'No.', type: 'invalid_request_error', param: null } },
});
const errorEvent = (code: string): CodexReply => ({ events: [{ type: 'error', error: { code, message: 'No.' } }] });

const channels: [string, (status: number, code: string) => CodexReply][] = [
  ['an HTTP answer', httpError],
  ['response.failed', (_status, code) => ({ failed: code })],
  ['an error event', (_status, code) => errorEvent(code)],
];

describe.each(channels)('a call that is refused by %s', (_name, refusal) => {
  it('is sent once more with a renewed token', async () => {
    const stage = await setUp();
    stage.emulator.reply(refusal(401, 'token_expired'), 'Fine.');
    expect(await generate(stage)).toMatchObject({ text: 'Fine.', resends: ['unauthorized'] });
    const [first, second] = calls(stage.emulator);
    expect([tokenPosts(stage), calls(stage.emulator).length]).toEqual([1, 2]);
    const bearers = stage.emulator.requests.flatMap(({ path, bearer }) =>
      path.endsWith('/responses') ? [bearer] : [],
    );
    expect(new Set(bearers).size).toBe(2);
    expect(second?.body).toEqual(first?.body);
  });

  it('is sent once more without the reasoning that the backend cannot read, and says so before its output', async () => {
    const stage = await setUp();
    stage.emulator.reply({ reasoning: 'Hm.', text: 'One.' }, refusal(400, 'invalid_encrypted_content'), 'Two.');
    const model = stage.codex('gpt-5.3-codex');
    const providerOptions = { codex: { reasoningSummary: 'auto' } };
    const first = await generateText({ model, prompt: 'Count.', providerOptions });
    const messages = [
      { role: 'user' as const, content: 'Count.' },
      ...first.response.messages,
      { role: 'user' as const, content: 'On.' },
    ];
    const second = streamText({ model, messages, maxRetries: 0 });
    expect(await second.text).toBe('Two.');
    expect(await second.warnings).toEqual([{ type: 'other', message: expect.stringContaining('without it') }]);
    expect(resendsOf(await second.providerMetadata)).toEqual(['invalid_encrypted_content']);
    const sealed = calls(stage.emulator).map(
      ({ body }) => body.input.filter((item) => item.encrypted_content !== undefined).length,
    );
    expect(sealed).toEqual([0, 1, 0]);
    expect(tokenPosts(stage)).toBe(0);
  });

  it('is sent a third time for another reason, and never twice for one', async () => {
    const stage = await setUp();
    stage.emulator.reply({ reasoning: 'Hm.', text: 'One.' });
    const model = stage.codex('gpt-5.3-codex');
    const first = await generateText({ model, prompt: 'Count.' });
    stage.emulator.reply(
      refusal(401, 'token_expired'),
      refusal(400, 'invalid_encrypted_content'),
      refusal(400, 'invalid_encrypted_content'),
      'Never sent.',
    );
    const messages = [...first.response.messages, { role: 'user' as const, content: 'On.' }];
    const error = await generateText({ model, messages, maxRetries: 0 }).catch((failure) => failure);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'invalid_encrypted_content', isRetryable: false });
    const sealed = calls(stage.emulator).map(({ body }) => body.input.some((item) => item.encrypted_content));
    expect(sealed).toEqual([false, true, true, false]);
    expect(tokenPosts(stage)).toBe(1);
  });

  it('twice for its token is an error of the login with the refusal as its cause', async () => {
    const stage = await setUp();
    stage.emulator.reply(refusal(401, 'token_expired'), refusal(401, 'token_expired'), 'Never sent.');
    const { error } = await generate(stage);
    expect(error).toMatchObject({ name: 'CodexAuthError', cause: { statusCode: 401 } });
    expect([tokenPosts(stage), calls(stage.emulator).length]).toEqual([1, 2]);
  });
});

describe('a call is sent once, whatever else it meets', () => {
  it.each<[string, CodexReply]>([
    ['a throttle', codexFailures.throttled()],
    ['a usage limit', codexFailures.usageLimit()],
    ['an overload', codexFailures.overloaded()],
    ['a server error', codexFailures.serverError(500)],
    ['a bad gateway', codexFailures.serverError(502)],
    ['a challenge', codexFailures.cloudflareBlocked()],
    ['a key that is no token of ChatGPT', codexFailures.missingScopes()],
    ['a hidden model', codexFailures.modelNotFound('gpt-5.3-codex')],
    ['a failed response', { failed: 'server_error' }],
    ['an overloaded response', { failed: 'server_is_overloaded' }],
    ['an error event', errorEvent('rate_limit_exceeded')],
    ['a connection that is dropped', { dropConnection: true }],
    ['a stream that is cut before its output', { text: 'Hello.', cutAfter: 2 }],
    ['an answer without output', {}],
    ['a frame that is not JSON', { events: ['{'] }],
  ])('%s', async (_name, reply) => {
    const stage = await setUp();
    stage.emulator.reply(reply, 'Never sent.');
    const { error } = await generate(stage);
    expect(error).toBeInstanceOf(Error);
    expect([tokenPosts(stage), calls(stage.emulator).length]).toEqual([0, 1]);
  });

  it.each(['token_expired', 'invalid_encrypted_content'])('%s after its first output', async (failed) => {
    const stage = await setUp();
    stage.emulator.reply({ text: 'Some', failed }, 'Never sent.');
    const { error } = await generate(stage);
    expect(error).toBeInstanceOf(Error);
    expect([tokenPosts(stage), calls(stage.emulator).length]).toEqual([0, 1]);
  });

  it('and says nothing of resends when there were none', async () => {
    expect(await generate(await setUp())).toMatchObject({ text: expect.any(String), resends: undefined });
  });
});

describe('a connection that is refused', () => {
  const refusedTimes = (times: number): { fetch: Runtime['fetch']; tried(): number } => {
    let tried = 0;
    const fetch: Runtime['fetch'] = async (input, init) => {
      if (!String(input).endsWith('/responses')) return globalThis.fetch(input, init);
      tried += 1;
      if (tried > times) return globalThis.fetch(input, init);
      throw Object.assign(new TypeError('fetch failed'), {
        cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
      });
    };
    return { fetch, tried: () => tried };
  };
  const never = () => new Promise<void>(() => {});

  it.each([
    [0, 100],
    [128, 200],
    [255, 300],
  ])('is tried once more after a pause that chance (%i) makes %i ms long', async (byte, pause) => {
    const { emulator } = await setUp();
    const { fetch } = refusedTimes(1);
    const pauses: number[] = [];
    const codex = over(emulator, {
      fetch,
      randomBytes: (length) => new Uint8Array(length).fill(byte),
      sleep: async (ms, _signal, { keepAlive = false } = {}) => (keepAlive ? void pauses.push(ms) : never()),
    });
    expect(await generate({ codex })).toMatchObject({ resends: ['connection_refused'], error: undefined });
    expect(pauses).toEqual([pause]);
    expect([tokenPosts({ emulator }), calls(emulator).length]).toEqual([0, 1]);
  });

  it('is an error that may be retried when it is refused again', async () => {
    const { emulator } = await setUp();
    const { fetch, tried } = refusedTimes(9);
    const codex = over(emulator, {
      fetch,
      sleep: (_ms, _signal, how) => (how?.keepAlive ? Promise.resolve() : never()),
    });
    const { error } = await generate({ codex });
    expect(CodexStreamError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'network', isRetryable: true });
    expect(tried()).toBe(2);
  });

  it('can be left during the pause', async () => {
    const { emulator } = await setUp();
    const { fetch, tried } = refusedTimes(9);
    const end = new AbortController();
    const reason = new Error('no longer wanted');
    const { sleep } = createRuntime();
    const codex = over(emulator, {
      fetch,
      sleep: (ms, signal, how) => {
        if (!how?.keepAlive) return never();
        queueMicrotask(() => end.abort(reason));
        return sleep(ms * 1_000, signal, how);
      },
    });
    const left = Promise.resolve(
      codex('gpt-5.3-codex').doStream({
        prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi.' }] }],
        abortSignal: end.signal,
      }),
    );
    await expect(left).rejects.toBe(reason);
    expect([tried(), calls(emulator).length]).toEqual([1, 0]);
  });
});
