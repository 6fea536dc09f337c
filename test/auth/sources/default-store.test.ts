import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { generateText } from 'ai';
import { beforeEach, expect, it, vi } from 'vitest';
import { defaultAuthStore } from '../../../src/default-store.node';
import { createCodex } from '../../../src/index';
import { rejection } from '../harness';
import { emulated, ownFolder, recordingLogger, traceOf, write } from './setup';

let folder: string;

beforeEach(async () => {
  folder = await ownFolder();
  vi.stubEnv('AI_SDK_CODEX_HOME', join(folder, 'ours'));
  await mkdir(join(folder, '.codex'));
  await write(join(folder, '.codex', 'auth.json'), { tokens: { access_token: 'cli' } });
});

const loginOf = async (store = defaultAuthStore()) => (await store.read('default'))?.accessToken;

it('finds the Codex CLI’s login, ours before it, and the environment’s before both', async () => {
  const store = defaultAuthStore();
  expect(await loginOf(store)).toBe('cli');
  expect(await store.describe?.('default')).toMatchObject({ location: join(folder, '.codex', 'auth.json') });
  await store.update('default', async () => ({ accessToken: 'ours' }));
  expect(await loginOf(store)).toBe('ours');
  vi.stubEnv('CODEX_ACCESS_TOKEN', 'env');
  expect(await loginOf(store)).toBe('env');
  expect(await store.describe?.('default')).toMatchObject({ location: expect.stringContaining('CODEX_ACCESS_TOKEN') });
});

it.each([
  [undefined, 'production', undefined],
  [true, 'production', 'cli'],
  [undefined, 'test', 'cli'],
  [false, 'test', undefined],
])('asks the Codex CLI with the setting %s and NODE_ENV=%s: %s', async (codexCliLogin, environment, expected) => {
  const store = defaultAuthStore({ codexCliLogin });
  vi.stubEnv('NODE_ENV', environment); // looked up at the first use, not before
  expect(await loginOf(store)).toBe(expected);
});

it('leaves the Codex CLI out of a provider that is told to', async () => {
  const { baseURL, issuer, requests } = await emulated();
  const codex = createCodex({ baseURL, issuer, codexCliLogin: false });
  const call = generateText({ model: codex('gpt-5.3-codex'), prompt: 'Hi.', maxRetries: 0 });
  expect(await rejection(call)).toMatchObject({ code: 'not_logged_in' });
  expect(requests).toEqual([]);
});

it('never asks for a platform key', async () => {
  vi.stubEnv('NODE_ENV', 'production');
  vi.stubEnv('OPENAI_API_KEY', 'sk-CANARY');
  expect(await loginOf()).toBeUndefined();
});

it('does nothing before the first call', async () => {
  vi.stubEnv('CODEX_ACCESS_TOKEN', 'sk-CANARY');
  createCodex();
  defaultAuthStore();
  expect(await readdir(folder)).toEqual(['.codex']);
});

it('gives a provider its login: of the CLI, read-only, then a personal access token', async () => {
  const emulator = await emulated();
  const { logger, logged } = recordingLogger();
  const login = emulator.login({ accountId: 'acct-cli' });
  const path = join(folder, '.codex', 'auth.json');
  await write(path, { tokens: { id_token: login.idToken, access_token: login.accessToken, account_id: 'acct-cli' } });
  const before = await traceOf(path);
  const { baseURL, issuer } = emulator;
  const call = () => {
    const codex = createCodex({ baseURL, issuer, logger });
    return generateText({ model: codex('gpt-5.3-codex'), prompt: 'Hi.', maxRetries: 0 });
  };
  await call();
  vi.stubEnv('CODEX_ACCESS_TOKEN', emulator.tokens.personalAccessToken({ accountId: 'acct-personal' }));
  await call();
  const posts = emulator.requests.filter(({ method }) => method === 'POST');
  expect(posts.map(({ headers, status }) => [headers['chatgpt-account-id'], status])).toEqual([
    ['acct-cli', 200],
    ['acct-personal', 200],
  ]);
  expect(emulator.requests.filter(({ method }) => method === 'GET').map(({ path: asked }) => asked)).toEqual([
    '/api/accounts/v1/user-auth-credential/whoami',
  ]);
  expect(logged.map(({ details }) => details?.source)).toEqual([path, 'the environment variable CODEX_ACCESS_TOKEN']);
  expect(await traceOf(path)).toEqual(before);
  expect(await readdir(folder)).toEqual(['.codex']);
});
