import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { codexCliAuthStore, openCodexCliStore } from '../../../src/auth/node/sources/codex-cli';
import { rejection } from '../harness';
import { ownFolder, traceOf, write } from './setup';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await ownFolder();
  path = join(folder, 'auth.json');
});

const tokens = { id_token: 'i', access_token: 'a', refresh_token: 'rt-CANARY', account_id: 'acct-1' };
const read = () => codexCliAuthStore({ path }).read('default');
/** Without the pauses between two tries. */
const readAtOnce = () => openCodexCliStore({ path }, { runtime: { sleep: async () => {} } }).read('default');

describe('the login of the Codex CLI', () => {
  it('is read as 0.144.6 writes it, without its refresh token', async () => {
    const file = { auth_mode: 'chatgpt', OPENAI_API_KEY: null, tokens, last_refresh: '2026-11-01T00:00:00.123456789Z' };
    await write(path, JSON.stringify(file, null, 2));
    const store = codexCliAuthStore({ path });
    const login = await store.read('default');
    expect(login).toEqual({
      accessToken: 'a',
      idToken: 'i',
      accountId: 'acct-1',
      lastRefreshAt: Date.UTC(2026, 10, 1, 0, 0, 0, 123),
    });
    expect(JSON.stringify(login)).not.toContain('CANARY');
    expect(store.readonly).toBe(true);
    expect(await store.profiles()).toEqual(['default']);
    expect(await store.read('work')).toBeUndefined();
  });

  it('is read as 0.169.0 writes it', async () => {
    const { account_id, ...older } = tokens;
    const oauth_provenance = { issuer: 'https://auth.openai.com', client_id: 'app_x' };
    await write(path, {
      auth_mode: 'chatgpt',
      tokens: { ...older, oauth_provenance, login_owner_id: 'o', account_id },
    });
    // Whose client it was stays there, too: a login with ours beside it would be revoked by a logout.
    expect(await read()).toEqual({ accessToken: 'a', idToken: 'i', accountId: 'acct-1' });
  });

  it.each<[string, object, object]>([
    ['no mode', { OPENAI_API_KEY: null, tokens }, { idToken: 'i', accountId: 'acct-1' }],
    ['null as mode', { auth_mode: null, tokens }, { idToken: 'i', accountId: 'acct-1' }],
    ['tokens of another program', { auth_mode: 'chatgptAuthTokens', tokens }, { idToken: 'i', accountId: 'acct-1' }],
    [
      'a key beside it',
      { auth_mode: 'chatgpt', OPENAI_API_KEY: 'sk-1', tokens },
      { idToken: 'i', accountId: 'acct-1' },
    ],
    ['no id token', { tokens: { ...tokens, id_token: undefined } }, { accountId: 'acct-1' }],
    ['an id token that is no text', { tokens: { ...tokens, id_token: {} } }, { accountId: 'acct-1' }],
    ['an empty refresh token', { tokens: { ...tokens, refresh_token: '' } }, { idToken: 'i', accountId: 'acct-1' }],
    ['no refresh token', { tokens: { ...tokens, refresh_token: undefined } }, { idToken: 'i', accountId: 'acct-1' }],
    ['no account', { tokens: { ...tokens, account_id: null } }, { idToken: 'i' }],
    ['no sensible last refresh', { tokens, last_refresh: '5' }, { idToken: 'i', accountId: 'acct-1' }],
    ['a last refresh in seconds', { tokens, last_refresh: 1.7e9 }, { idToken: 'i', accountId: 'acct-1' }],
  ])('is read with %s', async (_name, file, expected) => {
    await write(path, file);
    expect(await read()).toEqual({ accessToken: 'a', ...expected });
  });

  it('is read behind a byte order mark and behind a link', async () => {
    await write(join(folder, 'real.json'), `\uFEFF${JSON.stringify({ tokens })}`);
    await symlink('real.json', path);
    expect(await read()).toMatchObject({ accessToken: 'a' });
  });

  it('prints itself without its tokens', async () => {
    await write(path, { tokens: { ...tokens, access_token: 'at-CANARY-1234567890' } });
    const { inspect } = await import('node:util');
    expect(inspect(await read())).not.toContain('CANARY');
  });
});

describe('a file that holds something else', () => {
  it.each<[string, object, RegExp]>([
    ['nothing', {}, /no login at all/],
    ['what a logout leaves', { OPENAI_API_KEY: null, tokens: null }, /no login at all/],
    ['an API key', { auth_mode: 'apikey', OPENAI_API_KEY: 'sk-CANARY' }, /API key of the OpenAI platform/],
    // The Codex CLI, too, leaves the tokens alone then.
    ['an API key without a mode', { OPENAI_API_KEY: 'sk-CANARY', tokens }, /API key of the OpenAI platform/],
    [
      'a personal token',
      { auth_mode: 'personalAccessToken', personal_access_token: 'at-CANARY' },
      /CODEX_ACCESS_TOKEN/,
    ],
    ['a personal token, no mode', { personal_access_token: 'at-CANARY' }, /CODEX_ACCESS_TOKEN/],
    ['an agent identity', { auth_mode: 'agentIdentity', agent_identity: 'CANARY' }, /agent identity/],
    ['an agent identity, no mode', { agent_identity: { jwt: 'CANARY' } }, /agent identity/],
    ['a Bedrock key', { auth_mode: 'bedrockApiKey', bedrock_api_key: 'CANARY' }, /Amazon Bedrock/],
    ['a Bedrock key, no mode', { bedrock_api_key: 'CANARY' }, /Amazon Bedrock/],
    ['headers', { auth_mode: 'headers' }, /request headers/],
    ['a mode that nobody knows', { auth_mode: 'oauth', tokens: { ...tokens, access_token: 'CANARY' } }, /auth_mode/],
    ['a mode with a familiar name', { auth_mode: 'constructor', tokens }, /auth_mode/],
    ['a mode that is no text', { auth_mode: 7, tokens }, /auth_mode/],
  ])('says so: %s', async (_name, file, what) => {
    await write(path, file);
    const error = await rejection(read());
    expect(error).toMatchObject({
      name: 'CodexAuthError',
      code: 'invalid_credential',
      message: expect.stringMatching(what),
    });
    expect((error as Error).message).toContain(path);
    expect((error as Error).message).toContain('npx ai-sdk-codex login');
    expect((error as Error).message).not.toContain('CANARY');
    expect(await codexCliAuthStore({ path }).describe?.('default')).toEqual({
      location: path,
      renewal: (error as Error).message,
      readonly: true,
    });
  });
});

describe('a file that is damaged or cannot be read', () => {
  it.each<[string, unknown, RegExp]>([
    ['empty', '', /it is empty/],
    ['cut off', '{"tokens": {"access_token": "CANARY', /no complete JSON/],
    ['a list', '[{"access_token":"CANARY"}]', /no object/],
    ['a text', '"CANARY"', /no object/],
    ['without an access token', { auth_mode: 'chatgpt', tokens: { refresh_token: 'CANARY' } }, /no access token/],
    ['with an empty access token', { tokens: { access_token: '', refresh_token: 'CANARY' } }, /no access token/],
    ['with a number as access token', { tokens: { access_token: 5 } }, /no access token/],
  ])('is an error: %s', async (_name, content, what) => {
    await write(path, content);
    const error = await rejection(readAtOnce());
    expect(error).toMatchObject({ name: 'AuthStoreError', code: 'corrupt', message: expect.stringMatching(what) });
    expect((error as Error).message).toContain(path);
    expect((error as Error).message).not.toContain('CANARY');
  });

  it('is read again while the Codex CLI is writing it', async () => {
    const states = ['', '{"tokens": {"acc', JSON.stringify({ tokens })];
    const pauses: number[] = [];
    await write(path, states.shift());
    const sleep = async (ms: number) => {
      pauses.push(ms);
      await write(path, states.shift());
    };
    const store = openCodexCliStore({ path }, { runtime: { sleep } });
    expect(await store.read('default')).toMatchObject({ accessToken: 'a' });
    expect(pauses).toEqual([20, 40]);
  });

  it('is given up after 300 ms, and never for what is whole', async () => {
    let pauses = 0;
    const sleep = async (ms: number) => {
      pauses += ms;
    };
    const store = openCodexCliStore({ path }, { runtime: { sleep } });
    await write(path, '[]');
    await rejection(store.read('default'));
    expect(pauses).toBe(0);
    await write(path, '{');
    await rejection(store.read('default'));
    expect(pauses).toBe(300);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['a folder', () => mkdir(path), /not a regular file/],
    ['a pipe', () => execFileSync('mkfifo', [path]), /not a regular file/],
    ['larger than 1 MiB', () => writeFile(path, `${JSON.stringify({ tokens })}${' '.repeat(1024 * 1024)}`), /1 MiB/],
  ])('is an error: %s', async (_name, make, what) => {
    await make();
    expect(await rejection(read())).toMatchObject({ code: 'unreadable', message: expect.stringMatching(what) });
  });
});

describe('a file that is not there', () => {
  const describeIt = () => codexCliAuthStore().describe?.('default');

  it('is no login, and no error', async () => {
    expect(await codexCliAuthStore().read('default')).toBeUndefined();
    expect(await codexCliAuthStore().profiles()).toEqual([]);
    expect(await describeIt()).toEqual({ location: join(folder, '.codex', 'auth.json'), readonly: true });
  });

  it('is looked for in CODEX_HOME', async () => {
    vi.stubEnv('CODEX_HOME', join(folder, 'home'));
    await mkdir(join(folder, 'home'));
    expect(await codexCliAuthStore().read('default')).toBeUndefined();
    await write(join(folder, 'home', 'auth.json'), { tokens });
    expect(await codexCliAuthStore().read('default')).toMatchObject({ accessToken: 'a' });
  });

  it('is an error where CODEX_HOME leads nowhere', async () => {
    vi.stubEnv('CODEX_HOME', join(folder, 'gone'));
    const expected = {
      code: 'unreadable',
      message: expect.stringContaining(`CODEX_HOME names ${join(folder, 'gone')}`),
    };
    expect(await rejection(codexCliAuthStore().read('default'))).toMatchObject(expected);
    await write(join(folder, 'gone'), 'a file');
    expect(await rejection(codexCliAuthStore().read('default'))).toMatchObject(expected);
    expect(await codexCliAuthStore({ path }).read('default')).toBeUndefined();
  });

  it.each<[string, string | undefined, RegExp]>([
    [
      'by a setting',
      'model = "x"\ncli_auth_credentials_store = "keyring" # here\n[tui]\n',
      /may be in the keyring, which/,
    ],
    ['by a quoted setting', `\uFEFF"cli_auth_credentials_store"='auto'\r\n`, /may be in the keyring, which/],
    ['in memory', 'cli_auth_credentials_store="ephemeral"', /keeps the login in memory/],
    ['perhaps', '[other]\ncli_auth_credentials_store = "keyring"', /if `codex login status` knows a login/],
    ['perhaps, without settings', undefined, /if `codex login status` knows a login/],
  ])('may be in the keyring: %s', async (_name, config, what) => {
    await mkdir(join(folder, '.codex'));
    const toml = join(folder, '.codex', 'config.toml');
    if (config !== undefined) await write(toml, config);
    expect(await codexCliAuthStore().read('default')).toBeUndefined();
    const { location, renewal = '' } = (await describeIt()) ?? {};
    expect(location).toBe(join(folder, '.codex', 'auth.json'));
    expect(renewal).toMatch(what);
    expect(renewal).toContain(toml);
    expect(renewal).toContain('codex login');
    expect(renewal).toContain('npx ai-sdk-codex login');
  });
});

describe('the file', () => {
  it('is never written', async () => {
    await write(path, { tokens });
    const before = await traceOf(path);
    const store = codexCliAuthStore({ path });
    let ran = false;
    const update = store.update('default', async () => {
      ran = true;
      return undefined;
    });
    expect(await rejection(update)).toMatchObject({ name: 'AuthStoreError', code: 'unwritable' });
    await store.read('default');
    await store.describe?.('default');
    expect(ran).toBe(false);
    expect(await traceOf(path)).toEqual(before);
  });

  it('may come and go', async () => {
    const store = codexCliAuthStore({ path });
    await write(path, { tokens });
    expect(await store.describe?.('default')).toMatchObject({
      location: path,
      renewal: expect.stringMatching(/Run `codex` once/),
    });
    await rm(path);
    expect(await store.read('default')).toBeUndefined();
  });
});
