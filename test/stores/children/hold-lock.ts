import { acquireFileLock } from '../../../src/stores/node/file-lock';

// Takes the lock, says so, and never lets go.
await acquireFileLock(process.argv[2] ?? '');
process.stdout.write('held\n');
setInterval(() => {}, 1000);
