/**
 * Shows which Codex CLI is the newest on npm and which version this package states (`CODEX_CLIENT_VERSION` in
 * src/shared/constants.ts), which it sends as the header `version` and the query `client_version`.
 *
 *   node scripts/codex-client-version.mjs [--offline] [--stated VERSION]
 *
 * `--offline` does not ask npm; `--stated` shows what another version would mean.
 *
 * The exit code is 1 when the version that is stated hides a bundled model from its users, or cannot be compared.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { tsImport } from 'tsx/esm/api';

const { values } = parseArgs({ options: { offline: { type: 'boolean' }, stated: { type: 'string' } } });
const load = (path) => tsImport(`../src/${path}`, import.meta.url);

/** The parts of `1.2.3` as numbers; a pre-release counts as its release. */
function numbersOf(version) {
  const match = /^(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/.exec(version);
  if (!match) throw new Error(`${JSON.stringify(version)} is no version.`);
  return match.slice(1).map(Number);
}

function isOlder(version, than) {
  const [own, other] = [numbersOf(version), numbersOf(than)];
  const at = own.findIndex((part, index) => part !== other[index]);
  return at !== -1 && own[at] < other[at];
}

/** Undefined when npm cannot be asked: that is no fault of the version that is stated. */
function newestOnNpm() {
  if (values.offline) return undefined;
  try {
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], shell: process.platform === 'win32' };
    const version = execFileSync('npm', ['view', '@openai/codex', 'version'], { ...options, timeout: 60_000 }).trim();
    numbersOf(version);
    return version;
  } catch {
    return undefined;
  }
}

const [{ CODEX_CLIENT_VERSION }, { KNOWN_MODELS }] = await Promise.all([
  load('shared/constants.ts'),
  load('catalog/known-models.ts'),
]);
const stated = values.stated ?? CODEX_CLIENT_VERSION;
const gated = KNOWN_MODELS.filter(({ minimalClientVersion }) => minimalClientVersion !== undefined);
const hidden = gated.filter(({ minimalClientVersion }) => isOlder(stated, minimalClientVersion));
const [highest] = gated.sort((one, other) => (isOlder(one.minimalClientVersion, other.minimalClientVersion) ? 1 : -1));
const newest = newestOnNpm();

console.log(`newest on npm     ${newest ?? 'unknown: npm was not asked, or did not tell'}`);
if (newest) console.log(`  it would send   version: ${newest}, and /models?client_version=${newest}`);
console.log(`stated by us      ${stated}${newest && isOlder(stated, newest) ? ' (older than the newest)' : ''}`);
console.log(`needed by models  ${highest?.minimalClientVersion ?? 'none'}${highest ? ` (${highest.id})` : ''}`);
for (const { id, minimalClientVersion } of hidden) {
  console.log(`FAILED: ${id} is served from ${minimalClientVersion} on; raise CODEX_CLIENT_VERSION.`);
}
process.exitCode = hidden.length > 0 ? 1 : 0;
