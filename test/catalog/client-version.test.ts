import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { CODEX_CLIENT_VERSION } from '../../src/shared/constants';

const script = fileURLToPath(new URL('../../scripts/codex-client-version.mjs', import.meta.url));

function show(...options: string[]) {
  const { status, stdout } = spawnSync(process.execPath, [script, '--offline', ...options], { encoding: 'utf8' });
  return { status, stdout };
}

it('is new enough for every model of the bundle', () => {
  const { status, stdout } = show();
  expect(stdout).toContain(CODEX_CLIENT_VERSION);
  expect([status, stdout.includes('FAILED')]).toEqual([0, false]);
});

it('fails where it would hide one, and names each of them', () => {
  const { status, stdout } = show('--stated', '0.152.10');
  expect(status).toBe(1);
  expect(stdout.match(/^FAILED: \S+/gm)).toEqual(['FAILED: gpt-6-sol', 'FAILED: gpt-6-luna', 'FAILED: gpt-6-astra']);
});
