import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { openStore } from './open-store';

// One process of many that count in the record of one profile: says that it is ready, waits for a line, adds to the number
// as many times as its first argument tells, and prints what came of it. The rest of its arguments name the store.
const [times = '', ...args] = process.argv.slice(2);
const store = await openStore(args);

process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.destroy();
let outcome: { code?: string; message?: string } = {};
try {
  for (let round = 0; round < Number(times); round++) {
    await store.update('default', async (current) => {
      const { lastRefreshAt = 0 } = current ?? {};
      await delay(2); // long enough for whoever is not kept out
      return { accessToken: 'a', lastRefreshAt: lastRefreshAt + 1 };
    });
  }
} catch (error) {
  const { code = 'none', message } = error as { code?: string; message: string };
  outcome = { code, message };
}
// The connections of a store would keep the process open.
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0));
