/** Every value of the outside world that may change, in one place. All of them can be overridden by a setting. */

/** Base URL of the Codex Responses backend. */
export const DEFAULT_BASE_URL = 'https://chatgpt.com/backend-api/codex';

/** OAuth issuer, and the public client id that the Codex CLI and its peers log in with. */
export const DEFAULT_ISSUER = 'https://auth.openai.com';
export const DEFAULT_CLIENT_ID = 'app_EMoamEEZ73f0CkXaXp7hrann';

/** What a login in the browser asks for: the six scopes of the official client, no more. */
export const DEFAULT_SCOPE = 'openid profile email offline_access api.connectors.read api.connectors.invoke';

/** Who we are. Never another product's name. */
export const ORIGINATOR = 'ai-sdk-codex';

/**
 * The Codex CLI version whose protocol we speak, sent as `version`. It states compatibility, not identity: the backend
 * hides models from, and refuses them to, clients older than a model's `minimal_client_version`.
 */
export const CODEX_CLIENT_VERSION = '0.169.0';

/** The backend demands instructions; this is sent when neither the prompt nor a setting has any. */
export const DEFAULT_INSTRUCTIONS = 'You are a helpful assistant.';

export const DEFAULT_PROFILE = 'default';

/** JWT claim that holds the account, plan and user of a ChatGPT token. */
export const AUTH_CLAIM = 'https://api.openai.com/auth';
export const PROFILE_CLAIM = 'https://api.openai.com/profile';
