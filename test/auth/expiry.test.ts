import { describe, expect, test } from 'vitest';
import { createSession } from '../../src/auth/session';
import type { OAuthCredentials } from '../../src/shared/credentials';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { accessToken, createWorld, credentials, jwt, MINUTE, NOW, tokens } from './harness';

/** Whether a session refreshes `initial`. `chance` is every random byte. */
async function refreshes(initial: OAuthCredentials, { chance = 0 } = {}): Promise<boolean> {
  const { runtime, answers, posts } = createWorld();
  answers.push(tokens(1));
  const randomBytes = (length: number) => new Uint8Array(length).fill(chance);
  const store = memoryAuthStore(initial);
  const session = createSession({ store, issuer: 'https://issuer.test', runtime: { ...runtime, randomBytes } });
  await session.headers();
  return posts.length > 0;
}

describe('the time before expiry at which a session renews', () => {
  test.each([
    [10 * MINUTE, 0, false],
    [5 * MINUTE + 1, 0, false],
    [5 * MINUTE, 0, true],
    [5 * MINUTE, 128, false],
    [4.75 * MINUTE + 1_000, 128, false],
    [4.75 * MINUTE - 1_000, 128, true],
    [4.5 * MINUTE + 1_000, 255, false],
    [4.5 * MINUTE, 255, true],
    [4 * MINUTE, 0, true],
    [4 * MINUTE, 255, true],
  ])('with %i ms left and chance %i of 255: refreshes %s', async (leftMs, chance, expected) => {
    expect(await refreshes(credentials(leftMs), { chance })).toBe(expected);
  });

  test('is drawn once a session, and not before it is used', async () => {
    const { runtime, answers, pass, posts } = createWorld();
    let draws = 0;
    const randomBytes = (length: number) => {
      draws += 1;
      return new Uint8Array(length).fill(draws === 1 ? 255 : 0);
    };
    const store = memoryAuthStore(credentials(4.9 * MINUTE));
    const session = createSession({ store, issuer: 'https://issuer.test', runtime: { ...runtime, randomBytes } });
    expect(draws).toBe(0);
    answers.push(tokens(1));
    for (let call = 0; call < 3; call++) await session.headers();
    expect(posts).toEqual([]);
    pass(0.5 * MINUTE);
    await session.headers();
    expect(posts).toHaveLength(1);
    expect(draws).toBe(1);
  });
});

describe('an expiry that cannot be true', () => {
  const YEAR = 365 * 24 * 60 * MINUTE;
  const until = (expiresAt: number, more: Partial<OAuthCredentials> = {}) =>
    credentials(0, { accessToken: jwt({ expiresAt }), ...more });

  test.each<[string, OAuthCredentials, boolean]>([
    ['1970', until(0), false],
    ['the end of 2019', until(Date.UTC(2019, 11, 31)), false],
    ['2020', until(Date.UTC(2020, 0, 2)), true],
    ['yesterday', until(NOW - 24 * 60 * MINUTE), true],
    ['in 11 months', until(NOW + YEAR - 30 * 24 * 60 * MINUTE), false],
    [
      'an opaque token that the record has expire in 1970',
      { accessToken: 'o', refreshToken: 'r', expiresAt: 1 },
      false,
    ],
    ['negative', until(-1e12), false],
  ])('is left to a refusal: %s', async (_name, initial, expected) => {
    expect(await refreshes(initial)).toBe(expected);
  });

  test('two years ahead keeps nobody from refreshing after a refusal', async () => {
    const initial = until(NOW + 2 * YEAR);
    expect(await refreshes(initial)).toBe(false);
    const { runtime, answers, posts } = createWorld();
    const session = createSession({ store: memoryAuthStore(initial), issuer: 'https://issuer.test', runtime });
    answers.push(tokens(1));
    expect(await session.onUnauthorized(await session.headers())).toBe(true);
    expect((await session.headers()).authorization).toBe(`Bearer ${accessToken(60 * MINUTE, { jti: 'fresh-1' })}`);
    expect(posts).toHaveLength(1);
  });
});
