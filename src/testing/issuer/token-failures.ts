import { oauthError, type RefreshErrorCode, refreshError } from './refusals';
import type { ScriptedTokenReply } from './scripted-reply';

const HTML = { 'content-type': 'text/html; charset=utf-8' };

/**
 * Answers of the token endpoint that a client has to live with, ready for `tokenReply(...)`.
 *
 * @example emulator.tokenReply(tokenFailures.regionBlocked(), tokenFailures.stall());
 */
export const tokenFailures = {
  /** The refresh token is refused. `shape: 'string'` gives `{ "error": code }`. Default: status 401, an object. */
  refused(
    code: RefreshErrorCode = 'refresh_token_reused',
    { status = 401, shape = 'object' }: { status?: number; shape?: 'object' | 'string' } = {},
  ): ScriptedTokenReply {
    return shape === 'object' ? refreshError(code, status) : { status, body: { error: code } };
  },
  /** 400, as RFC 6749 has it. */
  invalidGrant: (): ScriptedTokenReply => oauthError(400, 'invalid_grant'),
  /** 403: the request left from a country or proxy that is not served. */
  regionBlocked(): ScriptedTokenReply {
    const message = 'Country, region, or territory not supported';
    const code = 'unsupported_country_region_territory';
    return { status: 403, body: { error: { code, message, param: null, type: 'request_forbidden' } } };
  },
  /** 403 with the page of an edge server. */
  edgePage: (): ScriptedTokenReply => ({
    status: 403,
    headers: HTML,
    body: '<html><title>Just a moment</title></html>',
  }),
  /** 429. `retryAfter` in seconds. */
  rateLimited({ retryAfter = 2 } = {}): ScriptedTokenReply {
    const error = { message: 'Too many requests.', type: 'rate_limit_error', param: null, code: 'rate_limit_exceeded' };
    return { status: 429, headers: { 'retry-after': String(retryAfter) }, body: { error } };
  },
  /** 500 with plain text. */
  serverError: (): ScriptedTokenReply => ({ status: 500, body: 'Internal Server Error' }),
  /** 502 with a page. */
  badGateway: (): ScriptedTokenReply => ({
    status: 502,
    headers: HTML,
    body: '<html><title>Bad Gateway</title></html>',
  }),

  /** The connection breaks before any header. `carriedOut`: after the token was spent. Default false. */
  reset: ({ carriedOut = false } = {}): ScriptedTokenReply => ({ connection: 'reset', carriedOut }),
  /** The connection breaks in the middle of the new tokens; the old one is spent. */
  resetMidBody: (): ScriptedTokenReply => ({ connection: 'reset-mid-body' }),
  /** No answer until the client leaves. `carriedOut`: the token is spent. Default false. */
  stall: ({ carriedOut = false } = {}): ScriptedTokenReply => ({ connection: 'stall', carriedOut }),

  /** 200 with the first half of the JSON; the old token is spent. */
  truncated: (): ScriptedTokenReply => ({ truncate: true }),
  /** 200 with `{}`; the old token is spent. */
  empty: (): ScriptedTokenReply => ({ body: {}, carriedOut: true }),
  /** 200 without these fields; the old token is spent. */
  without: (
    ...names: ('access_token' | 'refresh_token' | 'id_token' | 'expires_in' | 'token_type' | 'scope')[]
  ): ScriptedTokenReply => ({ omit: names }),
  /** 200 with an id token that is no JWT. */
  opaqueIdToken: (): ScriptedTokenReply => ({ fields: { id_token: 'opaque-id-token' } }),
  /** 200 with `expires_in` as a string. */
  expiresInAsString: (): ScriptedTokenReply => ({ fields: { expires_in: '864000' } }),
  /** 200 with tokens of another account. */
  otherAccount: (accountId = '00000000-0000-4000-8000-00000000000f'): ScriptedTokenReply => ({ login: { accountId } }),
  /** 200 with tokens that name organizations and no account. */
  organizationsOnly: (): ScriptedTokenReply => ({ authClaims: { chatgpt_account_id: undefined } }),
};
