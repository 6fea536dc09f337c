import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { fileAuthStore } from '../../src/stores/node/file-store';
import { bundleChild } from '../stores/bundle-child';
import { jwt, MINUTE } from './harness';
import { type SingleUseIssuer, startSingleUseIssuer } from './single-use-issuer';

const PROCESSES = 24;

let program: string;
let folder: string;
let path: string;
let issuer: SingleUseIssuer;

beforeAll(async () => {
  program = await bundleChild(new URL('./children/ask-for-headers.ts', import.meta.url));
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'many-'));
  path = join(folder, 'auth.json');
  const accessToken = jwt({ expiresAt: Date.now() + MINUTE, accountId: 'acct-1', n: 0 });
  await fileAuthStore({ path }).update('default', async () => ({ accessToken, refreshToken: 'rt-0' }));
});
afterEach(async () => {
  issuer.close();
  await rm(folder, { recursive: true });
});

/** Starts all processes, lets them go at the same moment, and gives the `authorization` that each ended with. */
async function race(mode: 'locked' | 'unlocked'): Promise<(string | undefined)[]> {
  const children = Array.from({ length: PROCESSES }, () =>
    spawn(process.execPath, [program, path, issuer.url, mode], { stdio: ['pipe', 'pipe', 'inherit'] }),
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
  issuer = await startSingleUseIssuer(2);
  const used = await race('locked');
  expect(issuer.presented).toEqual(['rt-0']);
  const stored = await fileAuthStore({ path }).read('default');
  expect(stored?.refreshToken).toBe('rt-1');
  expect(used).toEqual(Array(PROCESSES).fill(`Bearer ${stored?.accessToken}`));
});

test('without the lock they refresh more than once: the proof above can fail', async () => {
  issuer = await startSingleUseIssuer(2);
  await race('unlocked');
  expect(issuer.presented.filter((token) => token === 'rt-0').length).toBeGreaterThan(1);
});
