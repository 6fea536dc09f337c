import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type RefreshGrant, refreshTokens as refresh } from '../../src/auth/token-endpoint';
import { parseTokenReply } from '../../src/auth/token-response';
import { createRuntime, type Runtime } from '../../src/shared/runtime';
import { createWorld, NOW, rejection, tokens } from './harness';

const GRANT = { issuer: 'https://issuer.test', clientId: 'app_1', refreshToken: 'rt-CANARY-0' };
/** Of answers that come late, none is expected here. */
const refreshTokens = (grant: RefreshGrant, runtime: Runtime) =>
  refresh(grant, runtime, () => expect.unreachable('a late answer'));

describe('the request', () => {
  test('is one JSON POST that follows no redirect', async () => {
    const { runtime, posts, answers } = createWorld();
    answers.push(tokens(1));
    expect(await refreshTokens({ ...GRANT, issuer: 'https://issuer.test/' }, runtime)).toMatchObject({ ok: true });
    expect(posts).toHaveLength(1);
    expect(posts[0]).toMatchObject({
      url: 'https://issuer.test/oauth/token',
      init: {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/json', originator: 'ai-sdk-codex' },
      },
    });
    expect(posts[0]?.body).toEqual({ client_id: 'app_1', grant_type: 'refresh_token', refresh_token: 'rt-CANARY-0' });
  });

  test.each(['http://issuer.test', 'http://127.0.0.1.evil.test', 'ftp://localhost', 'issuer.test', ''])(
    'is not sent to %s',
    async (issuer) => {
      const { runtime, posts } = createWorld();
      expect(await rejection(refreshTokens({ ...GRANT, issuer }, runtime))).toMatchObject({ code: 'invalid_setting' });
      expect(posts).toEqual([]);
    },
  );

  test.each(['http://localhost:1', 'http://127.0.0.1:1', 'http://[::1]:1'])('may go to %s', async (issuer) => {
    const { runtime, answers } = createWorld();
    answers.push(tokens(1));
    expect(await refreshTokens({ ...GRANT, issuer }, runtime)).toMatchObject({ ok: true });
  });

  test('does not carry the token to where a real server redirects it', async () => {
    const paths: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      paths.push(request.url);
      response.writeHead(307, { location: '/elsewhere' }).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const outcome = await refreshTokens({ ...GRANT, issuer }, createRuntime());
    server.close();
    expect(outcome).toMatchObject({
      ok: false,
      refusal: { kind: 'transient', detail: expect.stringContaining('redirect') },
    });
    expect(paths).toEqual(['/oauth/token']);
  });

  test('is waited for 30 s, the last of them apart, and aborted after 5 minutes more', async () => {
    const slept: number[] = [];
    const { runtime, answers, posts } = createWorld();
    answers.push(() => new Promise<Response>(() => {}));
    let isOver = () => {};
    const sleep = async (ms: number) => {
      slept.push(ms);
      if (slept.length === 3) await new Promise<void>((resolve) => (isOver = resolve));
    };
    expect(await refreshTokens(GRANT, { ...runtime, sleep })).toMatchObject({
      ok: false,
      refusal: { kind: 'transient', code: 'timeout', detail: expect.stringContaining('30 s'), retryAfterMs: 30_000 },
    });
    expect(slept).toEqual([29_000, 1_000, 300_000]);
    expect(posts[0]?.init.signal?.aborted).toBe(false);
    isOver();
    await expect.poll(() => posts[0]?.init.signal?.aborted).toBe(true);
  });

  test('reads no more than 1 MiB', async () => {
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(100_000).fill(97)),
      cancel: () => {
        cancelled = true;
      },
    });
    const { runtime, answers } = createWorld();
    answers.push(new Response(endless));
    expect(await refreshTokens(GRANT, runtime)).toMatchObject({ ok: false, refusal: { kind: 'transient' } });
    expect(cancelled).toBe(true);
  });

  test('says why there was no connection, which `fetch` tells in a cause alone', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.close();
    await once(server, 'close');
    const outcome = await refreshTokens({ ...GRANT, issuer }, createRuntime());
    expect(outcome).toMatchObject({ ok: false, refusal: { detail: expect.stringContaining('(ECONNREFUSED)') } });
  });

  test('does not repeat what a failing fetch says about the token', async () => {
    const { runtime, answers } = createWorld();
    answers.push(
      new Error('cannot send {"refresh_token":"rt-CANARY-0"} or CANARY-0'.replace('CANARY-0', GRANT.refreshToken)),
    );
    const outcome = await refreshTokens({ ...GRANT, refreshToken: 'CANARY-0' }, runtime);
    expect(JSON.stringify(outcome)).not.toMatch(/canary/i);
  });
});

describe('the reply', () => {
  const parse = (body: unknown, status = 400, retryAfter?: string) =>
    parseTokenReply({ status, retryAfter, text: typeof body === 'string' ? body : JSON.stringify(body) }, NOW);

  test.each<[unknown, number, string]>([
    [{ error: { code: 'refresh_token_reused' } }, 400, 'permanent'],
    [{ error: 'REFRESH_TOKEN_EXPIRED' }, 403, 'permanent'],
    [{ code: 'refresh_token_invalidated' }, 500, 'permanent'],
    [{ error: 'invalid_grant', error_description: 'no' }, 400, 'permanent'],
    [{ error: { code: 'token_expired' } }, 401, 'permanent'],
    ['', 401, 'permanent'],
    [{ error: 'no' }, 401, 'permanent'],
    ['"no"', 401, 'permanent'],
    ['<html>Sign in</html>', 401, 'transient'],
    ['Unauthorized', 401, 'transient'],
    [{ error: 'invalid_client' }, 401, 'transient'],
    [{ error: 'unauthorized_client' }, 401, 'transient'],
    [{ error: 'unauthorized_client' }, 400, 'transient'],
    [{ error: { code: 'unsupported_country_region_territory' } }, 403, 'region'],
    ['<html>', 403, 'transient'],
    [{ error: 'invalid_request' }, 400, 'transient'],
    ['', 429, 'transient'],
    ['', 500, 'transient'],
    ['<html>', 502, 'transient'],
    ['', 302, 'transient'],
    ['', 0, 'transient'],
    [{}, 200, 'empty'],
    ['{"access_token":"x', 200, 'empty'],
    [{ access_token: '' }, 200, 'empty'],
    [{ access_token: 7 }, 200, 'empty'],
    [{ access_token: 'sk-CANARY-123456' }, 200, 'empty'],
    [{ access_token: 'line\nbreak' }, 200, 'empty'],
  ])('%j with %i is %s', (body, status, kind) => {
    const outcome = parse(body, status);
    expect(outcome).toMatchObject({ ok: false, refusal: { kind } });
    expect(JSON.stringify(outcome)).not.toMatch(/canary/i);
  });

  test('takes from a success what is there', () => {
    expect(parse({ access_token: 'a', refresh_token: null, id_token: 'i', expires_in: '60', scope: 'x' }, 200)).toEqual(
      {
        ok: true,
        tokens: { accessToken: 'a', idToken: 'i', expiresIn: 60 },
      },
    );
    expect(parse({ access_token: 'a', refresh_token: 'r', expires_in: 'soon' }, 200)).toEqual({
      ok: true,
      tokens: { accessToken: 'a', refreshToken: 'r' },
    });
  });

  test('takes from a success without an access token the refresh token that took the place of the old one', () => {
    expect(parse({ refresh_token: 'r' }, 200)).toMatchObject({
      ok: false,
      refusal: { kind: 'empty', refreshToken: 'r' },
    });
    expect(parse({ refresh_token: 'r', error: 'slow_down' }, 400)).not.toHaveProperty('refusal.refreshToken');
  });

  test('understands Retry-After in both forms', () => {
    expect(parse('', 429, '2')).toMatchObject({ refusal: { retryAfterMs: 2_000 } });
    expect(parse('', 429, new Date(NOW + 90_000).toUTCString())).toMatchObject({ refusal: { retryAfterMs: 90_000 } });
    expect(parse('', 429, 'soon')).not.toHaveProperty('refusal.retryAfterMs');
  });

  test('repeats no code that is not a word: a body may echo what was sent', () => {
    expect(JSON.stringify(parse({ error: { code: 'rt-CANARY-0' } }, 401))).not.toMatch(/canary/i);
  });
});
