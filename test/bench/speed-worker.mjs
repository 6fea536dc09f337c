/** Reads the stream that the parent asks for to its end and reports the CPU time it took. */
import { implementations } from './implementations.mjs';

const DELTAS = new Set(['delta', 'text-delta', 'reasoning-delta', 'tool-input-delta']);

async function run({ implementation, url }) {
  const before = process.cpuUsage();
  const reader = (await implementations[implementation](url)).getReader();
  let deltas = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (DELTAS.has(next.value.type)) deltas++;
    if (next.value.type === 'error') throw next.value.error;
  }
  const { user, system } = process.cpuUsage(before);
  return { micros: user + system, deltas };
}

process.on('message', (job) => {
  run(job).then(
    (result) => process.send(result),
    (error) => process.send({ error: String(error?.stack ?? error) }),
  );
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });
