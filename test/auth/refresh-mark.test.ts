import { expect, test } from 'vitest';
import { createSession } from '../../src/auth/session';
import { AuthStoreError } from '../../src/shared/auth-store-error';
import type { OAuthCredentials } from '../../src/shared/credentials';
import type { AuthStore } from '../../src/stores/auth-store';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { accessToken, createWorld, credentials, fingerprint, MINUTE, NOW, rejection, tokens } from './harness';

/** A session over a store that keeps all it was given to write. */
function setUp(initial: OAuthCredentials, update?: (inner: AuthStore) => AuthStore['update']) {
  const world = createWorld();
  const inner = memoryAuthStore(initial);
  const written: (OAuthCredentials | undefined)[] = [];
  const save = update?.(inner) ?? inner.update;
  const store: AuthStore = {
    ...inner,
    update: (profile, change) =>
      save(profile, async (current) => {
        const next = await change(current);
        if (next !== current) written.push(next);
        return next;
      }),
  };
  const open = () =>
    createSession({ store, issuer: 'https://issuer.test', runtime: world.runtime, logger: world.logger });
  return { ...world, inner, written, open, session: open() };
}

const FRESH = `Bearer ${accessToken(60 * MINUTE, { jti: 'fresh-1' })}`;
const refreshing = async (token: string, startedAt = NOW) => ({ fingerprint: await fingerprint(token), startedAt });

test('a refresh token is marked in the store before it is presented, and the mark goes with it', async () => {
  const { session, written, posts, answers } = setUp(credentials(-MINUTE));
  let writtenBefore = 0;
  answers.push(() => {
    writtenBefore = written.length;
    return tokens(1);
  });
  await session.headers();
  expect(writtenBefore).toBe(1);
  expect(written).toMatchObject([
    { ...credentials(-MINUTE), refreshing: await refreshing('rt-CANARY-0') },
    { refreshToken: 'rt-CANARY-1' },
  ]);
  expect(written[1]).not.toHaveProperty('refreshing');
  expect(JSON.stringify(written[0]?.refreshing)).not.toMatch(/canary/i);
  expect(posts).toHaveLength(1);
});

test('whoever comes between the mark and the request presents the token, once', async () => {
  const { session, open, written, posts, answers } = setUp(credentials(-MINUTE));
  const sibling = open();
  answers.push(tokens(1));
  const both = await Promise.all([session.headers(), sibling.headers()]);
  expect(both.map(({ authorization }) => authorization)).toEqual([FRESH, FRESH]);
  expect(posts).toHaveLength(1);
  expect(written).toHaveLength(2); // one mark, whoever wrote it
});

test('a mark that somebody left is not written again', async () => {
  const left = await refreshing('rt-CANARY-0', NOW - 10 * MINUTE);
  const { session, written, answers } = setUp(credentials(-MINUTE, { refreshing: left }));
  answers.push(tokens(1));
  expect((await session.headers()).authorization).toBe(FRESH);
  expect(written).toHaveLength(1);
});

test('a mark of another refresh token does not count', async () => {
  const left = await refreshing('rt-CANARY-of-a-former-login');
  const { session, written, answers } = setUp(credentials(-MINUTE, { refreshing: left }));
  answers.push(tokens(1));
  await session.headers();
  expect(written[0]?.refreshing).toEqual(await refreshing('rt-CANARY-0'));
});

test.each<[string, () => Response | Error]>([
  ['a refusal for good', () => Response.json({ error: 'invalid_grant' }, { status: 400 })],
  ['a refusal for now', () => new Response('', { status: 503 })],
  ['no answer', () => new Error('offline')],
  ['an answer without tokens', () => Response.json({})],
  ['tokens of another account', () => tokens(1, { access_token: accessToken(MINUTE, { accountId: 'acct-2' }) })],
])('%s takes the mark away', async (_name, answer) => {
  const { session, inner, answers } = setUp(credentials(-MINUTE));
  answers.push(answer());
  await rejection(session.headers());
  const stored = await inner.read('default');
  expect(stored).toMatchObject(credentials(-MINUTE));
  expect(stored).not.toHaveProperty('refreshing');
});

test('a store that does not take the mark costs nothing: the token is not presented', async () => {
  const full: AuthStore['update'] = () => Promise.reject(new AuthStoreError({ code: 'unwritable', message: 'full' }));
  const { session, posts } = setUp(credentials(-MINUTE), () => full);
  expect(await rejection(session.headers())).toMatchObject({ code: 'store_unwritable' });
  expect(posts).toEqual([]);
});

test('a store that forgets the mark is still a store', async () => {
  const { session, posts, answers } = setUp(credentials(-MINUTE), (inner) => (profile, change) => {
    return inner.update(profile, async (current) => {
      const { refreshing: _, ...known } = (await change(current)) ?? { accessToken: '' };
      return known;
    });
  });
  answers.push(tokens(1));
  expect((await session.headers()).authorization).toBe(FRESH);
  expect(posts).toHaveLength(1);
});

test.each([
  [31_000, /ended, or stood still/],
  [29_000, /Another program/],
])('a token that is found spent %i ms after its mark: %s', async (ageMs, message) => {
  const left = await refreshing('rt-CANARY-0', NOW - ageMs);
  const { session, posts, answers } = setUp(credentials(-MINUTE, { refreshing: left }));
  answers.push(Response.json({ error: { code: 'refresh_token_reused' } }, { status: 401 }));
  expect(await rejection(session.headers())).toMatchObject({
    code: 'relogin_required',
    message: expect.stringMatching(message),
  });
  expect(posts).toHaveLength(1);
});

test('a holder that was taken over saves what it holds after all, unless there is something newer', async () => {
  const lockLost = new AuthStoreError({ code: 'lock_lost', message: 'taken over' });
  for (const [newer, used] of [
    [undefined, FRESH],
    [credentials(60 * MINUTE, { refreshToken: 'rt-CANARY-theirs' }), `Bearer ${accessToken(60 * MINUTE)}`],
  ] as const) {
    let turns = 0;
    const { session, inner, posts, answers } = setUp(credentials(-MINUTE), (store) => async (profile, change) => {
      turns += 1;
      if (turns !== 2) return store.update(profile, change);
      await change(await store.read(profile));
      if (newer) await store.update(profile, async () => newer);
      throw lockLost;
    });
    answers.push(tokens(1));
    expect((await session.headers()).authorization).toBe(used);
    expect(posts).toHaveLength(1);
    expect((await inner.read('default'))?.refreshToken).toBe(newer ? 'rt-CANARY-theirs' : 'rt-CANARY-1');
  }
});
