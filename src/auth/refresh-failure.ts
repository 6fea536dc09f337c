import { AuthStoreError } from '../shared/auth-store-error';
import type { RefreshFailure } from '../shared/credentials';
import { plainCause } from '../shared/plain-cause';
import { CodexAuthError } from './errors';
import { authError } from './login-failure';
import { loginHint } from './login-hint';
import type { TokenRefusal } from './token-response';

/** What is known of a refresh that failed. Only `failure` is stored; the rest is for the messages of this process. */
export interface FailedRefresh {
  failure: RefreshFailure;
  /** A clause: "the issuer answered 503". */
  detail?: string | undefined;
  /** In place of what the code usually means. */
  explanation?: string | undefined;
  /** Nothing new came with the failure, unless this is set. */
  newTokenKept?: boolean | undefined;
}

const REUSED = 'refresh_token_reused';
const MISMATCH = 'account_mismatch';
const REGION = 'unsupported_country_region_territory';
/** Older than the longest refresh. */
const ABANDONED_MS = 30_000;

const WRONG_CLIENT = 'The issuer does not accept the client: check the `clientId` setting.';
const EXPLANATIONS: Record<string, string> = {
  [REUSED]: 'Another program, or a copy of this login on another machine, has used its refresh token.',
  refresh_token_expired: 'It was not used for too long.',
  refresh_token_invalidated: 'It was revoked.',
  invalid_client: WRONG_CLIENT,
  unauthorized_client: WRONG_CLIENT,
};
const DETAILS: Record<string, string> = {
  empty_reply: 'the issuer sent no usable access token',
  network: 'the issuer could not be reached',
  timeout: 'the issuer gave no complete answer in time',
  redirected: 'the issuer redirected the request, which tokens do not follow',
};

/** What a refusal is stored as. `fingerprint` names what may be presented next. */
export function refusedRefresh(
  refusal: TokenRefusal,
  fingerprint: string,
  { now, pauseMs, startedAt }: { now: number; pauseMs: number; startedAt: number | undefined },
): FailedRefresh {
  const { kind, code, status, detail, refreshToken } = refusal;
  const name = kind === 'empty' ? 'empty_reply' : (code ?? (status === undefined ? 'network' : `http_${status}`));
  const permanent = kind === 'permanent';
  const isAbandoned = code === REUSED && startedAt !== undefined && now - startedAt > ABANDONED_MS;
  return {
    failure: { fingerprint, code: name, at: now, permanent, ...(!permanent && { retryAt: now + pauseMs }) },
    detail,
    ...(isAbandoned && {
      explanation: 'A process that was renewing it ended, or stood still, before it stored the answer.',
    }),
    newTokenKept: refreshToken !== undefined,
  };
}

export function mismatchedRefresh(fingerprint: string, now: number): FailedRefresh {
  return { failure: { fingerprint, code: MISMATCH, at: now, permanent: true } };
}

/** The error for a refresh that failed, now or earlier, here or in another process. */
export function refreshError(failed: FailedRefresh, profile: string, now: number): CodexAuthError {
  const { code, permanent, retryAt = now } = failed.failure;
  const login = `The login of profile "${profile}"`;
  if (code === MISMATCH) {
    const what = 'the issuer answered with tokens of another account or user, which are kept aside and not used';
    return authError('account_mismatch', `${login} can no longer be renewed: ${what}.`, loginHint(profile));
  }
  const detail = failed.detail ?? DETAILS[code] ?? `the issuer answered ${word(code)}`;
  if (permanent) {
    const explanation = failed.explanation ?? EXPLANATIONS[code];
    return authError(
      'relogin_required',
      `${login} can no longer be renewed: ${detail}.`,
      explanation,
      loginHint(profile),
    );
  }
  const when = `try again in ${Math.max(1, Math.ceil((retryAt - now) / 1000))} s`;
  if (code === REGION) {
    const next = 'Use a network or proxy of a supported country; the login is kept.';
    return authError('region_blocked', `${login} was not renewed: ${detail}.`, next);
  }
  const kept = failed.newTokenKept ? 'The refresh token that it sent is kept' : 'The login is kept';
  const what = `${login} could not be renewed: ${detail}.`;
  return authError('refresh_failed', what, EXPLANATIONS[code], `${kept}; ${when}.`);
}

/** The error for new tokens of which only this process knows, for those who do not go on to use them. */
export function lostLogin({ cause }: CodexAuthError, profile: string): CodexAuthError {
  const what = `The login of profile "${profile}" was renewed, but the new tokens could not be stored, and the stored refresh token is spent.`;
  const detail = AuthStoreError.isInstance(cause) ? `${cause.message} ` : '';
  return new CodexAuthError({ code: 'store_unwritable', message: `${what} ${detail}${loginHint(profile)}`, cause });
}

/** The error of a process that is stopped again and again. */
export function stoodStill(profile: string): CodexAuthError {
  const what = `The login of profile "${profile}" could not be renewed: this process stood still each time that it was about to.`;
  return authError('refresh_failed', what, 'Nothing was sent, and the login is kept; try again.');
}

/** A record may hold anything; `http_503` reads as its status. */
function word(code: string): string {
  return /^http_\d{3}$/.test(code) ? code.slice(5) : code.replace(/[^\w.-]/g, '').slice(0, 60);
}

/** What a store threw, as an error about the login; our own errors, thrown inside a change, pass. */
export function storeFailure(cause: unknown, doing: 'read' | 'update' | 'login'): CodexAuthError {
  if (CodexAuthError.isInstance(cause)) return cause;
  const unreadable = AuthStoreError.isInstance(cause)
    ? ['unreadable', 'corrupt', 'unsafe_file'].includes(cause.code)
    : doing === 'read';
  const detail = AuthStoreError.isInstance(cause) ? ` ${cause.message}` : '';
  const consequence = doing === 'login' ? 'A login cannot be stored' : 'The stored login could not be renewed';
  return new CodexAuthError({
    code: unreadable ? 'store_unreadable' : 'store_unwritable',
    message: unreadable
      ? `The stored login could not be read.${detail}`
      : `${consequence}, because the store cannot be written.${detail}`,
    cause: AuthStoreError.isInstance(cause) ? cause : plainCause(cause),
  });
}
