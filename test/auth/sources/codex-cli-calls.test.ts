import { join } from 'node:path';
import { generateText } from 'ai';
import { expect, it } from 'vitest';
import { codexCliAuthStore } from '../../../src/auth/node/sources/codex-cli';
import { CodexAuthError, createCodex } from '../../../src/index';
import type { OAuthCredentials } from '../../../src/shared/credentials';
import type { CodexEmulator } from '../../../src/testing';
import { emulated, ownFolder, traceOf, write } from './setup';

function authFile(login: OAuthCredentials, lastRefreshAt: number) {
  return {
    auth_mode: 'chatgpt',
    OPENAI_API_KEY: null,
    tokens: {
      id_token: login.idToken,
      access_token: login.accessToken,
      refresh_token: login.refreshToken,
      account_id: login.accountId,
    },
    last_refresh: new Date(lastRefreshAt).toISOString(),
  };
}

async function prepare(expiresInMs: number, change: (file: ReturnType<typeof authFile>) => void = () => {}) {
  const path = join(await ownFolder(), 'auth.json');
  const emulator = await emulated();
  const login = emulator.login({ expiresInMs });
  const file = authFile(login, Date.now() - 3_600_000);
  change(file);
  await write(path, file);
  return { path, emulator, login, before: await traceOf(path) };
}

function call({ baseURL, issuer }: CodexEmulator, path: string) {
  const codex = createCodex({ baseURL, issuer, authStore: codexCliAuthStore({ path }) });
  return generateText({ model: codex('gpt-5.3-codex'), prompt: 'Hi.', maxRetries: 0 });
}

/** Nothing was written, and nobody but the backend was asked anything. */
async function expectUntouched({ path, emulator, login, before }: Awaited<ReturnType<typeof prepare>>) {
  expect(await traceOf(path)).toEqual(before);
  expect(emulator.tokens.refreshCounts.get(login.refreshToken ?? '')).toBeUndefined();
  expect(emulator.requests.filter(({ path: asked }) => asked.startsWith('/oauth'))).toEqual([]);
}

it('works while it lasts', async () => {
  const stage = await prepare(3_600_000);
  expect((await call(stage.emulator, stage.path)).text).not.toBe('');
  await expectUntouched(stage);
});

it('finds the account in the id token when the file does not name it', async () => {
  const stage = await prepare(3_600_000, (file) => {
    file.tokens.account_id = undefined;
  });
  await call(stage.emulator, stage.path);
  expect(stage.emulator.requests[0]?.headers['chatgpt-account-id']).toBe(stage.login.accountId);
});

it('is used in its last minutes, and not refreshed', async () => {
  const stage = await prepare(60_000);
  expect((await call(stage.emulator, stage.path)).text).not.toBe('');
  await expectUntouched(stage);
});

it('says who renews it once it has expired, and sends nothing', async () => {
  const stage = await prepare(-60_000);
  const error = await call(stage.emulator, stage.path).catch((cause: unknown) => cause);
  expect(CodexAuthError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({ code: 'relogin_required', message: expect.stringMatching(/Run `codex` once/) });
  expect((error as Error).message).toContain(stage.path);
  expect(stage.emulator.requests).toEqual([]);
  await expectUntouched(stage);
});

it('is not refreshed after a refusal', async () => {
  const stage = await prepare(3_600_000);
  stage.emulator.tokens.invalidateAccessToken(stage.login.accessToken);
  const error = await call(stage.emulator, stage.path).catch((cause: unknown) => cause);
  expect(CodexAuthError.isInstance(error)).toBe(true);
  await expectUntouched(stage);
});
