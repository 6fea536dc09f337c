import { expect, test } from 'vitest';
import { createKeyedQueue, type GiveUp } from '../../src/stores/promise-queue';

const never: GiveUp = () => new Promise(() => {});
const atOnce: GiveUp = async () => {
  throw new Error('waited too long');
};

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

test('who gives up is not run, and lets nobody pass those before', async () => {
  const queue = createKeyedQueue();
  const order: string[] = [];
  const run =
    (name: string, until = Promise.resolve()) =>
    async () => {
      order.push(`${name} starts`);
      await until;
      order.push(`${name} ends`);
    };
  const { open, opened } = gate();
  const first = queue('key', run('first', opened), never);
  await expect(queue('key', run('second'), atOnce)).rejects.toThrow('waited too long');
  const third = queue('key', run('third'), never);
  open();
  await Promise.all([first, third]);
  expect(order).toEqual(['first starts', 'first ends', 'third starts', 'third ends']);
});

test('the wait is over, and its timer with it, when the turn comes', async () => {
  let over: AbortSignal | undefined;
  const giveUp: GiveUp = (signal) => {
    over = signal;
    return new Promise(() => {});
  };
  await createKeyedQueue()('key', async () => expect(over?.aborted).toBe(true), giveUp);
});

test('another key does not wait', async () => {
  const queue = createKeyedQueue();
  const { open, opened } = gate();
  const first = queue('key', () => opened, never);
  expect(await queue('other', async () => 'ran', atOnce)).toBe('ran');
  open();
  await first;
});
