import { once } from 'node:events';
import { createSession } from '../../../src/auth/session';
import { createRuntime } from '../../../src/shared/runtime';
import { openFileStore } from '../../../src/stores/node/file-store';

// One process of many: says that it is ready, waits for the signal, asks for headers once and prints what came of it.
const [path = '', issuer = '', lock] = process.argv.slice(2);
const store = openFileStore(path, lock === 'unlocked' ? { lock: false } : {});
const session = createSession({ store, issuer, runtime: createRuntime() });

process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.destroy();
const outcome = await session.headers().catch(({ code }) => ({ code }));
process.stdout.write(`${JSON.stringify(outcome)}\n`);
