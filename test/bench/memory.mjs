import { startChild, verdict } from './processes.mjs';

const MIB = 2 ** 20;
const mib = (bytes) => `${(bytes / MIB).toFixed(1)} MiB`;

/**
 * A million events, read with pauses. The second run is the control: a reader that takes everything at once shows what
 * the same measurement says of unbounded buffering.
 */
export async function measureMemory() {
  const server = await startChild('server.mjs');
  const bounded = await measure(server, 'codex', 1_000_000);
  const control = await measure(server, 'eager', 200_000);
  server.stop();
  console.log(verdict('heapUsed + external', bounded.heap / MIB, 64, ' MiB'));
  console.log(verdict('resident set', bounded.rss / MIB, 64, ' MiB'));
  if (control.ahead <= 2 * bounded.ahead) {
    throw new Error('The control buffered no more than the measured stream: this run measured nothing.');
  }
}

async function measure(server, implementation, events) {
  const worker = await startChild('memory-worker.mjs', ['--expose-gc']);
  const { origin } = server.hello;
  const result = await worker.ask({ implementation, origin, events });
  worker.stop();
  console.log(`${implementation}, ${events} events (${mib(result.bytes)}), a pause every ${result.every} parts:`);
  console.log(
    `  growth after gc, at its highest: heapUsed + external ${mib(result.heap)}, rss ${mib(result.rss)} (of ${mib(result.rssBefore)})`,
  );
  console.log(`  the server could write at most ${mib(result.ahead)} ahead of the reader, socket buffers included`);
  return result;
}
