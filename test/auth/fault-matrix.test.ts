import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSession } from '../../src/auth/session';
import type { OAuthCredentials } from '../../src/shared/credentials';
import type { RequestAuthorizer } from '../../src/shared/request-authorizer';
import { createRuntime } from '../../src/shared/runtime';
import { type CodexEmulator, startCodexEmulator, type TokenReply, tokenFailures } from '../../src/testing';
import { faultStore } from './fault-store';
import { MINUTE } from './harness';

// Whose token a call is sent with, or the code of the error in place of it.
type Outcome =
  | 'old'
  | 'new'
  | 'sibling'
  | 'relogin_required'
  | 'refresh_failed'
  | 'region_blocked'
  | 'account_mismatch';

const GONE: Outcome = 'relogin_required';
const LATER: Outcome = 'refresh_failed';
const PLACE: Outcome = 'region_blocked';
const OTHER: Outcome = 'account_mismatch';
const f = tokenFailures;
const { refused } = tokenFailures;
const as400 = { status: 400 };
const asText = { shape: 'string' } as const;
const REDIRECT = { status: 307, headers: { location: 'http://127.0.0.1:9/' } };

type Row = [name: string, reply: TokenReply, expired: Outcome, stored: string, others?: [Outcome, number]];

/**
 * What comes of one refresh, when nobody else changes the store:
 * - `expired`: what a call is sent with when the access token has expired; while it works, a failure leaves it in use
 * - `stored`: whose pair the store holds afterwards, and the failure that it remembers
 * - `others`: what another session over the same store is sent with straight afterwards, and with how many more requests
 *   to the token endpoint. Default: the same, with none. The first session gets the same again, with none.
 */
// biome-ignore format: a table
const FAULTS: Row[] = [
  // a success, complete or not
  ['everything',                   {},                                                        'new', 'new'],
  ['no refresh token',             f.without('refresh_token'),                                'new', 'new access token'],
  ['no id token',                  f.without('id_token'),                                     'new', 'new'],
  ['an opaque id token',           f.opaqueIdToken(),                                         'new', 'new'],
  ['no expires_in',                f.without('expires_in'),                                   'new', 'new'],
  ['expires_in as a string',       f.expiresInAsString(),                                     'new', 'new'],
  ['an e-mail beyond ASCII',       { login: { email: 'jürgen@müller.eu' } },                  'new', 'new'],
  ['organizations, no account',    f.organizationsOnly(),                                     'new', 'new'],
  ['another account',              f.otherAccount(),                                          OTHER, 'old account_mismatch aside'],
  ['another seat',                 { login: { userId: 'user-other' } },                       OTHER, 'old account_mismatch aside'],
  // a refusal for good
  ['reused',                       refused('refresh_token_reused'),                           GONE,  'old refresh_token_reused'],
  ['expired',                      refused('refresh_token_expired'),                          GONE,  'old refresh_token_expired'],
  ['invalidated',                  refused('refresh_token_invalidated'),                      GONE,  'old refresh_token_invalidated'],
  ['unknown',                      refused('token_expired'),                                  GONE,  'old token_expired'],
  ['reused, as 400',               refused('refresh_token_reused', as400),                    GONE,  'old refresh_token_reused'],
  ['expired, as 400',              refused('refresh_token_expired', as400),                   GONE,  'old refresh_token_expired'],
  ['invalidated, as 400',          refused('refresh_token_invalidated', as400),               GONE,  'old refresh_token_invalidated'],
  ['unknown, as 400',              refused('token_expired', as400),                           GONE,  'old token_expired'],
  ['reused, as a string',          refused('refresh_token_reused', asText),                   GONE,  'old refresh_token_reused'],
  ['expired, as a string and 400', refused('refresh_token_expired', { ...as400, ...asText }), GONE,  'old refresh_token_expired'],
  ['invalid_grant',                f.invalidGrant(),                                          GONE,  'old invalid_grant'],
  ['a 401 that says nothing',      { status: 401 },                                           GONE,  'old http_401'],
  ['a 401 with a word unknown',    { status: 401, body: { error: 'no' } },                    GONE,  'old http_401'],
  // a refusal for now
  ['403 for the country',          f.regionBlocked(),                                         PLACE, 'old unsupported_country_region_territory'],
  ['invalid_client',               { status: 401, body: { error: 'invalid_client' } },        LATER, 'old invalid_client'],
  ['unauthorized_client',          { status: 401, body: { error: 'unauthorized_client' } },   LATER, 'old unauthorized_client'],
  ['401 with a page of a gateway', { status: 401, body: '<html>Sign in</html>' },             LATER, 'old http_401'],
  ['403 with a page',              f.edgePage(),                                              LATER, 'old http_403'],
  ['429 with Retry-After',         f.rateLimited(),                                           LATER, 'old rate_limit_exceeded'],
  ['500 in plain text',            f.serverError(),                                           LATER, 'old http_500'],
  ['502 with a page',              f.badGateway(),                                            LATER, 'old http_502'],
  ['a redirect',                   REDIRECT,                                                  LATER, 'old redirected'],
  // a success without tokens
  ['{}',                           f.empty(),                                                 LATER, 'old empty_reply'],
  ['half of the JSON',             f.truncated(),                                             LATER, 'old empty_reply'],
  ['no access token',              f.without('access_token'),                                 LATER, 'new refresh token empty_reply'],
  // no answer, after which nobody knows whether the token was spent
  ['reset, not spent',             f.reset(),                                                 LATER, 'old',                                      ['new', 1]],
  ['reset, spent',                 f.reset({ carriedOut: true }),                             LATER, 'old',                                      [GONE, 1]],
  ['reset in mid-body, spent',     f.resetMidBody(),                                          LATER, 'old',                                      [GONE, 1]],
  ['silence, not spent',           f.stall(),                                                 LATER, 'old timeout'],
  ['silence, spent',               f.stall({ carriedOut: true }),                             LATER, 'old timeout'],
];

/** When somebody else stores a login. Before our request it saves that; during it, it takes the lock over. */
const SIBLINGS = [
  ['just before the lock', 0],
  ['between the mark and the request', 0],
  ['while the request is under way', 1],
] as const;

const TOKENS = [
  ['works', 4 * MINUTE],
  ['has expired', -MINUTE],
] as const;

let emulator: CodexEmulator;

beforeEach(async () => {
  emulator = await startCodexEmulator();
});
afterEach(() => emulator.close());

function setUp(expiresInMs: number) {
  const old = emulator.login({ expiresInMs });
  const sibling = emulator.login();
  const fault = faultStore(old);
  let giveUp = () => {};
  // The time limit of a request that is not answered is over when the request has arrived.
  const sleep = async (ms: number, _signal?: AbortSignal, { keepAlive = false } = {}) => {
    if (keepAlive || ms <= 1_000) return;
    await new Promise<void>((resolve) => {
      giveUp = resolve;
    });
  };
  const now = Date.now();
  // A clock that stands still: no pause ends because the machine is slow.
  const runtime = createRuntime({ sleep, now: () => now });
  const open = () => createSession({ store: fault.store, issuer: emulator.issuer, runtime });
  const answer = (reply: TokenReply, meanwhile = () => {}) =>
    emulator.tokenReply(() => {
      meanwhile();
      if (typeof reply === 'object' && reply.connection === 'stall') giveUp();
      return reply;
    });

  const outcome = (session: RequestAuthorizer): Promise<Outcome> =>
    session.headers().then(
      ({ authorization }) => {
        if (authorization === `Bearer ${old.accessToken}`) return 'old';
        return authorization === `Bearer ${sibling.accessToken}` ? 'sibling' : 'new';
      },
      ({ code }) => code,
    );
  return { old, sibling, fault, open, answer, outcome };
}

const posts = () => emulator.requests.filter(({ path }) => path === '/oauth/token').length;

/** In the words of the table. */
function holds(stored: OAuthCredentials | undefined, { accessToken, refreshToken }: OAuthCredentials): string {
  const isNew = [stored?.accessToken !== accessToken, stored?.refreshToken !== refreshToken];
  const pair = isNew[0] ? (isNew[1] ? 'new' : 'new access token') : isNew[1] ? 'new refresh token' : 'old';
  return [pair, stored?.refreshFailure?.code, stored?.aside && 'aside', stored?.refreshing && 'marked']
    .filter(Boolean)
    .join(' ');
}

describe.each(TOKENS)('the access token %s', (_token, expiresInMs) => {
  describe.each(FAULTS)('the issuer answers: %s', (...row) => {
    const [, reply, expired, stored, others = [expired, 0]] = row;
    const [othersExpired, morePosts] = others;
    const inUse = (outcome: Outcome): Outcome => (outcome === 'new' || expiresInMs < 0 ? outcome : 'old');

    test('and nobody else changes the store', async () => {
      const { old, fault, open, answer, outcome } = setUp(expiresInMs);
      answer(reply);
      const session = open();
      expect(await outcome(session)).toBe(inUse(expired));
      expect(posts()).toBe(1);
      expect(holds(await fault.store.read('default'), old)).toBe(stored);
      expect(await outcome(session)).toBe(inUse(expired));
      expect(posts()).toBe(1);
      expect(await outcome(open())).toBe(inUse(othersExpired));
      expect(posts()).toBe(1 + morePosts);
      expect(emulator.violations).toEqual([]);
    });

    test.each(SIBLINGS)('and somebody else stores a login %s', async (when, expectedPosts) => {
      const { sibling, fault, open, answer, outcome } = setUp(expiresInMs);
      const takeOver = () => fault.takeOver(sibling);
      if (when === 'just before the lock') fault.beforeTurn(1, takeOver);
      if (when === 'between the mark and the request') fault.beforeTurn(2, takeOver);
      answer(reply, expectedPosts === 1 ? takeOver : undefined);
      const session = open();
      expect([await outcome(session), await outcome(session), await outcome(open())]).toEqual(Array(3).fill('sibling'));
      expect(posts()).toBe(expectedPosts);
      expect(await fault.store.read('default')).toEqual(JSON.parse(JSON.stringify(sibling)));
      expect(emulator.violations).toEqual([]);
    });
  });
});
