import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { fileAuthStore } from '../../src/stores/node/file-store';
import { type CodexEmulator, startCodexEmulator } from '../../src/testing';
import { bundleChild } from '../support/bundle-child';
import { MINUTE } from './harness';
import { openSlowDoor, type SlowDoor } from './slow-door';

const PROCESSES = 24;

let program: string;
let folder: string;
let path: string;
let emulator: CodexEmulator;
let door: SlowDoor;

beforeAll(async () => {
  program = await bundleChild(new URL('./children/ask-for-headers.ts', import.meta.url));
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'many-'));
  path = join(folder, 'auth.json');
  emulator = await startCodexEmulator();
  door = await openSlowDoor(emulator.issuer, 2);
  const login = { ...emulator.login({ expiresInMs: MINUTE }), issuer: door.url };
  await fileAuthStore({ path }).update('default', async () => login);
});
afterEach(async () => {
  door.close();
  await emulator.close();
  await rm(folder, { recursive: true });
});

const statuses = () => emulator.requests.map(({ path: where, status }) => `${where} ${status}`);

/** Starts all processes, lets them go at the same moment, and gives the `authorization` that each ended with. */
async function race(mode: 'locked' | 'unlocked'): Promise<(string | undefined)[]> {
  const children = Array.from({ length: PROCESSES }, () =>
    spawn(process.execPath, [program, path, door.url, mode], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const outputs = children.map(firstTwoLines);
  await Promise.all(outputs.map(({ ready }) => ready));
  for (const child of children) child.stdin.write('go\n');
  const lines = await Promise.all(outputs.map(({ answer }) => answer));
  return lines.map((line) => JSON.parse(line).authorization);
}

function firstTwoLines(child: ChildProcessByStdio<Writable, Readable, null>) {
  const lines = createInterface(child.stdout);
  const next = () => once(lines, 'line').then(([line]) => String(line));
  const ended = once(child, 'close').then(([code]): never => {
    throw new Error(`a process ended early, with ${code}`);
  });
  const ready = Promise.race([next(), ended]);
  const answer = ready.then(() => Promise.race([next(), ended]));
  answer.catch(() => {});
  return { ready, answer };
}

test('24 processes with a token about to expire refresh it once', async () => {
  const before = await fileAuthStore({ path }).read('default');
  const used = await race('locked');
  expect(statuses()).toEqual(['/oauth/token 200']);
  const stored = await fileAuthStore({ path }).read('default');
  expect(stored?.refreshToken).not.toBe(before?.refreshToken);
  expect(stored?.accessToken).not.toBe(before?.accessToken);
  expect(used).toEqual(Array(PROCESSES).fill(`Bearer ${stored?.accessToken}`));
});

test('without the lock they refresh more than once: the proof above can fail', async () => {
  await race('unlocked');
  expect(statuses().length).toBeGreaterThan(1);
  expect(statuses()).toContain('/oauth/token 401'); // a spent token, presented again
});
