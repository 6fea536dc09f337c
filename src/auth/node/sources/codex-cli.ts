import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { AuthStoreError } from '../../../shared/auth-store-error';
import { DEFAULT_PROFILE } from '../../../shared/constants';
import type { OAuthCredentials } from '../../../shared/credentials';
import { asRecord, asString, parseJson } from '../../../shared/json';
import type { AuthStore } from '../../../stores/auth-store';

export interface CodexCliAuthStoreOptions {
  /** Default: `auth.json` in `CODEX_HOME`, else in `~/.codex`. */
  path?: string;
}

/**
 * The login of the official Codex CLI, read-only: its file is never written and its refresh token never spent, because a
 * refresh token is single use and the CLI's copy would be dead afterwards. When the access token has expired, run `codex`
 * once, which renews it. Has one profile, `default`.
 *
 * @throws AuthStoreError from `read`: `corrupt` for a file that holds no ChatGPT login, `unreadable`; from `update`:
 * `unwritable`, always.
 */
export function codexCliAuthStore(options: CodexCliAuthStoreOptions = {}): AuthStore {
  const path = () => options.path ?? join(process.env.CODEX_HOME || join(homedir(), '.codex'), 'auth.json');
  const read = async (profile: string) => (profile === DEFAULT_PROFILE ? readLogin(path()) : undefined);
  return {
    readonly: true,
    read,
    async update() {
      const message = `${path()} belongs to the Codex CLI and is never written here; log in or out with \`codex\`.`;
      throw new AuthStoreError({ code: 'unwritable', message });
    },
    profiles: async () => ((await read(DEFAULT_PROFILE)) ? [DEFAULT_PROFILE] : []),
  };
}

async function readLogin(path: string): Promise<OAuthCredentials | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  const file = asRecord(parseJson(text));
  const tokens = asRecord(file?.tokens);
  const accessToken = asString(tokens?.access_token);
  if (!file || !accessToken) {
    const message = `${path} holds no ChatGPT login${file?.OPENAI_API_KEY ? ', only an API key' : ''}; run \`codex login\`.`;
    throw new AuthStoreError({ code: 'corrupt', message });
  }
  const idToken = asString(tokens?.id_token);
  const accountId = asString(tokens?.account_id);
  const lastRefreshAt = Date.parse(asString(file.last_refresh) ?? '');
  // The refresh token stays where it is: what is not here cannot be spent.
  return {
    accessToken,
    ...(idToken && { idToken }),
    ...(accountId && { accountId }),
    ...(Number.isFinite(lastRefreshAt) && { lastRefreshAt }),
  };
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new AuthStoreError({ code: 'unreadable', message: `The Codex CLI's login cannot be read: ${path}`, cause });
  }
}
