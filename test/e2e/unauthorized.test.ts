import { APICallError, generateText, LoadAPIKeyError } from 'ai';
import { describe, expect, it } from 'vitest';
import { CodexAuthError } from '../../src/index';
import type { AuthStore } from '../../src/stores/auth-store';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { type CodexEmulator, type CodexReply, tokenFailures } from '../../src/testing';
import { calls, type Stage, setUp } from './setup';

const generate = ({ codex }: Stage) =>
  generateText({ model: codex('gpt-5.3-codex'), prompt: 'Hi.', maxRetries: 2 }).then(
    ({ text }) => ({ text, error: undefined }),
    (error) => ({ text: undefined, error }),
  );

const refused = (code: string): CodexReply => ({
  status: 401,
  body: { error: { code, message: 'No.', type: 'invalid_request_error', param: null } },
});
const tokenPosts = (emulator: CodexEmulator) => emulator.requests.filter(({ path }) => path === '/oauth/token').length;

describe('a 401 of the backend', () => {
  it('is answered with one refresh and one more request', async () => {
    const stage = await setUp();
    stage.emulator.reply(refused('token_expired'), 'Fine.');
    expect(await generate(stage)).toEqual({ text: 'Fine.', error: undefined });
    expect([tokenPosts(stage.emulator), calls(stage.emulator).length]).toEqual([1, 2]);
  });

  it.each<[string, CodexReply[], (emulator: CodexEmulator) => void, string, number, number]>([
    ['a revoked login', [refused('token_revoked')], () => {}, 'relogin_required', 0, 1],
    ['an invalidated token', [refused('token_invalidated')], () => {}, 'relogin_required', 0, 1],
    ['one that comes again', [refused('token_expired'), refused('token_expired')], () => {}, 'access_denied', 1, 2],
    [
      'a refresh that is refused',
      [refused('token_expired')],
      (emulator) => emulator.tokenReply(tokenFailures.refused('refresh_token_reused')),
      'relogin_required',
      1,
      1,
    ],
    [
      'a refresh that fails for now',
      [refused('token_expired')],
      (emulator) => emulator.tokenReply(tokenFailures.serverError()),
      'refresh_failed',
      1,
      1,
    ],
    [
      'tokens of another account',
      [refused('token_expired')],
      (emulator) => emulator.tokenReply(tokenFailures.otherAccount()),
      'account_mismatch',
      1,
      1,
    ],
    [
      'one that a stream reports',
      [{ failed: 'token_expired' }, { failed: 'token_expired' }],
      () => {},
      'access_denied',
      1,
      2,
    ],
  ])(
    'ends in an error of the login with the answer as its cause: %s',
    async (_name, replies, prepare, code, posts, sent) => {
      const stage = await setUp();
      stage.emulator.reply(...replies);
      prepare(stage.emulator);
      const { error } = await generate(stage);
      expect(CodexAuthError.isInstance(error)).toBe(true);
      expect(LoadAPIKeyError.isInstance(error)).toBe(true);
      expect(error).toMatchObject({ code });
      expect(APICallError.isInstance(error.cause)).toBe(true);
      expect(error.cause).toMatchObject({ statusCode: 401, isRetryable: false });
      expect([tokenPosts(stage.emulator), calls(stage.emulator).length]).toEqual([posts, sent]);
    },
  );

  it('tells whose login it is and what to do, where it is not ours to renew', async () => {
    const stage = await setUp();
    const authStore: AuthStore = {
      ...memoryAuthStore({ work: stage.emulator.login() }),
      readonly: true,
      describe: async () => ({ location: '/home/a/.codex/auth.json', renewal: 'Run `codex` once.' }),
    };
    const { baseURL, issuer } = stage.emulator;
    const { codex } = await setUp({ baseURL, issuer, authStore, profile: 'work' });
    stage.emulator.reply(refused('anything'));
    const { error } = await generate({ ...stage, codex });
    expect(error).toMatchObject({
      code: 'relogin_required',
      message: 'The login of profile "work" (/home/a/.codex/auth.json) was refused by the backend. Run `codex` once.',
      cause: { statusCode: 401 },
    });
    expect([tokenPosts(stage.emulator), calls(stage.emulator).length]).toEqual([0, 1]);
  });

  it.each([
    ['that was renewed for it', {}, [1, 2]],
    ['that had just been renewed', { lastRefreshAt: Date.now() }, [0, 1]],
  ])('does not claim that a login is over %s', async (_name, more, counts) => {
    const stage = await setUp();
    const { baseURL, issuer } = stage.emulator;
    const { lastRefreshAt: _, ...login } = stage.emulator.login();
    const authStore = memoryAuthStore({ work: { ...login, ...more } });
    const { codex } = await setUp({ baseURL, issuer, authStore, profile: 'work' });
    stage.emulator.reply(refused('anything'), refused('anything'));
    const { error } = await generate({ ...stage, codex });
    expect(error).toMatchObject({
      code: 'access_denied',
      message: expect.stringMatching(/"work", although .*Logging in again may help.*login --profile work/),
      cause: { statusCode: 401 },
    });
    expect([tokenPosts(stage.emulator), calls(stage.emulator).length]).toEqual(counts);
  });

  it('of two tokens of others, that is answered with a refresh, asks for another try', async () => {
    const stage = await setUp();
    const { baseURL, issuer } = stage.emulator;
    const { lastRefreshAt: _, ...theirs } = stage.emulator.login();
    const { lastRefreshAt: __, ...ours } = stage.emulator.login();
    const authStore = memoryAuthStore(ours);
    const { codex } = await setUp({ baseURL, issuer, authStore });
    const logIn = async () => {
      await authStore.update('default', async () => theirs);
      return refused('token_expired');
    };
    stage.emulator.reply(logIn, refused('token_expired'), 'Fine.');
    const { error } = await generate({ ...stage, codex });
    expect(error).toMatchObject({ code: 'refresh_failed', cause: { statusCode: 401 } });
    expect([tokenPosts(stage.emulator), calls(stage.emulator).length]).toEqual([1, 2]);
    expect(await generate({ ...stage, codex })).toMatchObject({ text: 'Fine.' });
  });

  it.each(['code', 'type', 'detail'] as const)(
    'that says the login was revoked, in %s, is the last word',
    async (place) => {
      const stage = await setUp();
      const word = 'token_revoked';
      const bodies = {
        code: { error: { code: word, type: 'authentication_error' } },
        type: { error: { code: 'unauthorized', type: word } },
        detail: { error: { type: 'authentication_error' }, detail: { code: word } },
      };
      stage.emulator.reply({ status: 401, body: bodies[place] });
      const { error } = await generate(stage);
      expect(error).toMatchObject({ code: 'relogin_required', message: expect.stringContaining(word) });
      expect([tokenPosts(stage.emulator), calls(stage.emulator).length]).toEqual([0, 1]);
    },
  );

  it('of a login without refresh token is an error of the login, too', async () => {
    const stage = await setUp();
    const { refreshToken: _, ...login } = stage.emulator.login();
    const { codex } = await setUp({
      baseURL: stage.emulator.baseURL,
      issuer: stage.emulator.issuer,
      authStore: memoryAuthStore(login),
    });
    stage.emulator.reply(refused('token_expired'));
    const { error } = await generate({ ...stage, codex });
    expect(error).toMatchObject({ code: 'relogin_required', cause: { statusCode: 401 } });
    expect(tokenPosts(stage.emulator)).toBe(0);
  });
});

describe('a 403 of the backend', () => {
  it('refreshes nothing', async () => {
    const stage = await setUp();
    stage.emulator.reply({ status: 403, body: { detail: 'Forbidden' } });
    const { error } = await generate(stage);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: 403 });
    expect([tokenPosts(stage.emulator), calls(stage.emulator).length]).toEqual([0, 1]);
  });
});
