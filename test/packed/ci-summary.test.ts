import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/ci-summary.mjs', import.meta.url));

type Step = { log: string; status: number };

/** Runs the script on `steps` and gives its lines and exit code. */
function addUp(...steps: Step[]) {
  const folder = mkdtempSync(join(tmpdir(), 'ci-summary-'));
  try {
    for (const [index, { log, status }] of steps.entries()) {
      writeFileSync(join(folder, `step-${index}.log`), log);
      writeFileSync(join(folder, `step-${index}.status`), `${status}\n`);
    }
    const { stdout, status } = spawnSync(process.execPath, [script, '--add-up', folder], { encoding: 'utf8' });
    return { lines: stdout.trim().split('\n'), status };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const vitest = (files: string, tests: string) =>
  ` Test Files  ${files}\n      Tests  ${tests}\n   Start at  12:00:00\n`;

describe('the closing line of a CI run', () => {
  it('adds up what the runners reported', () => {
    const log = `\u001b[2m${vitest('12 passed (12)', '\u001b[32m140 passed\u001b[39m (140)')}`;
    expect(addUp({ log, status: 0 }, { log: 'ok: x\npacked: 16 passed, 0 failed\n', status: 0 })).toEqual({
      lines: ['156 passed, 0 failed'],
      status: 0,
    });
  });

  it('counts failed tests', () => {
    const log = vitest('1 failed | 11 passed (12)', '2 failed | 138 passed (140)');
    expect(addUp({ log, status: 1 })).toEqual({ lines: ['138 passed, 2 failed'], status: 1 });
  });

  it('counts a test file that could not be loaded', () => {
    const log = vitest('1 failed | 11 passed (12)', '138 passed (138)');
    expect(addUp({ log, status: 1 })).toEqual({ lines: ['138 passed, 1 failed'], status: 1 });
  });

  it('counts a step that died without a report', () => {
    expect(addUp({ log: 'packed: 3 passed, 0 failed', status: 0 }, { log: 'tsc: error', status: 2 })).toEqual({
      lines: ['FAILED: step-1 ended with 2', '3 passed, 1 failed'],
      status: 1,
    });
  });

  it('counts a step that failed after a report without failures', () => {
    const { lines, status } = addUp({ log: vitest('1 passed (1)', '5 passed (5)'), status: 1 });
    expect([lines.at(-1), status]).toEqual(['5 passed, 1 failed', 1]);
  });

  it('counts a step that ended well and reported nothing', () => {
    const { lines, status } = addUp({ log: 'skipped: refused here', status: 0 });
    expect([lines.at(-1), status]).toEqual(['0 passed, 1 failed', 1]);
  });
});

it('takes the test command from the README', () => {
  const readme = fileURLToPath(new URL('../../README.md', import.meta.url));
  const { stdout } = spawnSync(process.execPath, [script, '--test-command', readme], { encoding: 'utf8' });
  expect(stdout).toBe('npm ci && npm test\n');
});
