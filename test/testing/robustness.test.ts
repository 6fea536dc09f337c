import { once } from 'node:events';
import { connect } from 'node:net';
import { inspect } from 'node:util';
import { generateText } from 'ai';
import { createCodex } from 'ai-sdk-codex';
import { type CodexEmulator, tokenFailures } from 'ai-sdk-codex/testing';
import { describe, expect, it } from 'vitest';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { post, validBody, validHeaders, withEmulator } from './client';

/** Sends bytes as they are, and gives all that comes back. */
async function raw(emulator: CodexEmulator, lines: string[]): Promise<string> {
  const socket = connect(Number(new URL(emulator.issuer).port), '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  socket.write([...lines, 'Host: a', 'Connection: close', '', ''].join('\r\n'));
  await once(socket, 'close');
  return text;
}

function refresh(emulator: CodexEmulator, refreshToken: string | undefined, signal?: AbortSignal): Promise<Response> {
  return fetch(`${emulator.issuer}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: 'app_EMoamEEZ73f0CkXaXp7hrann',
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
    }),
    ...(signal && { signal }),
  });
}

describe('a script that throws', () => {
  it('fails the call of the user, at once and in its own words', () =>
    withEmulator(async (emulator, login) => {
      const codex = createCodex({
        baseURL: emulator.baseURL,
        issuer: emulator.issuer,
        authStore: memoryAuthStore(login),
      });
      emulator.reply(({ body }) => {
        expect(body).toMatchObject({ model: 'another' });
        return 'never';
      });
      const result = generateText({ model: codex('gpt-5.3-codex'), prompt: 'hi' });
      await expect(result).rejects.toThrow(/emulator: the script threw: .*to match object/);
      expect(emulator.requests).toHaveLength(1);
      expect(emulator.violations).toEqual([
        {
          code: 'script_error',
          message: expect.stringContaining('to match object'),
          path: '/backend-api/codex/responses',
        },
      ]);
    }));

  it('does not tell the token that it was about', () =>
    withEmulator(async (emulator, login) => {
      emulator.reply(({ bearer }) => {
        throw new Error(`odd token ${bearer}`);
      });
      const text = await (await post(emulator, validHeaders(login))).text();
      expect(text).toContain('odd token [redacted]');
      expect(JSON.stringify(emulator.violations)).toContain('odd token [redacted]');
    }));

  it('in the middle of its events cuts the answer', () =>
    withEmulator(async (emulator, login) => {
      function* events() {
        yield { type: 'response.created', response: {} };
        throw new Error('mine');
      }
      emulator.reply({ events: events() });
      await expect(post(emulator, validHeaders(login)).then((response) => response.text())).rejects.toThrow();
      expect(await emulator.requests[0]?.closed).toBe('cut');
      expect(emulator.violations.map(({ code }) => code)).toEqual(['script_error']);
    }));

  it('at the token endpoint is told alike, and settles the record', () =>
    withEmulator(async (emulator, login) => {
      emulator.tokenReply(() => {
        throw new Error('mine');
      });
      const response = await refresh(emulator, login.refreshToken);
      expect([response.status, await response.json()]).toEqual([400, { detail: 'emulator: the script threw: mine' }]);
      expect(await emulator.requests[0]?.closed).toBe('complete');
      expect(emulator.requests[0]?.status).toBe(400);
      expect(emulator.violations).toMatchObject([{ code: 'script_error', path: '/oauth/token' }]);
    }));
});

describe('how a token call ends', () => {
  it('aborted, when the client leaves a stall', () =>
    withEmulator(async (emulator, login) => {
      emulator.tokenReply(tokenFailures.stall());
      const client = new AbortController();
      const answer = refresh(emulator, login.refreshToken, client.signal);
      while (emulator.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      client.abort();
      await expect(answer).rejects.toThrow();
      expect(await emulator.requests[0]?.closed).toBe('aborted');
      expect(emulator.requests[0]?.aborted).toBe(true);
    }));

  it.each([
    ['a reset', tokenFailures.reset()],
    ['a reset in the middle', tokenFailures.resetMidBody()],
  ])('cut, after %s', (_, reply) =>
    withEmulator(async (emulator, login) => {
      emulator.tokenReply(reply);
      await expect(refresh(emulator, login.refreshToken).then((response) => response.text())).rejects.toThrow();
      expect(await emulator.requests[0]?.closed).toBe('cut');
      expect(emulator.requests[0]?.aborted).toBe(false);
    }),
  );
});

describe('odd requests', () => {
  it.each(['//', 'http://['])('400 for the request line GET %s, and the next is answered', (target) =>
    withEmulator(async (emulator, login) => {
      const answer = await raw(emulator, [`GET ${target} HTTP/1.1`]);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain('{"detail":"Bad Request"}');
      expect(emulator.requests).toMatchObject([{ method: 'GET', path: target, query: {}, status: 400 }]);
      expect((await post(emulator, validHeaders(login))).status).toBe(200);
      expect(emulator.violations).toEqual([]);
    }),
  );

  it('reads a header that comes as a list', () =>
    withEmulator(async (emulator, login) => {
      const { authorization } = validHeaders(login);
      const odd = ['Set-Cookie: a=very-secret', 'Set-Cookie: b=very-secret', `Authorization: ${authorization}`];
      expect(await raw(emulator, ['GET /backend-api/codex/responses HTTP/1.1', ...odd])).toMatch(/^HTTP\/1\.1 405 /);
      expect(await raw(emulator, ['GET /nowhere HTTP/1.1', ...odd])).toMatch(/^HTTP\/1\.1 404 /);
      expect(emulator.requests.map(({ headers }) => headers['set-cookie'])).toEqual(['[redacted]', '[redacted]']);
    }));

  it.each(['/backend-api/codex/responses', '/oauth/token'])(
    'a client that leaves in its body to %s is aborted',
    (path) =>
      withEmulator(async (emulator) => {
        const socket = connect(Number(new URL(emulator.issuer).port), '127.0.0.1');
        socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc`);
        while (emulator.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        socket.destroy();
        expect(await emulator.requests[0]?.closed).toBe('aborted');
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(emulator.violations).toEqual([]);
      }),
  );

  it('413 for more than 64 MiB', () =>
    withEmulator(async (emulator, login) => {
      const limit = 64 * 1024 * 1024;
      const refused = await post(emulator, validHeaders(login), Buffer.alloc(limit + 1));
      expect([refused.status, await refused.json()]).toEqual([413, { detail: 'Request Entity Too Large' }]);
      expect(refused.headers.get('x-request-id')).toMatch(/^req_/);
      const space = ' '.repeat(limit - JSON.stringify(validBody()).length);
      expect((await post(emulator, validHeaders(login), JSON.stringify(validBody()) + space)).status).toBe(200);
    }));
});

describe('what prints', () => {
  it.each([
    ['authorization', 'Digest username="u", response="very-secret", nc=1', 'Digest [redacted]'],
    ['proxy-authorization', 'Basic dmVyeS1zZWNyZXQ=', 'Basic [redacted]'],
    ['proxy-authorization', 'very-secret', '[redacted]'],
  ])('%s: %s as its scheme alone', (name, value, printed) =>
    withEmulator(async (emulator) => {
      await raw(emulator, ['GET /nowhere HTTP/1.1', `${name}: ${value}`]);
      expect(emulator.requests[0]?.headers[name]).toBe(printed);
    }),
  );

  it('counts of refreshes, without the tokens', () =>
    withEmulator(async (emulator, login) => {
      const { refreshToken = '' } = login;
      await refresh(emulator, refreshToken);
      expect(emulator.tokens.refreshCounts.get(refreshToken)).toBe(1);
      expect(inspect(emulator.tokens.refreshCounts)).toBe("Map(1) { '[redacted 1]' => 1 }");
    }));
});
