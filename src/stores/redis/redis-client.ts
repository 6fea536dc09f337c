/** A client of `ioredis`: `new Redis(...)` or `new Redis.Cluster(...)`. */
export interface IoRedisLike {
  readonly status: string;
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/** A client of `redis`, connected: from `createClient`, `createClientPool`, `createCluster` or `createSentinel`. */
export interface NodeRedisLike {
  readonly isOpen: boolean;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

export type RedisLike = IoRedisLike | NodeRedisLike;

/** What both clients can do: run a script on the server. */
export type Evaluate = (script: string, keys: string[], args: string[]) => Promise<unknown>;

/** @throws TypeError for anything but the two clients. */
export function evaluateWith(client: RedisLike): Evaluate {
  if (typeof client?.eval === 'function') {
    if ('isOpen' in client) return (script, keys, args) => client.eval(script, { keys, arguments: args });
    if ('status' in client) return (script, keys, args) => client.eval(script, keys.length, ...keys, ...args);
  }
  throw new TypeError('`client` must be a client of the package ioredis, or of redis (node-redis).');
}
