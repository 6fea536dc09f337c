import { ORIGINATOR } from '../shared/constants';
import type { Runtime } from '../shared/runtime';
import { redact } from '../shared/secret';
import { isSecureUrl } from '../shared/secure-url';
import { USER_AGENT } from '../shared/version';
import { CodexAuthError } from './errors';
import { readTextUpTo } from './read-text';
import { parseTokenReply, type TokenOutcome, type TokenReply } from './token-response';

const TIME_LIMIT_MS = 30_000;
const SIZE_LIMIT = 1024 * 1024;

export interface RefreshGrant {
  issuer: string;
  clientId: string;
  /** Single use: once sent, only what comes back is worth keeping. */
  refreshToken: string;
}

/**
 * Exchanges a refresh token for new tokens. Sent once, never repeated here: after a broken connection nobody knows
 * whether the token was spent.
 *
 * @returns New tokens or the refusal; a failure of the network is a transient refusal.
 * @throws {@link CodexAuthError} `invalid_setting` when the issuer is neither https nor on this machine.
 * @see [RFC 6749, section 6](https://www.rfc-editor.org/rfc/rfc6749.html#section-6)
 */
export async function refreshTokens(grant: RefreshGrant, runtime: Runtime): Promise<TokenOutcome> {
  const url = endpointUrl(grant.issuer, '/oauth/token');
  try {
    return parseTokenReply(await requestTokens(url, grant, runtime), runtime.now());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const detail = `the token request failed: ${redact(reason.replaceAll(grant.refreshToken, '[redacted]'))}`;
    return { ok: false, refusal: { kind: 'transient', detail } };
  }
}

/** @throws {@link CodexAuthError} `invalid_setting` */
function endpointUrl(issuer: string, path: string): string {
  if (!isSecureUrl(issuer)) {
    throw new CodexAuthError({
      code: 'invalid_setting',
      message: 'The `issuer` setting must be an https URL: refresh tokens are not sent anywhere else.',
    });
  }
  return `${issuer.replace(/\/+$/, '')}${path}`;
}

async function requestTokens(url: string, grant: RefreshGrant, runtime: Runtime): Promise<TokenReply> {
  const tooLong = new AbortController();
  const answered = new AbortController();
  // Raced as well as signalled, for a `fetch` that ignores signals.
  const limit = runtime.sleep(TIME_LIMIT_MS, answered.signal).then(() => {
    const error = new Error(`no complete answer within ${TIME_LIMIT_MS / 1000} s`);
    tooLong.abort(error);
    throw error;
  });
  limit.catch(() => {});
  try {
    return await Promise.race([postGrant(url, grant, runtime, tooLong.signal), limit]);
  } finally {
    answered.abort();
  }
}

async function postGrant(url: string, grant: RefreshGrant, runtime: Runtime, signal: AbortSignal): Promise<TokenReply> {
  const response = await runtime.fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      originator: ORIGINATOR,
      'user-agent': USER_AGENT,
    },
    body: JSON.stringify({
      client_id: grant.clientId,
      grant_type: 'refresh_token',
      refresh_token: grant.refreshToken,
    }),
    redirect: 'manual', // followed, a redirect would hand the token to whoever it names
    signal,
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after') ?? undefined,
    text: await readTextUpTo(response, SIZE_LIMIT),
  };
}
