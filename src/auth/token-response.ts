import { asNumber, asRecord, asString, parseJson } from '../shared/json';

/** An answer of the token endpoint, read but not judged. */
export interface TokenReply {
  status: number;
  retryAfter?: string | undefined;
  text: string;
}

/** New tokens. What the issuer leaves out stays as it was. */
export interface IssuedTokens {
  accessToken: string;
  refreshToken?: string;
  idToken?: string;
  /** Seconds. */
  expiresIn?: number;
}

/** Why there are none. `code` is the issuer's own word, when it looks like one; else `timeout` or `redirected`. */
export interface TokenRefusal {
  /** `empty`: a success without an access token that could be used. */
  kind: 'permanent' | 'transient' | 'region' | 'empty';
  status?: number;
  code?: string;
  /** As the issuer asked, or as is wise. */
  retryAfterMs?: number;
  /** Came with an `empty` success. It has taken the place of the one that was sent. */
  refreshToken?: string;
  /** A clause without tokens: "the issuer answered 401 (refresh_token_reused)". */
  detail: string;
}

export type TokenOutcome = { ok: true; tokens: IssuedTokens } | { ok: false; refusal: TokenRefusal };

/** Long enough for whatever stands in the way of the issuer to go. */
export const QUIET_MS = 30_000;

/** These speak of the `clientId` setting and not of the token, which must not be given up for them. */
const OF_CLIENT = ['invalid_client', 'unauthorized_client'];
const PERMANENT = new Set([
  'refresh_token_expired',
  'refresh_token_reused',
  'refresh_token_invalidated',
  'invalid_grant',
  'token_expired', // of a refresh token that the issuer does not know
]);

/**
 * Reads the reply to a refresh. A success without an access token is a failure: taken for one, the old token stays
 * expired and the next call refreshes again, without end.
 */
export function parseTokenReply(reply: TokenReply, now: number): TokenOutcome {
  const body = asRecord(parseJson(reply.text));
  if (reply.status >= 200 && reply.status < 300) {
    const tokens = issuedTokens(body);
    return tokens ? { ok: true, tokens } : { ok: false, refusal: emptySuccess(reply, asString(body?.refresh_token)) };
  }
  return { ok: false, refusal: refusalOf(reply, errorCode(body), now) };
}

function emptySuccess({ status }: TokenReply, refreshToken: string | undefined): TokenRefusal {
  const detail = 'the issuer sent no usable access token';
  return { kind: 'empty', status, detail, ...(refreshToken && { refreshToken }) };
}

function issuedTokens(body: Record<string, unknown> | undefined): IssuedTokens | undefined {
  const accessToken = asString(body?.access_token);
  // Printable ASCII, because it becomes a header; a platform key is no token of this backend.
  if (!accessToken || !/^[\x21-\x7e]+$/.test(accessToken) || accessToken.startsWith('sk-')) return undefined;
  const refreshToken = asString(body?.refresh_token);
  const idToken = asString(body?.id_token);
  const expiresIn = asNumber(Number(body?.expires_in ?? Number.NaN));
  return {
    accessToken,
    ...(refreshToken && { refreshToken }),
    ...(idToken && { idToken }),
    ...(expiresIn !== undefined && expiresIn > 0 && { expiresIn }),
  };
}

/** The issuer writes `{ error: { code } }`, `{ error: "code" }` (RFC 6749) and `{ code }`. */
function errorCode(body: Record<string, unknown> | undefined): string | undefined {
  const code = asString(asRecord(body?.error)?.code) ?? asString(body?.error) ?? asString(body?.code);
  // Only a word may reach a message: a body can echo the token that was sent.
  return code && /^[a-z_]{3,60}$/i.test(code) ? code.toLowerCase() : undefined;
}

function refusalOf(reply: TokenReply, code: string | undefined, now: number): TokenRefusal {
  const { status } = reply;
  const redirected = status === 0 || (status >= 300 && status < 400);
  if (redirected) {
    const detail = 'the issuer redirected the request, which tokens do not follow';
    return { kind: 'transient', status, code: 'redirected', detail };
  }
  const detail = `the issuer answered ${status}${code ? ` (${code})` : ''}`;
  const common = { status, detail, ...(code && { code }) };
  if (code === 'unsupported_country_region_territory') return { ...common, kind: 'region' };
  if (status === 401 && isOfAnother(reply)) return { ...common, kind: 'transient', retryAfterMs: QUIET_MS };
  const isOfToken = status === 401 && !OF_CLIENT.includes(code ?? '');
  if (isOfToken || (code && PERMANENT.has(code))) return { ...common, kind: 'permanent' };
  const retryAfterMs = parseRetryAfter(reply.retryAfter, now);
  return { ...common, kind: 'transient', ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** A page: some gateway between here and the issuer wants a login of its own. The issuer answers in JSON, or not at all. */
function isOfAnother({ text }: TokenReply): boolean {
  return text.trim() !== '' && parseJson(text) === undefined;
}

/** Seconds or an HTTP date, as milliseconds from now. */
function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (!value) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
