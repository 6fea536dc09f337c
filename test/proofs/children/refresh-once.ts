import { once } from 'node:events';
import { createSession } from '../../../src/auth/session';
import { createRuntime } from '../../../src/shared/runtime';
import { openStore } from './open-store';

// One process that shares a store with others: says that it is ready, waits for a line, asks for headers and prints what
// came of it. The first argument is the issuer, the rest name the store.
const [issuer = '', ...args] = process.argv.slice(2);
const store = await openStore(args);
const session = createSession({ store, issuer, runtime: createRuntime() });

process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.destroy();
const outcome = await session.headers().catch(({ code, message }) => ({ code, message }));
// The connections of a store would keep the process open.
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0));
