import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { streamText } from 'ai';
import { CodexAuthError, createCodex } from 'ai-sdk-codex';
import { codexCliAuthStore } from 'ai-sdk-codex/node';
import { type CodexEmulator, type RecordedRequest, startCodexEmulator } from 'ai-sdk-codex/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CodexHome, type CodexVersion, createCodexHome } from './run-codex';

const ACCOUNT = 'acct-of-the-cli';
const DAY = 86_400_000;

let emulator: CodexEmulator;
let home: CodexHome;

beforeEach(async () => {
  emulator = await startCodexEmulator({ oauth: { device: 'pending', deviceIntervalSeconds: 1 } });
});
afterEach(async () => {
  vi.useRealTimers();
  await home.remove();
  await emulator.close();
});

function requestsTo(path: string): RecordedRequest[] {
  return emulator.requests.filter((request) => request.path.endsWith(path));
}

/** `codex login --device-auth`, by somebody who types the code in as soon as it is shown. */
async function logIn() {
  let typed: string | undefined;
  const flags = ['--device-auth', '--experimental_issuer', emulator.issuer];
  const run = await home.command(
    ['login', ...flags, '--experimental_client-id', emulator.tokens.clientId],
    (output) => {
      const code = /(?<![A-Z])[A-Z]{4}-\d{5}(?!\d)/.exec(output)?.[0]; // a colour code may touch it
      if (code === undefined || typed !== undefined) return;
      typed = code;
      emulator.oauth.approveDevice(code, { accountId: ACCOUNT });
    },
  );
  expect(run, run.stdout + run.stderr).toMatchObject({ code: 0 });
  expect(typed).toBeDefined();
}

async function traceOf(path: string) {
  const { mtimeMs, ctimeMs, ino, mode } = await stat(path);
  return {
    mtimeMs,
    ctimeMs,
    ino,
    mode,
    hash: createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
  };
}

async function ask(): Promise<string> {
  const { baseURL, issuer } = emulator;
  const codex = createCodex({ baseURL, issuer, authStore: codexCliAuthStore({ path: home.authPath }) });
  let failure: unknown;
  const stream = streamText({
    model: codex('gpt-5.3-codex'),
    prompt: 'Hi.',
    maxRetries: 0,
    onError: ({ error }) => {
      failure = error;
    },
  });
  let text = '';
  for await (const delta of stream.textStream) text += delta;
  if (failure !== undefined) throw failure;
  return text;
}

/** None of our calls did anything with the CLI's file and its refresh token. */
async function expectUntouched(before: Awaited<ReturnType<typeof traceOf>>, exchanges: number): Promise<void> {
  expect(await traceOf(home.authPath)).toEqual(before);
  const { refresh_token } = await home.tokens();
  expect(emulator.tokens.refreshCounts.get(refresh_token)).toBeUndefined();
  expect(emulator.tokens.refreshTokenState(refresh_token)).toBe('fresh');
  expect(requestsTo('/oauth/token')).toHaveLength(exchanges);
  expect(requestsTo('/oauth/revoke')).toEqual([]);
}

describe.each<CodexVersion>(['0.144.6', '0.169.0'])('a login of the real Codex CLI %s', (version) => {
  beforeEach(async () => {
    home = await createCodexHome(emulator, undefined, version);
  });

  it('is the version that it should be', async () => {
    expect(await home.command(['--version'])).toMatchObject({ stdout: expect.stringContaining(version) });
  });

  it('is used by us, and stays the CLI’s: its file unchanged, its refresh token never presented', async () => {
    expect(await codexCliAuthStore({ path: home.authPath }).read('default')).toBeUndefined();
    await logIn();
    const exchanges = requestsTo('/oauth/token').length;
    const before = await traceOf(home.authPath);
    const login = await codexCliAuthStore({ path: home.authPath }).read('default');
    expect(login).toMatchObject({ accountId: ACCOUNT, lastRefreshAt: expect.any(Number) });
    expect(Object.keys(login ?? {}).sort()).toEqual(['accessToken', 'accountId', 'idToken', 'lastRefreshAt']);

    emulator.reply('From the CLI’s login.', 'And again.');
    expect(await ask()).toBe('From the CLI’s login.');
    expect(await ask()).toBe('And again.');
    const posts = requestsTo('/codex/responses');
    expect(posts.map(({ status, headers }) => [status, headers['chatgpt-account-id']])).toEqual([
      [200, ACCOUNT],
      [200, ACCOUNT],
    ]);
    expect(posts[0]?.bearer).toBe((await home.tokens()).access_token);
    await expectUntouched(before, exchanges);
    expect(await home.command(['login', 'status'])).toMatchObject({ code: 0 });
    expect(emulator.violations).toEqual([]);
  });

  it('that has expired or was refused is left to the CLI', async () => {
    await logIn();
    const exchanges = requestsTo('/oauth/token').length;
    const before = await traceOf(home.authPath);
    emulator.tokens.invalidateAccessToken((await home.tokens()).access_token);
    expect(CodexAuthError.isInstance(await ask().catch((error: unknown) => error))).toBe(true);
    const sent = requestsTo('/codex/responses').length;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * DAY });
    const error = await ask().catch((cause: unknown) => cause);
    expect(CodexAuthError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'relogin_required', message: expect.stringMatching(/Run `codex` once/) });
    expect((error as Error).message).toContain(home.authPath);
    expect(requestsTo('/codex/responses')).toHaveLength(sent);
    await expectUntouched(before, exchanges);
  });

  it('is revoked by its own logout, and gone for us', async () => {
    await logIn();
    const { access_token, refresh_token } = await home.tokens();
    expect(await home.command(['logout'])).toMatchObject({ code: 0 });
    expect(requestsTo('/oauth/revoke').map(({ status }) => status)).toEqual([200]);
    expect(emulator.tokens.refreshTokenState(refresh_token)).toBe('revoked');
    expect(emulator.tokens.checkAccessToken(access_token)).toEqual({ ok: false, reason: 'revoked' });
    const store = codexCliAuthStore({ path: home.authPath });
    expect(await store.read('default')).toBeUndefined();
    expect(await store.describe?.('default')).toMatchObject({ renewal: expect.stringContaining('keyring') });
  });
});
