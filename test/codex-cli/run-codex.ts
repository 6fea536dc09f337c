import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CodexEmulator } from 'ai-sdk-codex/testing';
import type { OAuthCredentials } from '../../src/shared/credentials';

/** What one run of the CLI left behind. */
interface CodexRun {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The CLI that is run: the script has installed two. */
export type CodexVersion = '0.144.6' | '0.169.0';

const BINARIES: Record<CodexVersion, string> = {
  '0.144.6': 'REFEREE_CODEX_BIN',
  '0.169.0': 'REFEREE_CODEX_BIN_NEWER',
};

/** A home folder for the CLI that knows nothing but the emulator. */
export interface CodexHome {
  /** The CLI's `auth.json`. */
  readonly authPath: string;
  run(prompt: string, options?: { model?: string; resume?: boolean }): Promise<CodexRun>;
  /** Runs another command of the CLI, such as `['logout']`. `onOutput` gets all that it has printed so far. */
  command(args: string[], onOutput?: (output: string) => void): Promise<CodexRun>;
  /** The tokens that the CLI holds now. */
  tokens(): Promise<{ access_token: string; refresh_token: string; account_id: string }>;
  remove(): Promise<void>;
}

/** Makes a home with this login, if any, and with every address of the CLI pointing at the emulator. */
export async function createCodexHome(
  emulator: CodexEmulator,
  login?: OAuthCredentials,
  version: CodexVersion = '0.144.6',
): Promise<CodexHome> {
  const home = await mkdtemp(join(tmpdir(), 'codex-home-'));
  const workspace = await mkdtemp(join(tmpdir(), 'codex-work-'));
  await writeFile(join(home, 'config.toml'), configFor(emulator));
  const authPath = join(home, 'auth.json');
  if (login) await writeFile(authPath, JSON.stringify(authFile(login)), { mode: 0o600 });
  const environment = environmentOf(home, emulator);
  const command: CodexHome['command'] = async (args, onOutput) =>
    runCodex(await guardedBinary(version), args, { cwd: workspace, env: environment, onOutput });
  return {
    authPath,
    command,
    run: (prompt, { model = 'gpt-5.3-codex', resume = false } = {}) => {
      const options = ['--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', '-m', model];
      return command(['exec', ...options, ...(resume ? ['resume', '--last'] : []), prompt]);
    },
    tokens: async () => JSON.parse(await readFile(authPath, 'utf8')).tokens,
    remove: async () => {
      await rm(home, { recursive: true, force: true });
      await rm(workspace, { recursive: true, force: true });
    },
  };
}

function environmentOf(home: string, emulator: CodexEmulator): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    CODEX_HOME: home,
    CODEX_REFRESH_TOKEN_URL_OVERRIDE: `${emulator.issuer}/oauth/token`,
    CODEX_REVOKE_TOKEN_URL_OVERRIDE: `${emulator.issuer}/oauth/revoke`,
    NO_COLOR: '1',
  };
}

function configFor(emulator: CodexEmulator): string {
  return [
    `openai_base_url = "${emulator.baseURL}"`,
    `chatgpt_base_url = "${emulator.issuer}/backend-api"`,
    'check_for_update_on_startup = false',
    '[analytics]',
    'enabled = false',
    '',
  ].join('\n');
}

function authFile(login: OAuthCredentials) {
  return {
    auth_mode: 'chatgpt',
    OPENAI_API_KEY: null,
    tokens: {
      id_token: login.idToken,
      access_token: login.accessToken,
      refresh_token: login.refreshToken,
      account_id: login.accountId,
    },
    last_refresh: new Date().toISOString(),
  };
}

interface RunOptions {
  cwd: string;
  env: Record<string, string>;
  onOutput: ((output: string) => void) | undefined;
}

function runCodex(binary: string, args: string[], { cwd, env, onOutput }: RunOptions): Promise<CodexRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 90_000 });
    const run = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk) => {
        run[name] += chunk;
        onOutput?.(run.stdout + run.stderr);
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...run }));
  });
}

/** The path of the CLI, given only inside a network namespace that has nothing but loopback. */
async function guardedBinary(version: CodexVersion): Promise<string> {
  const { [BINARIES[version]]: binary, REFEREE_HOST_NETWORK: host } = process.env;
  const own = await readlink('/proc/self/ns/net');
  const outside = Object.keys(networkInterfaces()).filter((name) => name !== 'lo');
  if (!binary || !host || host === own || outside.length > 0) {
    throw new Error('The Codex CLI is started by scripts/test-codex-cli.mjs alone, in a network of its own.');
  }
  return binary;
}
