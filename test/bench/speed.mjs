import { median, startChild, verdict } from './processes.mjs';
import { KINDS } from './streams.mjs';

const EVENTS = 20_000;
const WARM_UPS = 6;
const ROUNDS = 21;
const NAMES = ['floor', 'codex', 'openai'];

/**
 * CPU time per event. Every pair of implementation and stream has a process of its own, warmed up; the rounds of a stream
 * take the implementations in turn, a different one first each time, so that whatever else the machine does meets all
 * of them alike.
 */
export async function measureSpeed() {
  const server = await startChild('server.mjs');
  const results = new Map();
  for (const kind of KINDS) results.set(kind, await measureKind(kind, server.hello.origin));
  server.stop();
  report(results);
}

async function measureKind(kind, origin) {
  const runners = [];
  for (const name of NAMES) runners.push({ name, child: await startChild('speed-worker.mjs'), samples: [] });
  for (let round = 0; round < WARM_UPS + ROUNDS; round++) {
    const first = round % runners.length;
    for (const { name, child, samples } of [...runners.slice(first), ...runners.slice(0, first)]) {
      const { micros, deltas } = await child.ask({ implementation: name, url: `${origin}/${kind}/${EVENTS}` });
      if (deltas < EVENTS) throw new Error(`${name} gave ${deltas} of ${EVENTS} ${kind} deltas`);
      if (round >= WARM_UPS) samples.push(micros / EVENTS);
    }
  }
  for (const { child } of runners) child.stop();
  return Object.fromEntries(runners.map(({ name, samples }) => [name, samples]));
}

function report(results) {
  console.log(
    `Median CPU time per event in µs, ${ROUNDS} alternating rounds of ${EVENTS} events, Node ${process.version}`,
  );
  const table = {};
  const verdicts = [];
  for (const [kind, { floor, codex, openai }] of results) {
    // Each round's own ratio: load on the machine changes between rounds, hardly within one.
    const toFloor = median(codex.map((micros, round) => micros / floor[round]));
    const toOpenai = median(codex.map((micros, round) => micros / openai[round]));
    table[kind] = {
      ...Object.fromEntries(NAMES.map((name) => [name, Number(median(results.get(kind)[name]).toFixed(2))])),
      'codex/floor': Number(toFloor.toFixed(2)),
      'codex/openai': Number(toOpenai.toFixed(2)),
    };
    verdicts.push(verdict(`${kind}, codex/floor`, toFloor, 1.2), verdict(`${kind}, codex/openai`, toOpenai, 0.25));
  }
  console.table(table);
  console.log(verdicts.join('\n'));
}
