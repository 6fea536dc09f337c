import { hasMarker, mark } from '../shared/marked-error';

const marker = Symbol.for('ai-sdk-codex.CodexAuthError');

// `LoadAPIKeyError.isInstance` of any copy of @ai-sdk/provider looks for these, so it recognises our error although this
// module, which must load cheaply, does not import that package.
const aiSdkMarkers = [Symbol.for('vercel.ai.error'), Symbol.for('vercel.ai.error.AI_LoadAPIKeyError')];

/**
 * - `not_logged_in`: nothing is stored for the profile.
 * - `relogin_required`: what is stored will never work again.
 * - `refresh_failed`: renewing failed for now; a later attempt may succeed.
 * - `account_mismatch`: the issuer answered with tokens of another account.
 * - `region_blocked`: the issuer does not serve this network's country.
 * - `store_unreadable`, `store_unwritable`: the store failed; its error is the `cause`.
 * - `invalid_credential`: what is stored is no login for this issuer.
 * - `invalid_setting`: the issuer's URL must not receive a token.
 * - `access_denied`: the person or the workspace refused a login, or the backend a login whose token was just issued.
 * - `login_timeout`, `port_unavailable`: a login was not completed in time, or had nowhere to listen.
 * - `login_failed`: the issuer refused the login, or could not be reached.
 * - `login_cancelled`: another program's login took the port over.
 * - `device_login_disabled`: the issuer offers no device codes to this account; its message names the setting.
 */
export type CodexAuthErrorReason =
  | 'not_logged_in'
  | 'relogin_required'
  | 'refresh_failed'
  | 'account_mismatch'
  | 'region_blocked'
  | 'store_unreadable'
  | 'store_unwritable'
  | 'invalid_credential'
  | 'invalid_setting'
  | 'access_denied'
  | 'login_timeout'
  | 'port_unavailable'
  | 'login_failed'
  | 'login_cancelled'
  | 'device_login_disabled';

/**
 * There is no login to send, or no way to renew it. The message says what to do next and holds no token.
 * `LoadAPIKeyError.isInstance` of the AI SDK is true for it as well.
 */
export class CodexAuthError extends Error {
  override readonly name = 'CodexAuthError';
  readonly code: CodexAuthErrorReason;

  constructor(options: { code: CodexAuthErrorReason; message: string; cause?: unknown }) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    mark(this, marker, ...aiSdkMarkers);
  }

  /** The same value as `code`. */
  get reason(): CodexAuthErrorReason {
    return this.code;
  }

  /** True for instances of every copy of this package, where `instanceof` is not. */
  static isInstance(error: unknown): error is CodexAuthError {
    return hasMarker(error, marker);
  }
}
