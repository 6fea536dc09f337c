import { isAbsolute, join } from 'node:path';
import type { OAuthCredentials } from '../../../shared/credentials';
import { isVisibleAscii } from '../../../shared/headers';
import { asNumber, asRecord, asString } from '../../../shared/json';
import { maskWhenPrinted } from '../../../shared/masked';
import { homeFolder } from '../../../shared/node/home-folder';
import { CodexAuthError } from '../../errors';
import { decodeTokenClaims } from '../../token-claims';

/** Programs whose logins can be copied. */
export type ForeignTool = 'opencode' | 'pi';

interface ForeignFile {
  defaultPath(): string;
  /** The name of the ChatGPT login in it. */
  entry: string;
}

export const foreignTools: ReadonlyMap<ForeignTool, ForeignFile> = new Map<ForeignTool, ForeignFile>([
  ['opencode', { entry: 'openai', defaultPath: () => join(dataFolder(), 'opencode', 'auth.json') }],
  ['pi', { entry: 'openai-codex', defaultPath: () => join(piFolder(), 'auth.json') }],
]);

const GIVE_PATH = 'Give the `path` of the file.';

/** The same on every platform, as opencode has it. */
function dataFolder(): string {
  const { XDG_DATA_HOME = '' } = process.env;
  return isAbsolute(XDG_DATA_HOME) ? XDG_DATA_HOME : join(homeFolder(GIVE_PATH), '.local', 'share');
}

function piFolder(): string {
  return process.env.PI_CODING_AGENT_DIR || join(homeFolder(GIVE_PATH), '.pi', 'agent');
}

/** Where an entry was found, for messages. */
interface Origin {
  tool: ForeignTool;
  entry: string;
  path: string;
}

/**
 * An entry of opencode's or pi's file as credentials. Without issuer and client: they would say that it was made here, and
 * a logout would revoke it.
 *
 * @throws {@link CodexAuthError} `invalid_credential`
 */
export async function toImported(value: unknown, origin: Origin): Promise<OAuthCredentials> {
  const entry = asRecord(value);
  if (entry === undefined) throw notImported(origin, value === undefined ? 'is not there' : 'is no object');
  if (entry.type !== 'oauth') throw notImported(origin, 'is no ChatGPT login, but of another type, such as an API key');
  const accessToken = tokenIn(entry.access);
  const refreshToken = tokenIn(entry.refresh);
  if (!accessToken || !refreshToken) throw notImported(origin, 'lacks a usable access or refresh token');
  const { expiresAt = expiryIn(entry.expires), ...person } = (await decodeTokenClaims(accessToken)) ?? {};
  const accountId = person.accountId ?? accountIn(entry.accountId);
  return maskWhenPrinted({
    ...person,
    accessToken,
    refreshToken,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(accountId && { accountId }),
  });
}

/** Opencode takes the id of an organization of the API platform where it finds no account. */
function accountIn(value: unknown): string | undefined {
  const id = tokenIn(value);
  return id?.startsWith('org-') ? undefined : id;
}

function tokenIn(value: unknown): string | undefined {
  const text = asString(value) ?? '';
  return isVisibleAscii(text) && !text.startsWith('sk-') ? text : undefined;
}

/** Such files have milliseconds; some copies have seconds, which cannot be mistaken: as milliseconds they are in 1973. */
function expiryIn(value: unknown): number | undefined {
  const expires = asNumber(value);
  if (expires === undefined || expires <= 0) return undefined;
  return expires < 1e11 ? expires * 1000 : expires;
}

function notImported({ tool, entry, path }: Origin, problem: string): CodexAuthError {
  return new CodexAuthError({
    code: 'invalid_credential',
    message: `No login was imported: "${entry}" in ${path} ${problem}. Log in with ${tool} first, or here with \`npx ai-sdk-codex login\`.`,
  });
}
