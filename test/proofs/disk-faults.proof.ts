import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bundleChild } from '../support/bundle-child';

const run = promisify(execFile);
const OLD = 'access-old refresh-old';
const NEW = 'access-new refresh-new';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disk-faults-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a disk that does not take a login', () => {
  let program: string;

  beforeAll(async () => {
    const { status } = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()], { stdio: 'ignore' });
    if (status !== 0) throw new Error('This proof mounts disks: it needs root, and unshare and mount of util-linux.');
    program = await bundleChild(new URL('./children/disk-fault.ts', import.meta.url));
  });

  /** What an update came to, in a namespace of its own. */
  async function outcomeOf(scenario: string) {
    const { stdout } = await run('unshare', ['-m', process.execPath, program, scenario, folder]);
    return JSON.parse(stdout);
  }

  test.each([
    ['full before', /ENOSPC/],
    ['read-only disk', /EROFS/],
    ['read-only folder', /EACCES/],
    ['folder of another user', /EACCES/],
    ['single file mount', /Mount the folder that holds it instead/],
  ])('is told before the change runs, and the old pair stays: %s', async (scenario, message) => {
    expect(await outcomeOf(scenario)).toMatchObject({
      changed: false,
      outcome: { name: 'AuthStoreError', code: 'unwritable', message: expect.stringMatching(message) },
      stored: OLD,
    });
  });

  test('takes it all the same when it only fills up while the change runs: the room was taken before', async () => {
    expect(await outcomeOf('full during the change')).toMatchObject({ changed: true, outcome: 'stored', stored: NEW });
  });

  test.each(['file of another user', 'file of root', 'fifo', 'folder', 'device'])(
    'is neither read nor written: %s',
    async (scenario) => {
      expect(await outcomeOf(scenario)).toMatchObject({
        changed: false,
        outcome: { name: 'AuthStoreError', code: 'unsafe_file' },
        stored: 'unsafe_file',
      });
    },
  );

  test('a link stays, and what it leads to is tightened, for a user without rights', async () => {
    const expected = { outcome: 'stored', stored: NEW, isLink: true, mode: '600' };
    expect(await outcomeOf('wide modes behind a link')).toMatchObject(expected);
  });
});

describe('a writer that is killed at any moment', () => {
  const ROUNDS = 60;

  test('leaves a whole pair: the last one that it stored, or the next', async () => {
    const program = await bundleChild(new URL('./children/update-loop.ts', import.meta.url));
    const path = join(folder, 'auth.json');
    let stored = 0;
    let unfinished = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const told = await killed([program, path, '150', '30', '20000'], round);
      expect(told).toBeGreaterThan(stored);
      stored = await storedIn(path);
      expect([told, told + 1]).toContain(stored);
      unfinished += (await readdir(folder)).filter((name) => name.startsWith('.auth.json.tmp-')).length;
    }
    // Else no kill met a write, and nothing was shown.
    expect(unfinished).toBeGreaterThan(ROUNDS / 10);
  });

  /** Runs `program` and kills it some milliseconds after its first update; gives the last one that it spoke of. */
  async function killed(args: string[], round: number): Promise<number> {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await once(child.stdout, 'data');
    const delayMs = (round * 7.3) % 23;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    child.kill('SIGKILL');
    await once(child, 'close');
    return Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1));
  }

  async function storedIn(path: string): Promise<number> {
    const { accessToken, refreshToken, lastRefreshAt } = JSON.parse(await readFile(path, 'utf8')).profiles.default;
    const token = `${lastRefreshAt}-`.padEnd(40_000 + lastRefreshAt, 'x');
    expect(accessToken === `a${token}` && refreshToken === `r${token}`).toBe(true);
    return lastRefreshAt;
  }
});
