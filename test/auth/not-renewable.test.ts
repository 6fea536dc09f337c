import { describe, expect, test } from 'vitest';
import { createSession } from '../../src/auth/session';
import type { OAuthCredentials } from '../../src/shared/credentials';
import type { AuthStore } from '../../src/stores/auth-store';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { createWorld, credentials, MINUTE, NOW, rejection } from './harness';

function setUp(login: OAuthCredentials, more: Partial<AuthStore> = {}) {
  const world = createWorld();
  const inner = memoryAuthStore(login);
  let updates = 0;
  const store: AuthStore = {
    ...inner,
    update: (profile, change) => {
      updates += 1;
      return inner.update(profile, change);
    },
    ...more,
  };
  const { runtime, logger } = world;
  const session = createSession({ store, issuer: 'https://issuer.test', runtime, logger });
  return { ...world, inner, session, updates: () => updates };
}

const { refreshToken: _, ...WITHOUT_REFRESH_TOKEN } = credentials(4 * MINUTE);
const foreign: Partial<AuthStore> = {
  describe: async () => ({ location: '/home/a/.codex/auth.json', renewal: 'Run `codex` once, which renews it.' }),
};

describe.each<[string, OAuthCredentials, Partial<AuthStore>]>([
  ['a store that is read-only', credentials(4 * MINUTE), { readonly: true }],
  ['a record without a refresh token', WITHOUT_REFRESH_TOKEN, {}],
])('a login of %s', (_name, login, more) => {
  test('is used while it lasts, with one warning, and never refreshed', async () => {
    const { session, posts, warned, pass, updates } = setUp(login, more);
    for (let call = 0; call < 3; call++) {
      expect((await session.headers()).authorization).toBe(`Bearer ${login.accessToken}`);
      pass(MINUTE);
    }
    expect(warned).toMatchObject([{ details: { reason: expect.stringContaining('is about to expire') } }]);
    pass(MINUTE);
    expect(await rejection(session.headers())).toMatchObject({
      code: 'relogin_required',
      message: expect.stringMatching(/profile "default".* has expired\./),
    });
    expect(posts).toEqual([]);
    expect(updates()).toBe(0);
  });

  test('that has expired says where it is and how it is renewed', async () => {
    const { session, warned, pass } = setUp(login, { ...more, ...foreign });
    await session.headers();
    expect(warned).toMatchObject([{ details: { reason: expect.stringContaining('Run `codex` once') } }]);
    pass(4 * MINUTE);
    expect(await rejection(session.headers())).toMatchObject({
      message:
        'The login of profile "default" (/home/a/.codex/auth.json) has expired. Run `codex` once, which renews it.',
    });
  });

  test('is not refreshed after a refusal either', async () => {
    const { session, posts, updates } = setUp(login, more);
    expect(await rejection(session.onUnauthorized(await session.headers()))).toMatchObject({
      code: 'relogin_required',
      message: expect.stringMatching(/profile "default" .*was refused by the backend\. It/),
    });
    expect([posts.length, updates()]).toEqual([0, 0]);
  });

  test('is warned about again when it was replaced and comes to its end as well', async () => {
    const { session, inner, warned, pass } = setUp(login, more);
    await session.headers();
    const { accessToken } = credentials(20 * MINUTE);
    await inner.update('default', async () => ({ ...login, accessToken }));
    pass(MINUTE);
    await session.headers();
    expect(warned).toHaveLength(1);
    pass(16 * MINUTE);
    await session.headers();
    expect(warned).toHaveLength(2);
  });
});

test('a store that cannot say where it is does not hide that the login has expired', async () => {
  const describeFails: Partial<AuthStore> = { readonly: true, describe: () => Promise.reject(new Error('CANARY')) };
  const { session } = setUp(credentials(-MINUTE), describeFails);
  expect(await rejection(session.headers())).toMatchObject({
    code: 'relogin_required',
    message: expect.stringMatching(/has expired. Its store is read-only: run the program that made the login/),
  });
});

test('a login of others that was renewed a moment ago, and is refused, is not said to be over', async () => {
  const { session, posts } = setUp(credentials(60 * MINUTE, { lastRefreshAt: NOW }), { ...foreign, readonly: true });
  expect(await rejection(session.onUnauthorized(await session.headers()))).toMatchObject({
    code: 'access_denied',
    message: expect.stringMatching(/a moment ago\. Logging in again may help.* Run `codex` once, which renews it\.$/),
  });
  expect(posts).toEqual([]);
});
