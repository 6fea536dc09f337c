import { expect, it } from 'vitest';
import { withinTime } from '../../src/shared/within-time';

const late = new Error('late');
const never = () => new Promise<never>(() => {});

/** A limit that passes at once, or never, and whether it still sleeps. */
function limit(passes: boolean, signal?: AbortSignal) {
  const state = { asleep: 0 };
  const sleep = (_ms: number, over?: AbortSignal) => {
    if (passes) return Promise.resolve();
    state.asleep++;
    return new Promise<void>((_, reject) => {
      over?.addEventListener('abort', () => {
        state.asleep--;
        reject(over.reason);
      });
    });
  };
  return { state, options: { runtime: { sleep }, ms: 5, signal, late } };
}

it('gives what the work gives, and sleeps no longer', async () => {
  const { state, options } = limit(false);
  expect(await withinTime(options, async () => 'done')).toBe('done');
  expect(state.asleep).toBe(0);
});

it('throws what the work throws', async () => {
  const failed = new Error('failed');
  await expect(withinTime(limit(false).options, () => Promise.reject(failed))).rejects.toBe(failed);
});

it('ends work that does not hear its signal when the time is over, and tells the signal why', async () => {
  let reason: unknown;
  const work = (ended: AbortSignal) => {
    ended.addEventListener('abort', () => {
      reason = ended.reason;
    });
    return never();
  };
  await expect(withinTime(limit(true).options, work)).rejects.toBe(late);
  expect(reason).toBe(late);
});

it('ends with the caller, whose reason passes as it is; work is not begun for one who has left', async () => {
  const caller = new AbortController();
  const { state, options } = limit(false, caller.signal);
  const running = withinTime(options, never);
  caller.abort('enough');
  await expect(running).rejects.toBe('enough');
  expect(state.asleep).toBe(0);
  let begun = 0;
  await expect(withinTime(options, async () => void begun++)).rejects.toBe('enough');
  expect(begun).toBe(0);
});
