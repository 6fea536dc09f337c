import { mkdir, symlink } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type ImportLoginOptions, importLogin } from '../../../src/auth/node/sources/importers';
import { createRuntime } from '../../../src/shared/runtime';
import { memoryAuthStore } from '../../../src/stores/memory-store';
import { jwt, rejection } from '../harness';
import { emulated, ownFolder, recordingLogger, traceOf, write } from './setup';

const EXPIRES = Date.UTC(2030, 0, 1);
const ENTRY = { type: 'oauth', access: 'access-CANARY', refresh: 'rt-CANARY', expires: EXPIRES, accountId: 'acct-1' };
const LOGIN = { accessToken: 'access-CANARY', refreshToken: 'rt-CANARY', expiresAt: EXPIRES, accountId: 'acct-1' };
const ENTRIES = { opencode: 'openai', pi: 'openai-codex' };

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await ownFolder();
  path = join(folder, 'auth.json');
});

/** No network, and no pauses. */
const runtime = createRuntime({
  fetch: async () => {
    throw new Error('nothing was to be asked');
  },
  sleep: async () => {},
});

/** Imports from opencode's file at `path` into a store with nobody logged in. */
function importIt(more: Partial<ImportLoginOptions> = {}) {
  const options = { from: 'opencode', path, authStore: memoryAuthStore(), ...more } as const;
  return importLogin(options, { runtime });
}

async function put(file: string, content: unknown) {
  await mkdir(dirname(file), { recursive: true });
  await write(file, content);
}

describe('a login of another program', () => {
  it.each(['opencode', 'pi'] as const)('of %s is copied, with a warning, and its file stays as it is', async (from) => {
    const authStore = memoryAuthStore();
    const { logger, logged } = recordingLogger();
    await write(path, { anthropic: { type: 'api', key: 'CANARY' }, [ENTRIES[from]]: ENTRY });
    const before = await traceOf(path);
    const login = await importIt({ from, authStore, profile: 'work', logger });
    // No issuer and no client: nothing says that it was made here, so nothing will revoke it.
    expect(login).toEqual(LOGIN);
    expect(await authStore.read('work')).toEqual(LOGIN);
    expect(await authStore.profiles()).toEqual(['work']);
    expect(await traceOf(path)).toEqual(before);
    expect(logged).toMatchObject([{ level: 'warn', message: expect.stringMatching(/whichever .* refreshes first/) }]);
    expect(JSON.stringify(logged)).not.toContain('CANARY');
    expect(inspect(login)).not.toContain('rt-CANARY');
  });

  it('prints itself without its tokens, whatever the store gives back', async () => {
    await write(path, { openai: ENTRY });
    const memory = memoryAuthStore();
    const update: typeof memory.update = async (profile, change) =>
      JSON.parse(JSON.stringify(await memory.update(profile, change)));
    const login = await importIt({ authStore: { ...memory, update } });
    expect(login).toEqual(LOGIN);
    expect(inspect(login)).not.toContain('CANARY');
  });

  it.each([
    ['opencode', {}, '.local/share/opencode/auth.json'],
    ['opencode', { XDG_DATA_HOME: '/data' }, 'data/opencode/auth.json'],
    ['opencode', { XDG_DATA_HOME: 'relative' }, '.local/share/opencode/auth.json'],
    ['pi', {}, '.pi/agent/auth.json'],
    ['pi', { PI_CODING_AGENT_DIR: '/pi' }, 'pi/auth.json'],
  ] as const)('of %s is found with %j', async (from, variables: Record<string, string>, file) => {
    for (const [name, value] of Object.entries(variables)) {
      vi.stubEnv(name, value.startsWith('/') ? join(folder, value) : value);
    }
    await put(join(folder, file), { [ENTRIES[from]]: ENTRY });
    expect(await importLogin({ from, authStore: memoryAuthStore() }, { runtime })).toEqual(LOGIN);
  });

  it('is known by its token, and its expiry in seconds is understood', async () => {
    const access = jwt({
      accountId: 'acct-2',
      email: 'a@b.c',
      auth: { chatgpt_plan_type: 'pro', chatgpt_user_id: 'u' },
    });
    await write(path, { openai: { ...ENTRY, access, accountId: undefined, expires: EXPIRES / 1000 } });
    const { accessToken: _, ...rest } = await importIt();
    expect(rest).toMatchObject({
      accountId: 'acct-2',
      email: 'a@b.c',
      planType: 'pro',
      userId: 'u',
      expiresAt: EXPIRES,
    });
  });

  it.each<[string, string, string, string | undefined]>([
    ['its token', 'acct-2', 'acct-1', 'acct-2'],
    ['its token, not by an organization', 'acct-2', 'org-1', 'acct-2'],
    ['the file where the token says nothing', '', 'acct-1', 'acct-1'],
    ['nobody where there is only an organization', '', 'org-1', undefined],
  ])('has its account named by %s', async (_name, claimed, written, expected) => {
    await write(path, { openai: { ...ENTRY, access: jwt({ accountId: claimed }), accountId: written } });
    expect((await importIt()).accountId).toBe(expected);
  });

  it.each([[0], [-1], ['2030'], [null]])('has no expiry when the file says %j', async (expires) => {
    await write(path, { openai: { ...ENTRY, expires } });
    expect(await importIt()).not.toHaveProperty('expiresAt');
  });
});

describe('a login that is there already', () => {
  it('is kept', async () => {
    const authStore = memoryAuthStore({ accessToken: 'old' });
    await write(path, { openai: ENTRY });
    const { logger, logged } = recordingLogger();
    const error = await rejection(importIt({ authStore, logger }));
    expect(error).toMatchObject({ code: 'login_failed', message: expect.stringMatching(/holds a login already/) });
    expect(await authStore.read('default')).toEqual({ accessToken: 'old' });
    expect(logged).toEqual([]);
  });

  it('is replaced when that is asked for, and revoked if it was made here', async () => {
    const emulator = await emulated();
    const { issuer } = emulator;
    await write(path, { openai: ENTRY });
    const ours = emulator.login();
    const { issuer: _i, clientId: _c, ...foreign } = emulator.login();
    for (const before of [foreign, ours]) {
      const authStore = memoryAuthStore(before);
      await importLogin({ from: 'opencode', path, authStore, issuer, replace: true });
      expect(await authStore.read('default')).toEqual(LOGIN);
    }
    expect(emulator.requests.map((request) => request.path)).toEqual(['/oauth/revoke']);
    expect(emulator.tokens.refreshTokenState(ours.refreshToken ?? '')).toBe('revoked');
    expect(emulator.tokens.refreshTokenState(foreign.refreshToken ?? '')).toBe('fresh');
  });
});

describe('nothing is stored', () => {
  it.each<[string, unknown, object]>([
    ['there is no file', undefined, { name: 'AuthStoreError', code: 'unreadable' }],
    ['the file is no JSON', '{"openai": "CANARY', { name: 'AuthStoreError', code: 'corrupt' }],
    ['the file is a list', ['CANARY'], { name: 'AuthStoreError', code: 'corrupt' }],
    ['there is no entry', { anthropic: ENTRY }, { code: 'invalid_credential' }],
    ['the entry is no object', { openai: 'CANARY' }, { code: 'invalid_credential' }],
    ['the entry is an API key', { openai: { type: 'api', key: 'CANARY' } }, { code: 'invalid_credential' }],
    ['the entry is of another type', { openai: { ...ENTRY, type: 'wellknown' } }, { code: 'invalid_credential' }],
    ['there is no access token', { openai: { ...ENTRY, access: '' } }, { code: 'invalid_credential' }],
    ['there is no refresh token', { openai: { ...ENTRY, refresh: undefined } }, { code: 'invalid_credential' }],
    ['a token is a platform key', { openai: { ...ENTRY, access: 'sk-CANARY' } }, { code: 'invalid_credential' }],
    ['a token holds a line break', { openai: { ...ENTRY, access: 'CANARY\nx' } }, { code: 'invalid_credential' }],
  ])('when %s', async (_name, content, expected) => {
    if (content !== undefined) await write(path, content);
    const authStore = memoryAuthStore();
    const error = await rejection(importIt({ authStore }));
    expect(error).toMatchObject({ message: expect.stringContaining(path), ...expected });
    expect(inspect(error)).not.toContain('CANARY');
    expect(await authStore.profiles()).toEqual([]);
  });

  it.each(['', 'relative'])('from where a home of %j would lead', async (home) => {
    vi.stubEnv('HOME', home);
    const login = importLogin({ from: 'opencode', authStore: memoryAuthStore() }, { runtime });
    const { message } = (await rejection(login)) as Error;
    const path = /There is no file (.*): opencode/.exec(message)?.[1] ?? '';
    expect(path).toBe(join(userInfo().homedir, '.local', 'share', 'opencode', 'auth.json'));
  });

  it('from another program', async () => {
    const from = 'toString' as 'pi';
    expect(await rejection(importIt({ from }))).toMatchObject({
      name: 'TypeError',
      message: expect.stringContaining('opencode, pi'),
    });
  });

  it('from OpenClaw, whose files are not opened', async () => {
    const agent = join(folder, '.openclaw', 'agents', 'main', 'agent');
    const file = join(agent, 'auth.json');
    // A pipe would be refused as well; a folder says "not a regular file" when somebody opens it.
    await mkdir(file, { recursive: true });
    await symlink(file, path);
    const state = join(folder, 'state');
    const refused = { code: 'login_failed', message: expect.stringContaining('OpenClaw') };
    expect(await rejection(importIt({ path: file }))).toMatchObject(refused);
    expect(await rejection(importIt())).toMatchObject(refused);
    vi.stubEnv('PI_CODING_AGENT_DIR', agent);
    expect(await rejection(importLogin({ from: 'pi', authStore: memoryAuthStore() }, { runtime }))).toMatchObject(
      refused,
    );
    vi.stubEnv('OPENCLAW_STATE_DIR', state);
    expect(await rejection(importIt({ path: join(state, 'auth.json') }))).toMatchObject(refused);
    await put(join(folder, 'real', 'auth.json'), { openai: ENTRY });
    await symlink(join(folder, 'real'), join(folder, 'link'));
    vi.stubEnv('OPENCLAW_STATE_DIR', join(folder, 'link'));
    for (const name of ['real', 'link']) {
      expect(await rejection(importIt({ path: join(folder, name, 'auth.json') }))).toMatchObject(refused);
    }
    await put(join(folder, 'state-of-others', 'auth.json'), { openai: ENTRY });
    expect(await importIt({ path: join(folder, 'state-of-others', 'auth.json') })).toEqual(LOGIN);
  });
});
