import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openSystemBrowser } from '../../../src/auth/node/open-browser';

test.each(['javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x', 'ms-settings:', '/usr/bin/id', '-a', ''])(
  '%j is nothing to open',
  async (address) => {
    await expect(openSystemBrowser(address)).rejects.toThrow('Not a web address.');
  },
);

const PROGRAM = `
import { openSystemBrowser } from './open-browser';
const outcome = await openSystemBrowser(process.argv[2]).then(() => 'opened', ({ code }) => code);
console.log(outcome);
`;

// Bundled, as it is shipped: then it is the system's own opener that runs.
describe.runIf(process.platform === 'linux')('on Linux', () => {
  let folder: string;
  let program: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'open-'));
    program = join(folder, 'program.mjs');
    const resolveDir = fileURLToPath(new URL('../../../src/auth/node/', import.meta.url));
    const common = { bundle: true, platform: 'node', format: 'esm', target: 'node20' } as const;
    await build({ ...common, stdin: { contents: PROGRAM, resolveDir, loader: 'ts' }, outfile: program });
    return () => rm(folder, { recursive: true });
  });

  /** Opens `address` in a process whose only program is the opener given. */
  async function open(address: string, opener?: string): Promise<{ outcome: string; path: string }> {
    const path = await mkdtemp(join(tmpdir(), 'path-'));
    onTestFinished(() => rm(path, { recursive: true }));
    if (opener) await writeFile(join(path, 'xdg-open'), `#!/bin/sh\n${opener}\n`, { mode: 0o755 });
    const { stdout } = await promisify(execFile)(process.execPath, [program, address], {
      cwd: path,
      env: { PATH: path },
    });
    return { outcome: stdout.trim(), path };
  }

  test('the address is one argument, whatever a shell would make of it', async () => {
    const address = `https://issuer.test/?a=1&b=$(touch pwned)&c=\`touch pwned\`;touch pwned|'"%20--flag`;
    const { outcome, path } = await open(address, `printf '%s\\n' "$#" "$@" > argv.part; : > done`);
    expect(outcome).toBe('opened');
    await expect.poll(() => readFile(join(path, 'done'), 'utf8').catch(() => 'not yet')).toBe('');
    expect(await readFile(join(path, 'argv.part'), 'utf8')).toBe(`1\n${address}\n`);
    await expect(readFile(join(path, 'pwned'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('a system without an opener is a failure that can be caught', async () => {
    expect((await open('https://issuer.test/')).outcome).toBe('ENOENT');
  });

  test('an opener that fails later ends nobody', async () => {
    expect((await open('https://issuer.test/', 'exit 3')).outcome).toBe('opened');
  });
});
