/**
 * Proves what users get: packs the build, installs the tarball in a temporary folder and uses it there by both module
 * systems, with a compiler, and in an edge runtime. Run `npm run build` first.
 */
import { contentChecks } from '../test/packed/contents.mjs';
import { edgeChecks } from '../test/packed/edge.mjs';
import { failureChecks } from '../test/packed/failures.mjs';
import { loginChecks } from '../test/packed/logins.mjs';
import { runtimeChecks } from '../test/packed/runtime.mjs';
import { typeChecks } from '../test/packed/types.mjs';
import { createConsumer } from '../test/support/packed-consumer.mjs';

const consumer = await createConsumer({ ai: '5.0.277', zod: '^4.1.8', '@types/node': '^20.19.43' });
let failed = 0;
const checks = [...contentChecks, ...runtimeChecks, ...typeChecks, ...edgeChecks, ...loginChecks, ...failureChecks];
try {
  for (const { name, run } of checks) {
    try {
      await run(consumer);
      console.log(`ok: ${name}`);
    } catch (error) {
      failed++;
      console.error(`FAILED: ${name}\n${error?.stack ?? error}`);
    }
  }
} finally {
  await consumer.remove();
}
console.log(`packed: ${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
