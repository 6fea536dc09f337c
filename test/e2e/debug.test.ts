import { inspect } from 'node:util';
import { generateText, streamText } from 'ai';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createCodex, type Logger } from '../../src/index';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { calls, setUp } from './setup';

const LINE = /^\d\d:\d\d:\d\d\.\d{3}Z (debug|warning): \[(CODEX|HTTP|TOKEN|STREAM)\] /;

/** What is written to stderr and stdout from here on, and kept from the terminal. */
function capture() {
  const written = { stderr: '', stdout: '' };
  for (const name of ['stderr', 'stdout'] as const) {
    const spy = vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      written[name] += String(chunk);
      return true;
    });
    onTestFinished(() => void spy.mockRestore());
  }
  return { written, lines: () => written.stderr.split('\n').filter(Boolean) };
}

function debugIs(value: string | undefined) {
  vi.stubEnv('CODEX_DEBUG', value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** A logger that keeps every record as it was given, with nothing behind it that would take a secret out. */
function keeper() {
  const records: { level: string; message: string; details: unknown }[] = [];
  const keep = (level: string) => (message: string, details?: unknown) =>
    void records.push({ level, message, details });
  return { records, logger: { debug: keep('debug'), warn: keep('warn') } satisfies Logger };
}

const layerOf = ({ message }: { message: string }) => /^\[(\w+)\] /.exec(message)?.[1];

describe('CODEX_DEBUG', () => {
  it('tells on stderr, in four layers, what one call did', async () => {
    debugIs('1');
    const { codex, emulator } = await setUp();
    emulator.reply('Some text.');
    const { written, lines } = capture();
    await generateText({ model: codex('gpt-5.3-codex'), prompt: 'Hi, CANARY.', maxRetries: 0 });
    expect(written.stdout).toBe('');
    for (const line of lines()) expect(line).toMatch(LINE);
    expect(new Set(lines().map((line) => LINE.exec(line)?.[2]))).toEqual(new Set(['CODEX', 'HTTP', 'TOKEN', 'STREAM']));
    const of = (layer: string) => lines().filter((line) => line.includes(`[${layer}]`));
    expect(of('CODEX').join('\n')).toContain('gpt-5.3-codex');
    const request = of('HTTP').find((line) => line.includes('request '));
    expect(request).toMatch(/ bytes=\d+ /);
    expect(request).toContain('"authorization":"[redacted]"');
    expect(of('HTTP').join('\n')).toMatch(/status=200 requestId=req_\d+ .*ms=\d/);
    expect(of('STREAM').join('\n')).toMatch(
      /events=\d+ bytes=\d+ firstEventMs=\d[\d.]* ms=\d.*"response\.completed":1/,
    );
    // Neither what people wrote nor what the model said.
    expect(written.stderr).not.toMatch(/CANARY|Some text/);
  });

  it('counts what was sent again', async () => {
    debugIs('true');
    const { codex, emulator } = await setUp();
    emulator.reply({ status: 401, body: { detail: 'Unauthorized' } }, 'Some text.');
    const { lines } = capture();
    await generateText({ model: codex('gpt-5.3-codex'), prompt: 'Hi.', maxRetries: 0 });
    expect(calls(emulator)).toHaveLength(2);
    const text = lines().join('\n');
    expect(text).toMatch(/\[HTTP\].* status=401/);
    expect(text).toMatch(/\[TOKEN\] The backend refused the access token\./);
    expect(text).toMatch(/\[TOKEN\] Asking the issuer for new tokens\./);
    expect(text).toMatch(/\[TOKEN\] The issuer was asked\. .*outcome="new tokens".* ms=\d/);
    expect(text).toMatch(/\[TOKEN\] Refreshed the login\./);
    expect(text).toMatch(/\[CODEX\] .*unauthorized/);
  });

  it.each([undefined, '', '0', 'false'])('is silent when it is %j, for warnings as well', async (value) => {
    debugIs(value);
    const { codex, emulator } = await setUp({
      onRateLimits: () => {
        throw new Error('a warning');
      },
    });
    emulator.reply('Some text.');
    const { written } = capture();
    await generateText({ model: codex('gpt-5.3-codex'), prompt: 'Hi.', maxRetries: 0 });
    expect(written).toEqual({ stderr: '', stdout: '' });
  });

  it('is looked up at every record', async () => {
    debugIs(undefined);
    const { codex } = await setUp();
    const { lines, written } = capture();
    const call = () => generateText({ model: codex('gpt-5.3-codex'), prompt: 'Hi.', maxRetries: 0 });
    await call();
    expect(written.stderr).toBe('');
    vi.stubEnv('CODEX_DEBUG', '1');
    await call();
    const count = lines().length;
    expect(count).toBeGreaterThan(3);
    vi.stubEnv('CODEX_DEBUG', '0');
    await call();
    expect(lines()).toHaveLength(count);
  });

  it('gives way to a logger that is given', async () => {
    debugIs('1');
    const { logger, records } = keeper();
    const { codex } = await setUp({ logger });
    const { written } = capture();
    await generateText({ model: codex('gpt-5.3-codex'), prompt: 'Hi.', maxRetries: 0 });
    expect(written.stderr).toBe('');
    expect(new Set(records.map(layerOf))).toEqual(new Set(['CODEX', 'HTTP', 'TOKEN', 'STREAM']));
  });

  it('survives a stderr that nobody reads', async () => {
    debugIs('1');
    const { codex } = await setUp();
    const spy = vi.spyOn(process.stderr, 'write').mockImplementation(((_text: string, done: (error: Error) => void) => {
      const error = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
      done(error);
      process.stderr.emit('error', error);
      return false;
    }) as typeof process.stderr.write);
    onTestFinished(() => void spy.mockRestore());
    const { text } = await generateText({ model: codex('gpt-5.3-codex'), prompt: 'Hi.', maxRetries: 0 });
    expect(text).toBe('Hello from the emulator.');
    expect(spy).toHaveBeenCalled();
    expect(process.stderr.listenerCount('error')).toBe(0);
  });
});

/** Every way in which a value ends up in a log. */
function printed(value: unknown): string {
  const whole = inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true });
  const bare = inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, customInspect: false });
  return [whole, bare, JSON.stringify(value), String(value), inspect(structuredClone(value))].join('\n');
}

describe('records', () => {
  it('hold no token, whatever is done and however they are printed', async () => {
    const { logger, records } = keeper();
    const { emulator } = await setUp();
    const secrets = new Set<string>();
    const model = 'gpt-5.3-codex';
    /** A provider whose login is `expiresInMs` from its end, and every token that it sends or gets. */
    const codexFor = (expiresInMs: number) => {
      const login = emulator.login({ expiresInMs });
      for (const token of [login.accessToken, login.refreshToken, login.idToken]) secrets.add(token ?? '');
      const fetch: typeof globalThis.fetch = async (input, init) => {
        const response = await globalThis.fetch(input, init);
        const text = response.url.endsWith('/oauth/token') ? await response.clone().text() : '';
        for (const [token] of text.matchAll(/(?<=_token":")[^"]+/g)) secrets.add(token);
        return response;
      };
      const { baseURL, issuer } = emulator;
      const codex = createCodex({ baseURL, issuer, logger, fetch, authStore: memoryAuthStore(login) });
      return { codex, login };
    };
    const call = (codex: ReturnType<typeof createCodex>) =>
      generateText({ model: codex(model), prompt: 'Hi.', maxRetries: 0 }).catch((error: unknown) => error);

    // An expired login, a refusal, a refusal for good.
    const { codex: renewed } = codexFor(-1000);
    await call(renewed);
    const { codex: refused, login } = codexFor(3_600_000);
    emulator.tokens.invalidateAccessToken(login.accessToken);
    await call(refused);
    const { codex: over, login: lost } = codexFor(-1000);
    emulator.tokens.revokeFamily(lost.refreshToken ?? '');
    await call(over);
    // Failures that quote what was sent.
    const { codex } = codexFor(3_600_000);
    emulator.reply(
      ({ bearer }) => ({ status: 400, body: { detail: `Bearer ${bearer}` } }),
      ({ bearer }) => ({ status: 500, headers: { 'x-request-id': `${bearer}` }, body: `token ${bearer}` }),
      ({ bearer }) => ({ failed: { code: `${bearer}`, message: `${bearer}` } }),
      ({ bearer }) => ({ text: 'a', failed: { code: 'x', message: `${bearer}` } }),
      ({ bearer }) => ({ events: [{ type: `${bearer}` }, `{"${bearer}`] }),
      { dropConnection: true },
    );
    for (let count = 0; count < 6; count++) await call(codex);
    const result = streamText({ model: codex(model), prompt: 'Hi.', maxRetries: 0, onError: () => {} });
    await result.consumeStream();
    // The catalogue and the plan, as they are and when they fail.
    await codex.models({ refresh: true });
    await codex.usage();
    const quoting = ({ bearer }: { bearer?: string | undefined }) => ({ status: 500, body: `Bearer ${bearer}` });
    emulator.modelsReply(quoting, quoting);
    emulator.usageReply(quoting, quoting);
    await codex.models({ refresh: true }).catch(() => {});
    await codex.usage().catch(() => {});

    secrets.delete('');
    expect(secrets.size).toBeGreaterThan(10);
    expect(new Set(records.map(layerOf))).toEqual(new Set(['CODEX', 'HTTP', 'TOKEN', 'STREAM']));
    expect(records.length).toBeGreaterThan(40);
    for (const record of records) {
      const text = [printed(record), printed(record.details)].join('\n');
      for (const secret of secrets) {
        // Nor the payload of a token without its signature.
        for (const part of [secret, secret.split('.')[1] ?? secret]) {
          if (text.includes(part)) expect.unreachable(`${record.message} holds a token: ${inspect(record.details)}`);
        }
      }
    }
  });

  it('name the source of a login, and no store more than once', async () => {
    const { logger, records } = keeper();
    const { emulator } = await setUp();
    vi.stubEnv('CODEX_ACCESS_TOKEN', emulator.login().accessToken);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { baseURL, issuer } = emulator;
    const codex = createCodex({ baseURL, issuer, logger });
    for (let count = 0; count < 2; count++) {
      await generateText({ model: codex('gpt-5.3-codex'), prompt: 'Hi.', maxRetries: 0 });
    }
    const found = records.filter(({ message }) => message === '[TOKEN] A login was found.');
    expect(found).toMatchObject([{ details: { source: 'the environment variable CODEX_ACCESS_TOKEN' } }]);
    expect(records.filter(({ message }) => message === '[TOKEN] A login is used.')).toHaveLength(1);
  });
});
