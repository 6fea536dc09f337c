// Runs the slow proofs (test/proofs): real servers, a real browser, terminal and keychain, processes that are killed. What
// this machine lacks is skipped and said; with CI=true it is a failure. `--install` installs it first, on Debian as root.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const isCi = process.env.CI === 'true';

/** What a proof needs beside Node: `NAME.proof.ts` without an entry needs nothing. */
const NEEDS = {
  redis: [['redis-server', 'redis-server']],
  postgres: [
    ['postgres', 'postgresql'],
    ['initdb', 'postgresql'],
  ],
  keychain: [
    ['gnome-keyring-daemon', 'gnome-keyring'],
    ['dbus-run-session', 'dbus'],
  ],
  'login-pages': [['chromium', 'chromium']],
  'cli-terminal': [['tmux', 'tmux']],
  'disk-faults': [
    ['unshare', 'util-linux'],
    ['mount', 'mount'],
  ],
};

/** Debian keeps PostgreSQL's own programs out of the PATH. */
function folders() {
  const versions = list('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`);
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin', ...versions];
}

function list(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function has(program) {
  return folders().some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Mounting and changing the user need rights that a container or an ordinary user may not have. */
function mayMount() {
  return spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()], { stdio: 'ignore' }).status === 0;
}

function missing(proof) {
  const programs = (NEEDS[proof] ?? []).filter(([program]) => !has(program));
  const lacks = programs.map(([program, debian]) => ({ what: program, debian }));
  if (proof === 'disk-faults' && lacks.length === 0 && !mayMount()) lacks.push({ what: 'the right to mount (root)' });
  return lacks;
}

const proofs = readdirSync(join(root, 'test/proofs'))
  .filter((file) => file.endsWith('.proof.ts'))
  .map((file) => file.slice(0, -'.proof.ts'.length));

const args = process.argv.slice(2).filter((argument) => argument !== '--install');
if (process.argv.includes('--install')) {
  const packages = [...new Set(proofs.flatMap(missing).flatMap(({ debian }) => debian ?? []))];
  if (packages.length > 0 && process.getuid?.() === 0 && has('apt-get')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...command) => spawnSync('apt-get', command, { stdio: 'inherit', env });
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
  }
}

const runnable = [];
let lacking = 0;
for (const proof of proofs) {
  const lacks = missing(proof);
  if (lacks.length === 0) runnable.push(`test/proofs/${proof}.proof.ts`);
  else {
    lacking++;
    const debian = [...new Set(lacks.flatMap((one) => one.debian ?? []))];
    const how = debian.length > 0 ? ` (Debian: apt-get install ${debian.join(' ')})` : '';
    console.log(
      `${isCi ? 'FAILED' : 'skipped'}: ${proof}, because ${lacks.map(({ what }) => what).join(', ')} is missing${how}`,
    );
  }
}

const reports = mkdtempSync(join(tmpdir(), 'proofs-'));
const report = join(reports, 'report.json');
const { status, signal } = spawnSync(
  process.execPath,
  [
    ...[join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'vitest.proofs.config.ts'],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    ...(args.length > 0 ? args : runnable),
  ],
  { cwd: root, stdio: 'inherit' },
);
const skipped = status === 0 ? JSON.parse(readFileSync(report, 'utf8')).numPendingTests : 0;
rmSync(reports, { recursive: true });
if (skipped > 0) console.log(`${isCi ? 'FAILED' : 'note'}: ${skipped} proofs skipped themselves.`);
if (signal) console.log(`FAILED: the runner was ended by ${signal}.`);
process.exit(status === 0 ? Number(isCi && (lacking > 0 || skipped > 0)) : (status ?? 1));
