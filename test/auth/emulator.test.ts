import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSession } from '../../src/auth/session';
import { createRuntime } from '../../src/shared/runtime';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { type CodexEmulator, startCodexEmulator } from '../../src/testing';
import { MINUTE, rejection } from './harness';

let emulator: CodexEmulator;

beforeEach(async () => {
  emulator = await startCodexEmulator();
});
afterEach(() => emulator.close());

const open = (store: ReturnType<typeof memoryAuthStore>) =>
  createSession({ store, issuer: emulator.issuer, runtime: createRuntime() });

test('a session renews a login at the issuer and keeps what the issuer says', async () => {
  const login = emulator.login({ expiresInMs: MINUTE });
  const store = memoryAuthStore(login);
  const headers = await open(store).headers();
  const stored = await store.read('default');
  expect(headers).toEqual({ authorization: `Bearer ${stored?.accessToken}`, 'chatgpt-account-id': login.accountId });
  expect(stored?.accessToken).not.toBe(login.accessToken);
  expect(stored?.refreshToken).not.toBe(login.refreshToken);
  expect(emulator.requests).toHaveLength(1);
});

test('a copy of a login that was renewed elsewhere asks for a new one, with one request', async () => {
  const login = emulator.login({ expiresInMs: -MINUTE });
  await open(memoryAuthStore(login)).headers();
  const copy = open(memoryAuthStore(login));
  for (let call = 0; call < 2; call++) {
    expect(await rejection(copy.headers())).toMatchObject({
      code: 'relogin_required',
      message: expect.stringContaining('refresh_token_reused'),
    });
  }
  expect(emulator.requests).toHaveLength(2);
});
