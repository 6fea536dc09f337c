import type { AuthStore } from '../auth-store';
import type { LeaseDatabase } from '../lease-database';
import { type LeasedStoreOptions, leasedStore } from '../leased-store';
import { refuseOwnChange, runChange } from '../node/own-change';
import { type Evaluate, evaluateWith, type RedisLike } from './redis-client';
import { ACQUIRE, PROFILES, READ, RELEASE, RENEW, SET_ASIDE, WRITE } from './scripts';

export interface RedisAuthStoreOptions {
  /** A client of `ioredis` or of `redis`, single or cluster. Yours to connect and to close; listen to its `error` events. */
  client: RedisLike;
  /** What the names of our keys begin with. Default `ai-sdk-codex:`. Stores with the same prefix share their logins. */
  keyPrefix?: string;
}

/**
 * Logins in Redis (5 or later), shared by every machine that uses the same server and prefix. A change is made under a lease
 * that is renewed every 5 s and can be taken over once it has run out, after 45 s; its outcome is only written while nobody
 * has taken over, and again and again for 60 s while the server is away. Waiting for other processes ends
 * after 60 s, for other calls of the same store after 120 s.
 *
 * Redis must keep what it was told: with `appendonly yes`, and no eviction of keys without expiry (`maxmemory-policy
 * noeviction` or `volatile-*`). Tokens are stored in the clear, never in the name of a key: who can read the server has
 * the logins. A record that is no login is added to the field `aside` of its hash by the next `update`, which rejects.
 *
 * @throws TypeError for another kind of client.
 * @throws {@link AuthStoreError} from its methods: `unreadable`, `unwritable`, `corrupt`, `lock_timeout`, `lock_lost`.
 */
export function redisAuthStore(options: RedisAuthStoreOptions): AuthStore {
  return openRedisStore(options);
}

/** With what only our own tests may set. */
export function openRedisStore(
  { client, keyPrefix = 'ai-sdk-codex:' }: RedisAuthStoreOptions,
  internals: LeasedStoreOptions = {},
): AuthStore {
  const ownChanges = { run: runChange, refuse: refuseOwnChange };
  return leasedStore(redisDatabase(evaluateWith(client), keyPrefix), { ownChanges, ...internals });
}

function redisDatabase(evaluate: Evaluate, keyPrefix: string): LeaseDatabase {
  // What stands in braces decides where in a cluster a key lies; a script may only use keys that lie together.
  const loginOf = (profile: string) => `${keyPrefix}{logins}:login:${profile}`;
  const profilesKey = `${keyPrefix}{logins}:profiles`;

  return {
    name: 'Redis',
    read: async (profile) => asText(await evaluate(READ, [loginOf(profile)], [])),
    async acquire({ profile, owner, leaseMs, dead = '' }) {
      const reply = await evaluate(ACQUIRE, [loginOf(profile)], [owner, String(leaseMs), dead]);
      const [taken, fence = '', rest = '', record] = asTexts(reply);
      return taken === '1' ? { fence, before: rest, record } : { holder: { fence, expired: rest === '1' } };
    },
    async renew({ profile, owner, fence, before }, leaseMs) {
      return isDone(await evaluate(RENEW, [loginOf(profile)], [owner, fence, String(leaseMs), before]));
    },
    async write({ profile, owner, fence, before }, leaseMs, record) {
      const args = [owner, fence, String(leaseMs), before, profile, ...(record === undefined ? [] : [record])];
      return isDone(await evaluate(WRITE, [loginOf(profile), profilesKey], args));
    },
    async setAside({ profile, owner, fence }) {
      return isDone(await evaluate(SET_ASIDE, [loginOf(profile), profilesKey], [owner, fence, profile]));
    },
    async release({ profile, owner }) {
      await evaluate(RELEASE, [loginOf(profile)], [owner]);
    },
    profiles: async () => asTexts(await evaluate(PROFILES, [profilesKey], [])).filter((name) => name !== undefined),
  };
}

function isDone(reply: unknown): boolean {
  return Number(reply) === 1;
}

/** Clients can be told to give bytes in place of texts. */
function asText(reply: unknown): string | undefined {
  return reply === null || reply === undefined ? undefined : String(reply);
}

function asTexts(reply: unknown): (string | undefined)[] {
  return Array.isArray(reply) ? reply.map(asText) : [];
}
