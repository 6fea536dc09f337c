import { median, startChild, verdict } from './processes.mjs';
import { KINDS } from './streams.mjs';

const EVENTS = 20_000;
const WARM_UPS = 4;
const ROUNDS = 15;
const NAMES = ['floor', 'codex', 'openai'];

/**
 * CPU time per event. Every pair of implementation and stream has a process of its own, warmed up; the rounds then go
 * through all of them in turn, so that whatever else the machine does meets all of them alike.
 */
export async function measureSpeed() {
  const server = await startChild('server.mjs');
  const pairs = [];
  for (const kind of KINDS) {
    for (const implementation of NAMES) {
      pairs.push({ kind, implementation, child: await startChild('speed-worker.mjs'), samples: [] });
    }
  }
  for (let round = 0; round < WARM_UPS + ROUNDS; round++) {
    for (const { kind, implementation, child, samples } of pairs) {
      const { micros, deltas } = await child.ask({ implementation, url: `${server.hello.origin}/${kind}/${EVENTS}` });
      if (deltas < EVENTS) throw new Error(`${implementation} gave ${deltas} of ${EVENTS} ${kind} deltas`);
      if (round >= WARM_UPS) samples.push(micros / EVENTS);
    }
  }
  for (const { child } of pairs) child.stop();
  server.stop();
  report(pairs);
}

function report(pairs) {
  const samplesOf = (kind, name) => pairs.find((one) => one.kind === kind && one.implementation === name).samples;
  // Each round's own ratio: load on the machine changes between rounds, hardly within one.
  const ratio = (kind, other) => {
    const others = samplesOf(kind, other);
    return median(samplesOf(kind, 'codex').map((micros, round) => micros / others[round]));
  };
  console.log(
    `CPU time per event in µs: median of ${ROUNDS} alternating rounds of ${EVENTS} events, Node ${process.version}`,
  );
  console.table(
    Object.fromEntries(
      KINDS.map((kind) => [
        kind,
        {
          ...Object.fromEntries(NAMES.map((name) => [name, median(samplesOf(kind, name)).toFixed(2)])),
          'codex/floor': ratio(kind, 'floor').toFixed(2),
          'codex/openai': ratio(kind, 'openai').toFixed(2),
        },
      ]),
    ),
  );
  for (const kind of KINDS) {
    console.log(verdict(`${kind}, codex/floor`, ratio(kind, 'floor'), 1.2));
    console.log(verdict(`${kind}, codex/openai`, ratio(kind, 'openai'), 0.25));
  }
}
