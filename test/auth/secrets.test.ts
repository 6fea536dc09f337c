import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createSession } from '../../src/auth/session';
import type { OAuthCredentials } from '../../src/shared/credentials';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { type Answer, accessToken, createWorld, credentials, jwt, MINUTE, rejection, tokens } from './harness';

/** Every way in which a value ends up in a log. */
function printed(value: unknown): string {
  const stack = value instanceof Error ? value.stack : '';
  const spread = typeof value === 'object' ? JSON.stringify({ ...value }) : '';
  return [inspect(value, { depth: 20, showHidden: true }), JSON.stringify(value), String(value), stack, spread].join(
    '\n',
  );
}

const echo = (status: number) =>
  Response.json({ error: { code: 'rt-CANARY-0', message: 'rt-CANARY-0' }, refresh_token: 'rt-CANARY-0' }, { status });

test.each<[string, Partial<OAuthCredentials>, Answer]>([
  ['refused', {}, echo(401)],
  ['echoed', {}, echo(500)],
  ['half an answer', {}, new Response('{"access_token":"CANARY')],
  ['no access token', {}, echo(200)],
  ['a failing fetch', {}, new Error('failed: {"refresh_token":"rt-CANARY-0"}', { cause: 'rt-CANARY-0' })],
  ['another account', {}, tokens(1, { access_token: accessToken(MINUTE, { accountId: 'acct-2' }) })],
  ['a header that fetch would quote', { accessToken: 'eyJ-CANARY\r\nx: y' }, echo(400)],
  ['a platform key', { accessToken: 'sk-CANARY-12345678' }, echo(400)],
  ['no refresh token', { refreshToken: '' }, echo(400)],
  ['another issuer', { issuer: 'https://other.test' }, echo(400)],
])('no error holds a token: %s', async (_name, more, answer) => {
  const { runtime, logger, logged, answers } = createWorld();
  answers.push(answer);
  const store = memoryAuthStore(credentials(-MINUTE, { idToken: jwt(), ...more }));
  const session = createSession({ store, issuer: 'https://issuer.test', runtime, logger });
  const error = await rejection(session.headers());
  expect(error).toBeInstanceOf(Error);
  expect(printed(error)).not.toMatch(/canary/i);
  expect(printed(logged)).not.toMatch(/canary/i);
});

test('no log record holds a token, and neither session nor store prints one', async () => {
  const { runtime, logger, logged, answers, pass } = createWorld();
  const store = memoryAuthStore(credentials(4 * MINUTE));
  const session = createSession({ store, issuer: 'https://issuer.test', runtime, logger });
  answers.push(new Error('rt-CANARY-0'), tokens(1));
  await session.headers();
  pass(MINUTE);
  await session.headers();
  expect(logged.length).toBeGreaterThan(5);
  for (const value of [logged, session, store, await store.read('default')]) {
    expect(inspect(value, { depth: 20 })).not.toMatch(/canary/i);
  }
});
