import { realpath } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { AuthStoreError } from '../../../shared/auth-store-error';
import type { OAuthCredentials } from '../../../shared/credentials';
import { maskWhenPrinted } from '../../../shared/masked';
import { CodexAuthError } from '../../errors';
import { revokeLogin } from '../../revocation';
import { type LoginInternals, type LoginTarget, type SaveContext, toSaveContext } from '../../save-login';
import { type ForeignTool, foreignTools, toImported } from './foreign-login';
import { readJsonFile } from './read-json-file';

export interface ImportLoginOptions extends LoginTarget {
  /** Whose login to copy. */
  from: ForeignTool;
  /**
   * Its file. Default: `opencode/auth.json` in `XDG_DATA_HOME` or `~/.local/share`; `auth.json` in `PI_CODING_AGENT_DIR`
   * or `~/.pi/agent`.
   */
  path?: string;
  /** Take the place of a login that the profile holds already, which is revoked if it was made here. Default false. */
  replace?: boolean;
}

/**
 * Copies the ChatGPT login of opencode or pi into a store, once, and warns through the logger: **an import forks the
 * login**. Refresh tokens are single use, so whichever side refreshes first logs the other one out; stop using the other
 * program with this account, or log in here instead. The other program's file is read only when this is called, and never
 * written. A logout never revokes an imported login.
 *
 * @throws {@link AuthStoreError} `unreadable`, also when there is no file; `corrupt`; and what the store fails with.
 * @throws {@link CodexAuthError} `invalid_credential` when the file holds no ChatGPT login; `login_failed` when the profile
 * holds a login and `replace` is not set.
 * @throws TypeError for another `from`.
 */
export async function importLogin(
  options: ImportLoginOptions,
  internals: LoginInternals = {},
): Promise<OAuthCredentials> {
  const tool = foreignTools.get(options.from);
  if (!tool) throw new TypeError(`\`from\` must be one of: ${[...foreignTools.keys()].join(', ')}.`);
  const context = toSaveContext(options, internals);
  const path = resolve(options.path ?? tool.defaultPath());
  await refuseOpenClaw(path);
  const file = await readJsonFile(path, options.from, context.runtime);
  if (!file) {
    const message = `There is no file ${path}: ${options.from} has no login there. Give the \`path\` of its auth.json.`;
    throw new AuthStoreError({ code: 'unreadable', message });
  }
  const imported = await toImported(file[tool.entry], { tool: options.from, entry: tool.entry, path });
  const stored = await store(imported, context, options.replace ?? false);
  const warning = `The login was copied from ${options.from}: whichever of the two refreshes first logs the other one out.`;
  context.logger.warn(`${warning} Use it in one place only.`, { profile: context.profile, from: path });
  return stored;
}

async function store(imported: OAuthCredentials, context: SaveContext, mayReplace: boolean): Promise<OAuthCredentials> {
  const { authStore, profile } = context;
  let superseded: OAuthCredentials | undefined;
  const stored = await authStore.update(profile, async (current) => {
    if (current && !mayReplace) throw occupied(profile);
    superseded = current;
    return imported;
  });
  if (superseded && superseded.refreshToken !== imported.refreshToken) await revokeLogin(superseded, context);
  return maskWhenPrinted({ ...(stored ?? imported) });
}

function occupied(profile: string): CodexAuthError {
  return new CodexAuthError({
    code: 'login_failed',
    message: `Profile "${profile}" holds a login already, which was kept. Import into another profile, log out first, or set \`replace\`.`,
  });
}

/** Its agents renew their logins by themselves, and a copy would end one of them. Not even a look is taken. */
async function refuseOpenClaw(path: string): Promise<void> {
  const { OPENCLAW_STATE_DIR: state } = process.env;
  const folders = state ? await namesOf(resolve(state)) : [];
  const isInside = (one: string) =>
    /[\\/]\.(openclaw|clawdbot)[\\/]/.test(one) || folders.some((folder) => one.startsWith(join(folder, sep)));
  if (!(await namesOf(path)).some(isInside)) return;
  throw new CodexAuthError({
    code: 'login_failed',
    message: `${path} belongs to OpenClaw, whose logins are not imported. Log in with \`npx ai-sdk-codex login\`.`,
  });
}

/** As it was given, and without links. */
async function namesOf(path: string): Promise<string[]> {
  return [path, await realpath(path).catch(() => path)];
}
