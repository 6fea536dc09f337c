import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { fileAuthStore } from '../../src/stores/node/file-store';
import { type CodexEmulator, startCodexEmulator, tokenFailures } from '../../src/testing';
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
  await logIn(MINUTE);
});
afterEach(async () => {
  door.close();
  await emulator.close();
  await rm(folder, { recursive: true });
});

async function logIn(expiresInMs: number): Promise<void> {
  const login = { ...emulator.login({ expiresInMs }), issuer: door.url };
  await fileAuthStore({ path }).update('default', async () => login);
}

const statuses = () => emulator.requests.map(({ path: where, status }) => `${where} ${status}`);

/** Starts all processes, lets them go at the same moment, and gives the headers or the code that each ended with. */
async function race(mode: 'locked' | 'unlocked'): Promise<{ authorization?: string; code?: string }[]> {
  const children = Array.from({ length: PROCESSES }, () =>
    spawn(process.execPath, [program, path, door.url, mode], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const outputs = children.map(firstTwoLines);
  await Promise.all(outputs.map(({ ready }) => ready));
  for (const child of children) child.stdin.write('go\n');
  const lines = await Promise.all(outputs.map(({ answer }) => answer));
  return lines.map((line) => JSON.parse(line));
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
  expect(used.map(({ authorization }) => authorization)).toEqual(
    Array(PROCESSES).fill(`Bearer ${stored?.accessToken}`),
  );
});

test.each([
  ['for good', tokenFailures.refused('refresh_token_expired'), 'relogin_required', 401],
  ['for now', { status: 503, headers: { 'retry-after': '60' } }, 'refresh_failed', 503],
])(
  '24 processes with an expired token learn from one request that it is refused %s',
  async (_name, reply, code, status) => {
    await logIn(-MINUTE);
    emulator.tokenReply(reply);
    expect((await race('locked')).map((outcome) => outcome.code)).toEqual(Array(PROCESSES).fill(code));
    expect(statuses()).toEqual([`/oauth/token ${status}`]);
  },
);

test('without the lock they refresh more than once: the proof above can fail', async () => {
  door.patienceMs = 10_000; // the second one comes, however slow the machine is
  await race('unlocked');
  expect(statuses().length).toBeGreaterThan(1);
  expect(statuses()).toContain('/oauth/token 401'); // a spent token, presented again
});
