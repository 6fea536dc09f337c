import { AuthStoreError } from '../../src/shared/auth-store-error';
import type { OAuthCredentials } from '../../src/shared/credentials';
import type { AuthStore } from '../../src/stores/auth-store';

/**
 * A store of one login that somebody can take over while a change runs, as from a process that stands still: the change
 * then finds its lock lost.
 */
export function faultStore(initial: OAuthCredentials) {
  let record = structuredClone(initial);
  let fence = 0;
  let turns = 0;
  let last: Promise<unknown> = Promise.resolve();
  const before = new Map<number, () => void>();

  async function run(change: Parameters<AuthStore['update']>[1]) {
    turns += 1;
    before.get(turns)?.();
    const held = fence;
    const current = structuredClone(record);
    const next = await change(current);
    if (held !== fence) throw new AuthStoreError({ code: 'lock_lost', message: 'somebody took over' });
    if (next !== undefined) record = structuredClone(next);
    return structuredClone(record);
  }

  const store: AuthStore = {
    read: async () => structuredClone(record),
    update(_profile, change) {
      const result = last.then(() => run(change));
      last = result.catch(() => {});
      return result;
    },
    profiles: async () => ['default'],
  };
  const takeOver = (by: OAuthCredentials) => {
    record = structuredClone(by);
    fence += 1;
  };
  return { store, takeOver, beforeTurn: (turn: number, act: () => void) => void before.set(turn, act) };
}
