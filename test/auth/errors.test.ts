import { AISDKError, LoadAPIKeyError } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { CodexAuthError } from '../../src/auth/errors';
import { AuthStoreError } from '../../src/shared/auth-store-error';

const cause = new Error('why');
const error = new CodexAuthError({ code: 'relogin_required', message: 'Log in again.', cause });

test('is an Error with a code, the same reason, a cause and a stack', () => {
  expect(error).toBeInstanceOf(CodexAuthError);
  expect(error).toMatchObject({ name: 'CodexAuthError', code: 'relogin_required', reason: 'relogin_required', cause });
  expect(error.stack).toContain('CodexAuthError: Log in again.');
});

test('is what the AI SDK knows as a missing API key', () => {
  expect(LoadAPIKeyError.isInstance(error)).toBe(true);
  expect(AISDKError.isInstance(error)).toBe(true);
});

test('is recognised in another copy of the package, and nothing else is', () => {
  const twin = Object.assign(new Error('x'), { [Symbol.for('ai-sdk-codex.CodexAuthError')]: true });
  expect(CodexAuthError.isInstance(twin)).toBe(true);
  for (const other of [
    new LoadAPIKeyError({ message: 'x' }),
    new AuthStoreError({ code: 'corrupt', message: '' }),
    null,
    'x',
  ]) {
    expect(CodexAuthError.isInstance(other)).toBe(false);
  }
});

test('shows no marker when it is printed', () => {
  expect(
    Object.getOwnPropertySymbols(error).filter((key) => Object.getOwnPropertyDescriptor(error, key)?.enumerable),
  ).toEqual([]);
});
