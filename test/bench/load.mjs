import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConsumer } from '../support/packed-consumer.mjs';
import { median, verdict } from './processes.mjs';

const run = promisify(execFile);
const ROUNDS = 25;
const NAMES = ['ai-sdk-codex', '@ai-sdk/openai'];

const PROBE = `
import 'ai';
const cpu = process.cpuUsage();
const start = performance.now();
await import(process.argv[2]);
const wall = performance.now() - start;
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ wall, cpu: (user + system) / 1000 }));
`;

/** What one more import costs an app that has loaded `ai`: fresh processes in an installation from the tarball, in turn. */
export async function measureLoad() {
  const consumer = await createConsumer({ ai: '5.0.277', '@ai-sdk/openai': '2.0.130', zod: '^4.1.8' });
  const samples = Object.fromEntries(NAMES.map((name) => [name, []]));
  try {
    await writeFile(join(consumer.folder, 'probe.mjs'), PROBE);
    for (let round = -1; round < ROUNDS; round++) {
      for (const name of round % 2 ? NAMES.toReversed() : NAMES) {
        const { stdout } = await run(process.execPath, ['probe.mjs', name], { cwd: consumer.folder });
        // The first round fills the file cache.
        if (round >= 0) samples[name].push(JSON.parse(stdout));
      }
    }
  } finally {
    await consumer.remove();
  }
  report(samples);
}

function report(samples) {
  const of = (name, key) => median(samples[name].map((sample) => sample[key]));
  console.log(`Import after \`ai\`, median of ${ROUNDS} fresh processes each, Node ${process.version}`);
  for (const name of NAMES)
    console.log(`  ${name}: ${of(name, 'wall').toFixed(1)} ms, ${of(name, 'cpu').toFixed(1)} ms of CPU`);
  const ratio = (key) => of(NAMES[0], key) / of(NAMES[1], key);
  console.log(verdict('ratio of time', ratio('wall'), 0.8));
  console.log(verdict('ratio of CPU time', ratio('cpu'), 0.8));
}
