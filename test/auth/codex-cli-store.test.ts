import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateText } from 'ai';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { codexCliAuthStore } from '../../src/auth/node/sources/codex-cli';
import { CodexAuthError, createCodex } from '../../src/index';
import { startCodexEmulator } from '../../src/testing';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'codex-home-'));
  path = join(folder, 'auth.json');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const write = (content: unknown) => writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
const tokens = { access_token: 'a', id_token: 'i', refresh_token: 'r', account_id: 'acct-1' };

describe('the login of the Codex CLI', () => {
  it('is read without its refresh token', async () => {
    await write({ auth_mode: 'chatgpt', OPENAI_API_KEY: null, tokens, last_refresh: '2026-11-01T00:00:00.123456789Z' });
    const store = codexCliAuthStore({ path });
    expect(store.readonly).toBe(true);
    expect(await store.read('default')).toEqual({
      accessToken: 'a',
      idToken: 'i',
      accountId: 'acct-1',
      lastRefreshAt: Date.UTC(2026, 10, 1, 0, 0, 0, 123),
    });
    expect(await store.profiles()).toEqual(['default']);
    expect(await store.read('work')).toBeUndefined();
  });

  it('is looked for in CODEX_HOME', async () => {
    vi.stubEnv('CODEX_HOME', folder);
    expect(await codexCliAuthStore().read('default')).toBeUndefined();
    await write({ tokens });
    expect(await codexCliAuthStore().read('default')).toMatchObject({ accessToken: 'a' });
  });

  it('may be absent, but not broken', async () => {
    const store = codexCliAuthStore({ path });
    expect(await store.read('default')).toBeUndefined();
    expect(await store.profiles()).toEqual([]);
    for (const content of ['{', '[]', '{}', { tokens: {} }, { OPENAI_API_KEY: 'sk-secret', tokens: null }]) {
      await write(content);
      const error = await store.read('default').catch((cause) => cause);
      expect(error).toMatchObject({ name: 'AuthStoreError', code: 'corrupt' });
      expect(error.message).toContain(path);
      expect(error.message).not.toContain('sk-secret');
    }
    const unreadable = codexCliAuthStore({ path: folder });
    await expect(unreadable.read('default')).rejects.toMatchObject({ code: 'unreadable' });
  });

  it('is never written', async () => {
    await write({ tokens });
    const before = await readFile(path, 'utf8');
    let ran = false;
    const update = codexCliAuthStore({ path }).update('default', async () => {
      ran = true;
      return undefined;
    });
    await expect(update).rejects.toMatchObject({ code: 'unwritable' });
    expect(ran).toBe(false);
    expect(await readFile(path, 'utf8')).toBe(before);
  });

  it('works while it lasts, is not refreshed, and says who renews it', async () => {
    const emulator = await startCodexEmulator();
    try {
      const login = emulator.login({ expiresInMs: 60_000 });
      const file = { access_token: login.accessToken, refresh_token: login.refreshToken, account_id: login.accountId };
      await write({ tokens: { ...file, id_token: login.idToken }, last_refresh: new Date().toISOString() });
      const { baseURL, issuer } = emulator;
      const use = () => {
        const codex = createCodex({ baseURL, issuer, authStore: codexCliAuthStore({ path }) });
        return generateText({ model: codex('gpt-5.3-codex'), prompt: 'Hi.', maxRetries: 0 });
      };
      expect((await use()).text).not.toBe('');
      emulator.advance(120_000);
      const error = await use().catch((cause) => cause);
      expect(CodexAuthError.isInstance(error)).toBe(true);
      expect(emulator.requests.filter((request) => request.path === '/oauth/token')).toEqual([]);
    } finally {
      await emulator.close();
    }
  });
});
