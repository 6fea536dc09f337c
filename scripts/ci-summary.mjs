/**
 * Reads the logs that `.ci/run` kept, one `NAME.log` and one `NAME.status` (exit code) a step, and prints what their
 * runners reported, added up. A step that failed without saying so, or that reported nothing, counts as a failure.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

/** Vitest's closing line: `Tests  2 failed | 120 passed (122)`. Files that could not even be loaded stand in another. */
const VITEST_TESTS = /^\s*Tests\s+(.*\d+ (?:passed|failed).*)$/;
const VITEST_FILES = /^\s*Test Files\s+(.*\d+ (?:passed|failed).*)$/;
/** The closing line of our own check scripts: `packed: 16 passed, 0 failed`. */
const SCRIPT = /^(?:[\w-]+: )?(\d+) passed, (\d+) failed$/;

const number = (text, word) => Number(new RegExp(`(\\d+) ${word}`).exec(text)?.[1] ?? 0);

/** What the runners in `log` reported. */
export function countReports(log) {
  const total = { passed: 0, failed: 0, reports: 0 };
  let failedFiles = 0;
  for (const line of stripVTControlCharacters(log).split(/\r?\n/)) {
    const files = VITEST_FILES.exec(line)?.[1];
    if (files !== undefined) failedFiles = number(files, 'failed');
    const tests = VITEST_TESTS.exec(line)?.[1];
    const script = SCRIPT.exec(line.trim());
    if (tests === undefined && !script) continue;
    const failed = script ? Number(script[2]) : number(tests, 'failed');
    total.passed += script ? Number(script[1]) : number(tests, 'passed');
    // A file that cannot be loaded fails although none of its tests does.
    total.failed += script ? failed : Math.max(failed, failedFiles);
    total.reports++;
    failedFiles = 0;
  }
  return total;
}

/** Adds up steps `{ name, log, status }`. `complaints` says which counted as failed although no report said so. */
export function summarize(steps) {
  const summary = { passed: 0, failed: 0, complaints: [] };
  for (const { name, log, status } of steps) {
    const { passed, failed, reports } = countReports(log);
    summary.passed += passed;
    summary.failed += failed;
    const silent = failed === 0 && (status !== 0 || reports === 0);
    if (!silent) continue;
    summary.failed++;
    summary.complaints.push(status === 0 ? `${name} reported nothing` : `${name} ended with ${status}`);
  }
  if (steps.length === 0) throw new Error('There are no steps to add up.');
  return summary;
}

/** The command of the README: the first line of the first code block under "Tests". */
export function testCommand(readme) {
  const section = /^## Tests\s*\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(readme)?.[1] ?? '';
  const command = /^```\w*\n(.+)\n/m.exec(section)?.[1]?.trim();
  if (!command) throw new Error('The README has no command under "## Tests".');
  return command;
}

function readSteps(folder) {
  const names = readdirSync(folder).filter((file) => file.endsWith('.log'));
  return names.sort().map((file) => {
    const name = file.slice(0, -'.log'.length);
    const status = Number(readFileSync(join(folder, `${name}.status`), 'utf8'));
    return { name, status, log: readFileSync(join(folder, file), 'utf8') };
  });
}

function main([mode, path]) {
  if (mode === '--test-command') return console.log(testCommand(readFileSync(path, 'utf8')));
  const { passed, failed, complaints } = summarize(readSteps(path));
  for (const complaint of complaints) console.log(`FAILED: ${complaint}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.argv.slice(2));
