import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Outcome } from '../support/v2-harness';

const FOLDER = fileURLToPath(new URL('../fixtures/sse/', import.meta.url));

export interface Fixture {
  name: string;
  /** The event stream as it comes off the wire. */
  bytes: Uint8Array;
  /** What the parts of the stream must be, in a file beside it: an array of parts, or `{ rejected }`. */
  expected: Outcome;
}

/** Every `NAME.sse` with its `NAME.parts.json`, in order of their names. */
export function loadFixtures(): Fixture[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.sse'));
  return files.sort().map((file) => {
    const name = file.slice(0, -'.sse'.length);
    const expected = JSON.parse(readFileSync(`${FOLDER}${name}.parts.json`, 'utf8'));
    return {
      name,
      bytes: readFileSync(`${FOLDER}${file}`),
      expected: Array.isArray(expected) ? { parts: expected } : expected,
    };
  });
}
