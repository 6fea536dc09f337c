import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DEFAULT_PROFILE } from '../../../shared/constants';
import { loginHint } from '../../login-hint';

/** Why the Codex CLI may be logged in although its file is not there, and what to do; undefined when it never ran. */
export async function explainAbsence(path: string): Promise<string | undefined> {
  const home = dirname(path);
  if (!(await stat(home).catch(() => undefined))?.isDirectory()) return undefined;
  const config = join(home, 'config.toml');
  const next = `Log in there with \`codex login\`, or here. ${loginHint(DEFAULT_PROFILE)}`;
  const setting = 'cli_auth_credentials_store';
  switch (await credentialsStoreOf(config)) {
    case 'keyring':
    case 'auto':
      return `There is no file ${path}: the login may be in the keyring, which is not read here. Set ${setting} = "file" in ${config}. ${next}`;
    case 'ephemeral':
      return `There is no file ${path}: ${config} keeps the login in memory (${setting}). ${next}`;
    default:
      return `There is no file ${path}; if \`codex login status\` knows a login, it may be in the keyring: then set ${setting} = "file" in ${config}. ${next}`;
  }
}

/** Read by lines: a setting of the top level, before the first table. A file that cannot be read says nothing. */
async function credentialsStoreOf(config: string): Promise<string | undefined> {
  const lines = (await readFile(config, 'utf8').catch(() => '')).replace(/^\uFEFF/, '').split(/\r?\n/);
  const firstTable = lines.findIndex((line) => /^\s*\[/.test(line));
  const top = firstTable < 0 ? lines : lines.slice(0, firstTable);
  return top.flatMap((line) => SETTING.exec(line)?.[2] ?? []).at(-1);
}

const SETTING = /^\s*(["']?)cli_auth_credentials_store\1\s*=\s*["'](\w+)["']/;
