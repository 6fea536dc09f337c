import { AuthStoreError } from '../../../shared/auth-store-error';
import { DEFAULT_PROFILE } from '../../../shared/constants';
import type { OAuthCredentials } from '../../../shared/credentials';
import { asRecord, asString } from '../../../shared/json';
import { maskWhenPrinted } from '../../../shared/masked';
import { CodexAuthError } from '../../errors';
import { loginHint } from '../../login-hint';

/** What a file holds in place of a ChatGPT login, by its `auth_mode`. */
const OTHERS: Record<string, string> = {
  none: 'no login at all',
  apikey: 'an API key of the OpenAI platform',
  personalAccessToken:
    'a personal access token, which works here as the value of the environment variable CODEX_ACCESS_TOKEN',
  agentIdentity: 'an agent identity',
  bedrockApiKey: 'an API key of Amazon Bedrock',
  headers: 'request headers of its own',
};

const CHATGPT_MODES = ['chatgpt', 'chatgptAuthTokens'];

/**
 * The ChatGPT login in the Codex CLI's auth.json, without its refresh token: what is not here cannot be spent.
 *
 * @throws {@link CodexAuthError} `invalid_credential` for a sound file that holds something else.
 * @throws {@link AuthStoreError} `corrupt` for a ChatGPT login without an access token.
 */
export function toCredentials(file: Record<string, unknown>, path: string): OAuthCredentials {
  const mode = modeOf(file);
  if (!CHATGPT_MODES.includes(mode)) throw otherLogin(mode, path);
  const tokens = asRecord(file.tokens);
  const accessToken = asString(tokens?.access_token);
  if (!accessToken) {
    const message = `${path} should hold a ChatGPT login, but there is no access token in it. Run \`codex login\` again.`;
    throw new AuthStoreError({ code: 'corrupt', message });
  }
  const idToken = asString(tokens?.id_token);
  const accountId = asString(tokens?.account_id);
  const lastRefreshAt = instantOf(file.last_refresh);
  return maskWhenPrinted({
    accessToken,
    ...(idToken && { idToken }),
    ...(accountId && { accountId }),
    ...(lastRefreshAt !== undefined && { lastRefreshAt }),
  });
}

/** The Codex CLI's own reading: without a mode, an API key makes it leave the tokens beside it alone. */
function modeOf(file: Record<string, unknown>): string {
  const { auth_mode: mode } = file;
  if (mode !== undefined && mode !== null) return asString(mode) ?? 'unknown';
  if (file.OPENAI_API_KEY) return 'apikey';
  if (asRecord(file.tokens)) return 'chatgpt';
  if (file.personal_access_token) return 'personalAccessToken';
  if (file.agent_identity) return 'agentIdentity';
  return file.bedrock_api_key ? 'bedrockApiKey' : 'none';
}

/** RFC 3339, as the Codex CLI demands; `Date.parse` alone would take a lone number for a year. */
function instantOf(value: unknown): number | undefined {
  const text = asString(value) ?? '';
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text)
    ? Date.parse(text)
    : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
}

function otherLogin(mode: string, path: string): CodexAuthError {
  // Not quoted: whatever stands in an unknown place may be a secret.
  const what = Object.hasOwn(OTHERS, mode) ? OTHERS[mode] : 'a login of a kind that is not known here (its auth_mode)';
  return new CodexAuthError({
    code: 'invalid_credential',
    message: `The Codex CLI has no ChatGPT login: ${path} holds ${what}. Run \`codex login\` and choose ChatGPT. ${loginHint(DEFAULT_PROFILE)}`,
  });
}
