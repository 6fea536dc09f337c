import { writeSync } from 'node:fs';
import { openFileStore } from '../../../src/stores/node/file-store';
import { timesOf } from '../support/engines';

// Stores one pair of tokens after the other until it is killed, and says which one it has stored.
const [path = '', ...times] = process.argv.slice(2);
const store = openFileStore(path, { lock: timesOf(times) });
for (;;) {
  const stored = await store.update('default', async (current) => {
    const number = (current?.lastRefreshAt ?? 0) + 1;
    // Long, so that a write takes some time.
    const token = `${number}-`.padEnd(40_000 + number, 'x');
    return { accessToken: `a${token}`, refreshToken: `r${token}`, lastRefreshAt: number };
  });
  writeSync(1, `${stored?.lastRefreshAt}\n`);
}
