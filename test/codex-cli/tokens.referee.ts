import { type CodexEmulator, type RecordedRequest, startCodexEmulator } from 'ai-sdk-codex/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OAuthCredentials } from '../../src/shared/credentials';
import { type CodexHome, createCodexHome } from './run-codex';

const MINUTE = 60_000;

let emulator: CodexEmulator;
let home: CodexHome;

beforeEach(async () => {
  emulator = await startCodexEmulator();
});
afterEach(async () => {
  await home.remove();
  await emulator.close();
});

function requestsTo(path: string): RecordedRequest[] {
  return emulator.requests.filter((request) => request.method === 'POST' && request.path.endsWith(path));
}

async function expectOneRotation(login: OAuthCredentials): Promise<void> {
  const accepted = requestsTo('/oauth/token').filter((request) => request.status === 200);
  expect(accepted).toHaveLength(1);
  expect(emulator.tokens.refreshCounts.get(login.refreshToken ?? '')).toBe(1);
  const tokens = await home.tokens();
  expect(tokens.access_token).not.toBe(login.accessToken);
  expect(tokens.refresh_token).not.toBe(login.refreshToken);
  expect(tokens.account_id).toBe(login.accountId);
  expect(requestsTo('/codex/responses').at(-1)).toMatchObject({ status: 200 });
  expect(requestsTo('/codex/responses').at(-1)?.bearer).toBe(tokens.access_token);
}

describe('the tokens of the real Codex CLI', () => {
  it('are refreshed once when the access token is about to expire', async () => {
    const login = emulator.login({ expiresInMs: 4 * MINUTE });
    home = await createCodexHome(emulator, login);
    emulator.reply('Refreshed.');
    const run = await home.run('hi');
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('Refreshed.') });
    expect(requestsTo('/codex/responses')).toHaveLength(1);
    await expectOneRotation(login);
    expect(emulator.violations).toEqual([]);
  });

  it('are left alone while there is time', async () => {
    const login = emulator.login({ expiresInMs: 6 * MINUTE });
    home = await createCodexHome(emulator, login);
    expect(await home.run('hi')).toMatchObject({ code: 0 });
    expect(requestsTo('/oauth/token')).toEqual([]);
    expect((await home.tokens()).access_token).toBe(login.accessToken);
  });

  it('are refreshed once after a 401', async () => {
    const login = emulator.login();
    home = await createCodexHome(emulator, login);
    emulator.tokens.invalidateAccessToken(login.accessToken);
    emulator.reply('Recovered.');
    const run = await home.run('hi');
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('Recovered.') });
    await expectOneRotation(login);
    expect(emulator.violations).toEqual([]);
  });

  it('are given up when the refresh token was already used', async () => {
    const login = emulator.login({ expiresInMs: -MINUTE });
    home = await createCodexHome(emulator, login);
    emulator.tokens.refresh(login.refreshToken ?? '');
    const run = await home.run('hi');
    expect(run.code).not.toBe(0);
    expect(run.stdout + run.stderr).toMatch(/already used/);
    expect(requestsTo('/oauth/token').every((request) => request.status === 401)).toBe(true);
    expect((await home.tokens()).refresh_token).toBe(login.refreshToken);
  });
});
