import { expect, it } from 'vitest';
import { CodexAuthError } from '../../src/auth/errors';
import { reportError } from '../../src/cli/report-error';
import type { Terminal } from '../../src/cli/terminal';

const TOKEN = `eyJ${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(20)}`;

function report(error: unknown, isVerbose = false) {
  const chunks: string[] = [];
  const stderr = { write: (chunk: string) => void chunks.push(chunk) };
  const code = reportError(error, { stderr, env: {} } as unknown as Terminal, isVerbose);
  return { code, lines: chunks.join('').trimEnd().split('\n') };
}

it('gives one line with the next step for an error of ours', () => {
  const error = new CodexAuthError({
    code: 'login_failed',
    message: 'It failed.\nTry again.',
    cause: new Error('why'),
  });
  expect(report(error)).toEqual({ code: 1, lines: ['error: It failed. Try again.'] });
});

it('says of an error that nobody foresaw where there is more to see, without its secrets', () => {
  expect(report(new TypeError(`x is no ${TOKEN}\u001b[2J`))).toEqual({
    code: 1,
    lines: ['error: x is no [redacted][2J (CODEX_DEBUG=1 shows more.)'],
  });
  expect(report('only words').lines).toEqual(['error: only words (CODEX_DEBUG=1 shows more.)']);
});

it('shows the causes when asked to, also of a circle of them', () => {
  const error = new CodexAuthError({ code: 'store_unwritable', message: 'No.', cause: new Error(`Bearer ${TOKEN}`) });
  (error.cause as Error).cause = error;
  const { lines } = report(error, true);
  const told = lines.filter((line) => !line.startsWith('    at '));
  expect(told).toEqual([
    'error: No.',
    'CodexAuthError (store_unwritable): No.',
    'caused by Error: Bearer [redacted]',
    'caused by CodexAuthError (store_unwritable): No.',
    'caused by Error: Bearer [redacted]',
    'caused by CodexAuthError (store_unwritable): No.',
  ]);
  expect(lines.some((line) => line.startsWith('    at '))).toBe(true);
});
