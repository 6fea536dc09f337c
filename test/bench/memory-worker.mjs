/** Reads a long stream slowly and watches its own memory, and how far ahead the server is. */
import { implementations } from './implementations.mjs';
import { responseStream } from './streams.mjs';

const PAUSE_EVERY = 2_000;
const PAUSE_MS = 5;
const SAMPLE_EVERY = 50_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function memory() {
  globalThis.gc();
  // arrayBuffers is a part of external.
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
}

async function readAll(stream, onPart) {
  const reader = stream.getReader();
  for (let next = await reader.read(), parts = 1; !next.done; next = await reader.read(), parts++) {
    if (next.value.type === 'error') throw next.value.error;
    if (next.value.type.endsWith('-delta')) await onPart(parts);
  }
}

function sizeOf(events) {
  let bytes = 0;
  for (const piece of responseStream('text', events, false)) bytes += piece.length;
  return bytes;
}

async function run({ implementation, origin, events }) {
  const bytes = sizeOf(events);
  const open = implementations[implementation];
  // The compiled code and the connection are not growth.
  for (let round = 0; round < 3; round++) await readAll(await open(`${origin}/text/20000`), () => {});
  await sleep(500);
  const before = memory();
  const highest = { heap: 0, rss: 0, ahead: 0 };
  const look = async (parts) => {
    const now = memory();
    const { written } = await (await fetch(`${origin}/progress`)).json();
    highest.heap = Math.max(highest.heap, now.heap - before.heap);
    highest.rss = Math.max(highest.rss, now.rss - before.rss);
    highest.ahead = Math.max(highest.ahead, written - (parts / events) * bytes);
  };
  await readAll(await open(`${origin}/text/${events}`), async (parts) => {
    if (parts % PAUSE_EVERY === 0) await sleep(PAUSE_MS);
    if (parts % SAMPLE_EVERY === 0) await look(parts);
  });
  return { ...highest, rssBefore: before.rss, bytes, every: PAUSE_EVERY };
}

process.on('message', (job) => {
  run(job).then(
    (result) => process.send(result),
    (error) => process.send({ error: String(error?.stack ?? error) }),
  );
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });
