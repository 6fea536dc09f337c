import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AuthStoreError } from '../../../shared/auth-store-error';
import { DEFAULT_PROFILE } from '../../../shared/constants';
import type { OAuthCredentials } from '../../../shared/credentials';
import { findHomeFolder } from '../../../shared/node/home-folder';
import { createRuntime, type Runtime } from '../../../shared/runtime';
import type { AuthStore } from '../../../stores/auth-store';
import { explainAbsence } from './codex-cli-absence';
import { toCredentials } from './codex-cli-login';
import { readJsonFile } from './read-json-file';

export interface CodexCliAuthStoreOptions {
  /** Default: `auth.json` in `CODEX_HOME`, else in `~/.codex`. */
  path?: string;
}

const NO_HOME =
  'This user has no home folder: a login of the Codex CLI is looked for only where CODEX_HOME names its folder. Set it if there is one.';
const RENEWAL = 'Run `codex` once, which renews it, or log in here with `npx ai-sdk-codex login`.';

/**
 * The login of the official Codex CLI, read-only: its file is never written and its refresh token never spent, because a
 * refresh token is single use and the CLI's copy would be dead afterwards. When the access token has expired, run `codex`
 * once, which renews it. Has one profile, `default`. A login that the CLI keeps in the keyring is not found; `describe`
 * says so.
 *
 * @throws {@link AuthStoreError} from `read`: `corrupt` for a damaged file, `unreadable`, also when `CODEX_HOME` is set and
 * no folder; from `update`: `unwritable`, always.
 * @throws CodexAuthError from `read`: `invalid_credential` when the CLI is logged in by something else, such as an API key.
 */
export function codexCliAuthStore(options: CodexCliAuthStoreOptions = {}): AuthStore {
  return openCodexCliStore(options);
}

/** What only our own tests may set. */
export interface CodexCliStoreInternals {
  runtime?: Pick<Runtime, 'sleep'>;
}

export function openCodexCliStore(
  { path: given }: CodexCliAuthStoreOptions,
  { runtime = createRuntime() }: CodexCliStoreInternals = {},
): AuthStore {
  const pathOf = () => {
    if (given !== undefined) return resolve(given);
    const home = codexHome();
    return home && join(home, 'auth.json');
  };
  const read = async (profile: string): Promise<OAuthCredentials | undefined> => {
    if (profile !== DEFAULT_PROFILE) return undefined;
    if (given === undefined) await assertHome();
    const path = pathOf();
    if (path === undefined) return undefined;
    const file = await readJsonFile(path, 'the Codex CLI', runtime);
    return file && toCredentials(file, path);
  };
  return {
    readonly: true,
    read,
    async update() {
      const what = pathOf() ?? 'The login';
      const message = `${what} belongs to the Codex CLI and is never written here; log in or out with \`codex\`.`;
      throw new AuthStoreError({ code: 'unwritable', message });
    },
    profiles: async () => ((await read(DEFAULT_PROFILE)) ? [DEFAULT_PROFILE] : []),
    async describe() {
      const location = pathOf();
      if (location === undefined) return { location: '~/.codex/auth.json', renewal: NO_HOME, readonly: true };
      const renewal = await read(DEFAULT_PROFILE).then(
        (login) => (login ? RENEWAL : explainAbsence(location)),
        // It says what to do about the file.
        (error: Error) => error.message,
      );
      return { location, ...(renewal !== undefined && { renewal }), readonly: true };
    },
  };
}

/** Undefined where nobody has a home: the Codex CLI does not run there either. */
function codexHome(): string | undefined {
  if (process.env.CODEX_HOME) return resolve(process.env.CODEX_HOME);
  const home = findHomeFolder();
  return home && join(home, '.codex');
}

/** The Codex CLI refuses to run with such a setting; taken for "not logged in", a misspelt path would be hard to find. */
async function assertHome(): Promise<void> {
  const { CODEX_HOME } = process.env;
  if (!CODEX_HOME || (await stat(CODEX_HOME).catch(() => undefined))?.isDirectory()) return;
  throw new AuthStoreError({
    code: 'unreadable',
    message: `CODEX_HOME names ${resolve(CODEX_HOME)}, which is no folder. Correct it, or unset it to use ~/.codex.`,
  });
}
