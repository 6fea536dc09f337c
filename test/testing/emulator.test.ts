import { inspect } from 'node:util';
import { startCodexEmulator, tokenFailures } from 'ai-sdk-codex/testing';
import { describe, expect, it } from 'vitest';
import { parseFrames, post, validBody, validHeaders, withEmulator } from './client';

async function textOf(response: Response): Promise<string> {
  const events = parseFrames(await response.text());
  return events.flatMap((event) => (event.type === 'response.output_text.delta' ? [event.delta] : [])).join('');
}

describe('the script', () => {
  it('takes one reply for each accepted request, and a fixed text after the last', () =>
    withEmulator(async (emulator, login) => {
      const headers = validHeaders(login);
      emulator.reply('one', { text: 'two' });
      emulator.reply(({ body }) => ({ text: `three for ${(body as { model: string }).model}` }));
      expect(await textOf(await post(emulator, headers))).toBe('one');
      expect((await post(emulator, headers, validBody({ store: true }))).status).toBe(400);
      expect((await post(emulator, {})).status).toBe(401);
      expect(await textOf(await post(emulator, headers))).toBe('two');
      expect(await textOf(await post(emulator, headers))).toBe('three for gpt-5.3-codex');
      expect(await textOf(await post(emulator, headers))).toBe('Hello from the emulator.');
    }));

  it('takes replies that are functions of functions, and that take their time', () =>
    withEmulator(async (emulator, login) => {
      emulator.reply(async () => () => 'late');
      expect(await textOf(await post(emulator, validHeaders(login)))).toBe('late');
    }));

  it('goes on after a reply that threw', () =>
    withEmulator(async (emulator, login) => {
      emulator.reply(() => {
        throw new Error('my mistake');
      });
      const response = await post(emulator, validHeaders(login));
      expect([response.status, await response.json()]).toEqual([
        400,
        { detail: 'emulator: the script threw: my mistake' },
      ]);
      expect(await textOf(await post(emulator, validHeaders(login)))).toBe('Hello from the emulator.');
    }));

  it('sends any status, headers and body', () =>
    withEmulator(async (emulator, login) => {
      emulator.reply({ status: 418, headers: { 'x-pot': 'tea' }, body: { short: 'stout' } });
      const response = await post(emulator, validHeaders(login));
      expect([response.status, response.headers.get('x-pot'), await response.json()]).toEqual([
        418,
        'tea',
        { short: 'stout' },
      ]);
      emulator.reply({ body: 'data: raw\n\n', headers: { 'content-type': 'text/event-stream' } });
      expect(await (await post(emulator, validHeaders(login))).text()).toBe('data: raw\n\n');
    }));
});

describe('what it records', () => {
  it('every request, in order, with what came of it', () =>
    withEmulator(async (emulator, login) => {
      const headers = validHeaders(login);
      await fetch(`${emulator.baseURL}/models?client_version=0.155.0`, { headers });
      await (await post(emulator, headers)).text();
      await post(emulator, headers, validBody({ stream: false }));
      await fetch(`${emulator.issuer}/nowhere`);
      expect(emulator.requests).toMatchObject([
        {
          method: 'GET',
          path: '/backend-api/codex/models',
          query: { client_version: '0.155.0' },
          body: undefined,
          status: 200,
        },
        { method: 'POST', path: '/backend-api/codex/responses', body: validBody(), status: 200, aborted: false },
        { method: 'POST', body: validBody({ stream: false }), status: 400, refusedBy: 8 },
        { method: 'GET', path: '/nowhere', status: 404 },
      ]);
      expect(await emulator.requests[1]?.closed).toBe('complete');
    }));

  it('never a token where it could be printed', () =>
    withEmulator(async (emulator, login) => {
      await (await post(emulator, { ...validHeaders(login), cookie: 'session=very-secret' })).text();
      const [request] = emulator.requests;
      expect(request?.headers.authorization).toBe('Bearer [redacted]');
      expect(request?.bearer).toBe(login.accessToken);
      for (const printed of [
        JSON.stringify(emulator),
        inspect(emulator, { depth: 9 }),
        inspect(emulator.requests, { depth: 9 }),
      ]) {
        expect(printed).not.toContain(login.accessToken);
        expect(printed).not.toContain(login.refreshToken);
        expect(printed).not.toContain('very-secret');
      }
    }));
});

describe('its life', () => {
  it('stands on loopback, and two beside each other know nothing of one another', () =>
    withEmulator(async (one) =>
      withEmulator(async (two, login) => {
        expect(one.baseURL).toBe(`${one.issuer}/backend-api/codex`);
        expect(one.issuer).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
        expect((await post(one, validHeaders(login))).status).toBe(401);
        expect((await post(two, validHeaders(login))).status).toBe(200);
      }),
    ));

  it('closes at once, with a stalled answer open', async () => {
    const emulator = await startCodexEmulator();
    emulator.reply({ stallAfter: 1 });
    const response = await post(emulator, validHeaders(emulator.login()));
    await emulator.close();
    await expect(response.text()).rejects.toThrow();
    await expect(post(emulator, {})).rejects.toThrow();
  });
});

describe('its two halves', () => {
  const refresh = (issuer: string, refreshToken: string) =>
    fetch(`${issuer}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_id: 'app_EMoamEEZ73f0CkXaXp7hrann',
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
      }),
    });

  it('know the same tokens and the same clock', () =>
    withEmulator(async (emulator) => {
      const login = emulator.login({ expiresInMs: 60_000 });
      emulator.advance(61_000);
      expect((await post(emulator, validHeaders(login))).status).toBe(401);
      const response = await refresh(emulator.issuer, login.refreshToken ?? '');
      const tokens = (await response.json()) as { access_token: string };
      expect((await post(emulator, validHeaders({ ...login, accessToken: tokens.access_token }))).status).toBe(200);
      expect((await refresh(emulator.issuer, login.refreshToken ?? '')).status).toBe(401);
      expect(emulator.tokens.refreshCounts.get(login.refreshToken ?? '')).toBe(2);
    }));

  it('follow scripts of their own', () =>
    withEmulator(async (emulator, login) => {
      emulator.tokenReply(tokenFailures.serverError());
      emulator.reply('for the backend');
      expect((await refresh(emulator.issuer, login.refreshToken ?? '')).status).toBe(500);
      expect((await refresh(emulator.issuer, login.refreshToken ?? '')).status).toBe(200);
      expect(await textOf(await post(emulator, validHeaders(login)))).toBe('for the backend');
      expect(emulator.requests.map(({ path, status }) => [path, status])).toEqual([
        ['/oauth/token', 500],
        ['/oauth/token', 200],
        ['/backend-api/codex/responses', 200],
      ]);
    }));

  it('note in one list what a client did wrong', () =>
    withEmulator(async (emulator, login) => {
      await refresh(emulator.issuer, login.refreshToken ?? '');
      await refresh(emulator.issuer, login.refreshToken ?? '');
      await post(emulator, { ...validHeaders(login), 'x-codex-turn-state': 'forged' });
      expect(emulator.violations.map((violation) => violation.path)).toEqual([
        '/oauth/token',
        '/backend-api/codex/responses',
      ]);
    }));

  it('take settings of the issuer at the start and later', () =>
    withEmulator(
      async (emulator) => {
        expect(emulator.oauth.settings.deviceLogin).toBe(false);
        const start = () =>
          fetch(`${emulator.issuer}/api/accounts/deviceauth/usercode`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ client_id: 'app_EMoamEEZ73f0CkXaXp7hrann' }),
          });
        expect((await start()).status).toBe(404);
        emulator.oauth.settings.deviceLogin = true;
        expect((await start()).status).toBe(200);
      },
      { oauth: { deviceLogin: false } },
    ));
});
