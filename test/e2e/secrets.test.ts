import { inspect } from 'node:util';
import { generateText, streamText } from 'ai';
import { describe, expect, it } from 'vitest';
import { type CodexProviderSettings, createCodex } from '../../src/index';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { type CodexReply, startCodexEmulator } from '../../src/testing';

/** Everything that somebody could print of a value. */
function printed(value: unknown): string {
  const shown = [inspect(value, { depth: 12, showHidden: false, getters: true }), String(value)];
  if (value instanceof Error) shown.push(value.stack ?? '', value.message, printed(value.cause ?? ''));
  shown.push(JSON.stringify(value, (_key, inner) => (inner instanceof Map ? [...inner] : inner)) ?? '');
  return shown.join('\n');
}

const echo = (
  status: number,
  shape: (text: string) => CodexReply,
): ((request: { bearer?: string | undefined }) => CodexReply) => {
  return ({ bearer }) => ({ ...(shape(`Your token ${bearer} is bad`) as object), status });
};

describe('no secret', () => {
  it('shows when the fetch that was given throws errors that hold the request', async () => {
    const emulator = await startCodexEmulator();
    await emulator.close();
    const credentials = emulator.login();
    const fetch: CodexProviderSettings['fetch'] = async (input, init) => {
      const request = new Request(input, init as RequestInit);
      throw Object.assign(new Error(`Failed with ${init?.headers && JSON.stringify(init.headers)}`), {
        request,
        config: init,
        cause: Object.assign(new Error('inner'), { command: { args: [credentials.refreshToken, init?.headers] } }),
      });
    };
    const { baseURL, issuer } = emulator;
    const codex = createCodex({ baseURL, issuer, authStore: memoryAuthStore(credentials), fetch });
    const error = await generateText({ model: codex('gpt-5.3-codex'), prompt: 'Hi.', maxRetries: 0 }).catch(
      (cause) => cause,
    );
    expect(error).toMatchObject({ name: 'CodexStreamError', code: 'network' });
    for (const secret of [credentials.accessToken, credentials.refreshToken])
      expect(printed(error)).not.toContain(secret);
  });

  it.each<[string, (request: { bearer?: string | undefined }) => CodexReply]>([
    ['a detail', echo(400, (detail) => ({ body: { detail } }))],
    ['an error', echo(500, (message) => ({ body: { error: { message, code: 'x' } } }))],
    ['plain text', echo(502, (body) => ({ body, headers: { 'content-type': 'text/plain' } }))],
    ['a failed response', ({ bearer }) => ({ failed: { code: 'server_error', message: `Bearer ${bearer}` } })],
    [
      'a failed response after output',
      ({ bearer }) => ({ text: 'Some output', failed: { code: 'x', message: `Bearer ${bearer}` } }),
    ],
    ['a frame that is no JSON', ({ bearer }) => ({ events: [`{"token": "${bearer}"`] })],
    ['a refusal of the login', echo(401, (detail) => ({ body: { detail } }))],
    ['a dropped connection', () => ({ dropConnection: true })],
  ])('shows in errors, log records or URLs when the backend echoes it in %s', async (_name, reply) => {
    const emulator = await startCodexEmulator();
    const credentials = emulator.login();
    const secrets = [credentials.accessToken, credentials.refreshToken, credentials.idToken].map(
      (token) => token ?? '',
    );
    const seen: unknown[] = [];
    const record = (message: string, details?: unknown) => seen.push(message, details);
    const fetch: CodexProviderSettings['fetch'] = (input, init) => {
      seen.push(String(input));
      return globalThis.fetch(input, init);
    };
    const codex = createCodex({
      baseURL: emulator.baseURL,
      issuer: emulator.issuer,
      authStore: memoryAuthStore(credentials),
      logger: { debug: record, warn: record },
      fetch,
    });
    const model = codex('gpt-5.3-codex');
    emulator.reply(reply, reply, reply, reply);
    try {
      seen.push(await generateText({ model, prompt: 'Hi.', maxRetries: 0 }).catch((error) => error));
      const result = streamText({ model, prompt: 'Hi.', maxRetries: 0, onError: ({ error }) => void seen.push(error) });
      for await (const part of result.fullStream) if (part.type === 'error') seen.push(part.error);
      expect(seen.filter((value) => value instanceof Error).length).toBeGreaterThan(1);
      const text = [...seen, model, codex, emulator].map(printed).join('\n');
      for (const secret of [...secrets, ...[...emulator.tokens.refreshCounts.keys()]])
        expect(text).not.toContain(secret);
      // Nor the payload of a token, without its signature.
      for (const secret of secrets) expect(text).not.toContain(secret.split('.')[1] || secret);
    } finally {
      await emulator.close();
    }
  });
});
