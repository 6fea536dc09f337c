import { APICallError, generateText, LoadAPIKeyError } from 'ai';
import { describe, expect, it } from 'vitest';
import { CodexAuthError } from '../../src/index';
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
    ['one that comes again', [refused('token_expired'), refused('token_expired')], () => {}, 'relogin_required', 1, 2],
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
    ['one that a stream reports', [{ failed: 'token_expired' }], () => {}, 'relogin_required', 0, 1],
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
