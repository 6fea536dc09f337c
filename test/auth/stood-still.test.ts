import { expect, test } from 'vitest';
import { createSession } from '../../src/auth/session';
import { faultStore } from './fault-store';
import { accessToken, createWorld, credentials, MINUTE, rejection, tokens } from './harness';

const OLD = credentials(-MINUTE);
const FRESH = `Bearer ${accessToken(60 * MINUTE, { jti: 'fresh-1' })}`;

/** A process that is stopped, within its turn to present the token, for `ms` and as many `times`; `meanwhile` others act. */
function setUp(ms: number, times = 1) {
  const world = createWorld();
  const fault = faultStore(OLD);
  let left = 0;
  let act = () => {};
  // Something is hashed between the lock and the request.
  const sha256 = async (text: string) => {
    if (left > 0) {
      left -= 1;
      world.pass(ms);
      act();
    }
    return world.runtime.sha256(text);
  };
  fault.beforeTurn(2, () => {
    left = times;
  });
  const runtime = { ...world.runtime, sha256 };
  const session = createSession({ store: fault.store, issuer: 'https://issuer.test', runtime, logger: world.logger });
  const meanwhile = (listener: () => void) => {
    act = listener;
  };
  return { ...world, fault, session, meanwhile };
}

test('does not present what somebody else has spent meanwhile', async () => {
  const { session, fault, meanwhile, posts } = setUp(50_000);
  const theirs = credentials(60 * MINUTE, { refreshToken: 'rt-CANARY-theirs' });
  meanwhile(() => fault.takeOver(theirs));
  expect((await session.headers()).authorization).toBe(`Bearer ${theirs.accessToken}`);
  expect(posts).toEqual([]);
});

test('looks again, and presents it, where others came and went', async () => {
  const { session, fault, meanwhile, posts, answers } = setUp(50_000);
  meanwhile(() => fault.takeOver(OLD));
  answers.push(tokens(1));
  expect((await session.headers()).authorization).toBe(FRESH);
  expect(posts).toHaveLength(1);
});

test.each([10_000, 10_001])('looks again after more than 10 s: %i ms', async (ms) => {
  const { session, fault, posts, answers } = setUp(ms);
  let turns = 0;
  for (let turn = 1; turn < 9; turn++) fault.beforeTurn(turn + 2, () => (turns = turn));
  answers.push(tokens(1));
  expect((await session.headers()).authorization).toBe(FRESH);
  expect(posts).toHaveLength(1);
  expect(turns).toBe(ms > 10_000 ? 1 : 0);
});

test('gives up, and sends nothing, when that does not end', async () => {
  const { session, fault, posts, answers } = setUp(11_000, Number.POSITIVE_INFINITY);
  answers.push(tokens(1));
  expect(await rejection(session.headers())).toMatchObject({
    code: 'refresh_failed',
    message: expect.stringMatching(/stood still.*Nothing was sent, and the login is kept; try again\.$/),
  });
  expect(posts).toEqual([]);
  expect(await fault.store.read('default')).toMatchObject(OLD);
});
