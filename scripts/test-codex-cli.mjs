// Runs the real Codex CLI against the emulator. The CLI is a stranger with opinions about the network, so it, the emulator
// and the tests live together in a network namespace that has a loopback device and nothing else.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The first is what every test runs against; the second looks for its backend behind https only, so that it just logs in. */
const VERSIONS = ['0.144.6', '0.169.0'];
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const cache = resolve(root, process.env.AI_SDK_CODEX_CLI_CACHE || '.cache/codex-cli');

function run(command, args, options = {}) {
  return spawnSync(command, args, { stdio: 'inherit', ...options });
}

/** Flags with which `unshare` works here: as root, else in a user namespace of our own. */
function namespaceFlags() {
  return [['-n'], ['-r', '-n']].find((flags) => run('unshare', [...flags, 'true'], { stdio: 'ignore' }).status === 0);
}

/** Each version has a folder of its own. */
const folderOf = (version) => join(cache, version);
const binaryOf = (version) => join(folderOf(version), 'node_modules/.bin/codex');

/** True when the wrapper has the right version and the package with its binary is beside it. */
function isInstalled(version) {
  const scope = join(folderOf(version), 'node_modules/@openai');
  const wrapper = join(scope, 'codex/package.json');
  const binary = join(scope, `codex-${process.platform}-${process.arch}/package.json`);
  return existsSync(wrapper) && existsSync(binary) && JSON.parse(readFileSync(wrapper, 'utf8')).version === version;
}

function install(version) {
  if (isInstalled(version)) return;
  const folder = folderOf(version);
  console.log(`Installing @openai/codex@${version} into ${folder} (about 400 MB).`);
  mkdirSync(folder, { recursive: true });
  const flags = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  const what = `@openai/codex@${version}`;
  const { status } = run('npm', ['install', '--prefix', folder, ...flags, what], { cwd: folder });
  if (status !== 0) throw new Error(`npm could not install ${what}.`);
}

const SET_LO_FLAGS =
  'import fcntl,socket,struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sH14x", b"lo", 0x41))';

/** The shell line that brings loopback up inside the new namespace. */
function loopbackUp() {
  const has = (command) => run('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
  if (has('ip')) return 'ip link set lo up';
  if (has('python3')) return `python3 -c '${SET_LO_FLAGS}'`;
  throw new Error('Neither ip (iproute2) nor python3 is here to bring the loopback device up.');
}

/** The environment without anything that names a proxy, a key or another Codex. */
function cleanEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !/proxy|^OPENAI_|^CODEX_|^VITEST/i.test(name));
  return {
    ...Object.fromEntries(kept),
    REFEREE_CODEX_BIN: binaryOf(VERSIONS[0]),
    REFEREE_CODEX_BIN_NEWER: binaryOf(VERSIONS[1]),
    REFEREE_HOST_NETWORK: readlinkSync('/proc/self/ns/net'),
  };
}

const flags = process.platform === 'linux' ? namespaceFlags() : undefined;
if (!flags) {
  const ci = process.env.CI === 'true';
  console.log(`${ci ? 'FAILED' : 'skipped'}: the Codex CLI runs only inside "unshare -n", which is refused here.`);
  process.exit(ci ? 1 : 0);
}
VERSIONS.forEach(install);
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
if (!existsSync(vitest)) throw new Error('Run npm ci first.');
const command = [process.execPath, vitest, 'run', '--config', 'vitest.codex-cli.config.ts', ...process.argv.slice(2)];
const inside = ['sh', '-c', `${loopbackUp()} && exec "$@"`, 'sh', ...command];
const { status } = run('unshare', [...flags, ...inside], { cwd: root, env: cleanEnvironment() });
process.exit(status ?? 1);
