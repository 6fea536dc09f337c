import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { generateText } from 'ai';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { authStatus } from '../../../src/auth/auth-status';
import { codexCliAuthStore } from '../../../src/auth/node/sources/codex-cli';
import { defaultAuthStore } from '../../../src/default-store.node';
import { createCodex } from '../../../src/index';
import { rejection } from '../harness';
import { emulated, ownFolder, recordingLogger, stubHome, traceOf, write } from './setup';

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
  const sources = logged.flatMap(({ details }) => details?.source ?? []);
  expect(sources).toEqual([path, 'the environment variable CODEX_ACCESS_TOKEN']);
  expect(await traceOf(path)).toEqual(before);
  expect(await readdir(folder)).toEqual(['.codex']);
});

describe('where a user has no home', () => {
  beforeEach(() => {
    stubHome(undefined);
    vi.stubEnv('AI_SDK_CODEX_HOME', undefined);
  });

  it('a login in the environment is used all the same', async () => {
    vi.stubEnv('CODEX_ACCESS_TOKEN', 'env');
    expect(await loginOf()).toBe('env');
    expect(await authStatus({ authStore: defaultAuthStore() })).toMatchObject({ state: 'logged_in', readonly: true });
  });

  it.each(['AI_SDK_CODEX_HOME', 'XDG_CONFIG_HOME'])('and so is our file where %s says', async (name) => {
    vi.stubEnv(name, join(folder, 'named'));
    const store = defaultAuthStore();
    expect(await loginOf(store)).toBeUndefined();
    await store.update('default', async () => ({ accessToken: 'ours' }));
    expect(await loginOf(store)).toBe('ours');
    expect(await store.profiles()).toEqual(['default']);
    expect(await readdir(join(folder, 'named'))).not.toEqual([]);
  });

  it('an error says what to set, until it is set', async () => {
    const store = defaultAuthStore();
    const expected = { name: 'AuthStoreError', message: expect.stringContaining('Set AI_SDK_CODEX_HOME') };
    expect(await rejection(store.read('default'))).toMatchObject({ ...expected, code: 'unreadable' });
    const change = vi.fn(async () => undefined);
    expect(await rejection(store.update('default', change))).toMatchObject({ ...expected, code: 'unwritable' });
    expect(change).not.toHaveBeenCalled();
    expect(await authStatus({ authStore: store })).toMatchObject({
      state: 'unreadable',
      problem: expect.stringContaining('Set AI_SDK_CODEX_HOME'),
    });
    vi.stubEnv('AI_SDK_CODEX_HOME', join(folder, 'named'));
    expect(await loginOf(store)).toBeUndefined();
  });

  it('the Codex CLI has no login, unless CODEX_HOME says where', async () => {
    expect(await codexCliAuthStore().read('default')).toBeUndefined();
    expect(await codexCliAuthStore().profiles()).toEqual([]);
    expect(await codexCliAuthStore().describe?.('default')).toMatchObject({
      location: '~/.codex/auth.json',
      renewal: expect.stringContaining('CODEX_HOME'),
    });
    expect(await rejection(codexCliAuthStore().update('default', async () => undefined))).toMatchObject({
      code: 'unwritable',
    });
    vi.stubEnv('CODEX_HOME', join(folder, '.codex'));
    expect(await loginOf(codexCliAuthStore())).toBe('cli');
  });
});

it.each(['', 'relative'])('keeps nothing in the current folder when HOME is %j', async (home) => {
  const real = join(folder, 'of-the-system');
  stubHome(real);
  vi.stubEnv('HOME', home);
  vi.stubEnv('AI_SDK_CODEX_HOME', undefined);
  const store = defaultAuthStore({ codexCliLogin: false });
  await store.update('default', async () => ({ accessToken: 'ours' }));
  expect(((await store.describe?.('default'))?.location ?? '').startsWith(real)).toBe(true);
  expect((await codexCliAuthStore().describe?.('default'))?.location).toBe(join(real, '.codex', 'auth.json'));
});

it('tells the status of a personal access token without asking anybody', async () => {
  const emulator = await emulated();
  const authStore = defaultAuthStore({ issuer: emulator.issuer });
  vi.stubEnv('CODEX_ACCESS_TOKEN', emulator.tokens.personalAccessToken({ accountId: 'acct-personal' }));
  const known = { state: 'logged_in', readonly: true, location: 'the environment variable CODEX_ACCESS_TOKEN' };
  expect(await authStatus({ authStore })).toEqual({ ...known, profile: 'default', expired: false, renewable: false });
  expect(emulator.requests).toEqual([]);
  await authStore.read('default');
  expect(await authStatus({ authStore })).toMatchObject({ ...known, accountId: 'acct-personal' });
  expect(emulator.requests).toHaveLength(1);
});

it('tells the status of a platform key in the environment: something else', async () => {
  vi.stubEnv('CODEX_ACCESS_TOKEN', 'sk-CANARY');
  expect(await authStatus({ authStore: defaultAuthStore() })).toMatchObject({ state: 'invalid', readonly: true });
});
