import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { DEFAULT_CLIENT_ID } from '../../src/shared/constants';
import { openFileStore } from '../../src/stores/node/file-store';
import { bundleChild } from '../support/bundle-child';

let program = '';
beforeAll(async () => {
  program = await bundleChild(new URL('../../src/cli/main.ts', import.meta.url));
});

it.skipIf(!existsSync('/dev/full')).each([['--version'], ['status', '--json']])(
  'fails when what it prints cannot be written: %s %s',
  async (...args) => {
    const home = await mkdtemp(join(tmpdir(), 'cli-main-'));
    const full = openSync('/dev/full', 'w');
    onTestFinished(async () => {
      closeSync(full);
      await rm(home, { recursive: true, force: true });
    });
    const env = { PATH: process.env.PATH, HOME: home, AI_SDK_CODEX_HOME: home };
    const child = spawn(process.execPath, [program, ...args.filter(Boolean)], { env, stdio: ['ignore', full, 'pipe'] });
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect([code, stderr]).toEqual([1, 'error: The output could not be written (ENOSPC).\n']);
  },
);

it('does not mind a reader that leaves early', async () => {
  const child = spawn(process.execPath, [program, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect([code, stderr]).toEqual([0, '']);
});

it.skipIf(process.platform === 'win32')('ends logout on Ctrl-C although the issuer does not answer', async () => {
  const home = await mkdtemp(join(tmpdir(), 'cli-main-'));
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await rm(home, { recursive: true, force: true });
  });
  await once(server, 'listening');
  const asked = once(server, 'request');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const login = { accessToken: 'a', refreshToken: 'r', issuer, clientId: DEFAULT_CLIENT_ID };
  await openFileStore(join(home, 'auth.json')).update('default', async () => login);
  const env = { PATH: process.env.PATH, HOME: home, AI_SDK_CODEX_HOME: home, CODEX_ISSUER: issuer };
  const child = spawn(process.execPath, [program, 'logout'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  expect((await asked)[0].url).toBe('/oauth/revoke');
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(stderr).toMatch(/^Cancelled, but what was under way may have been done/m);
});
