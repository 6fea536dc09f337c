import { AUTH_CLAIM, PROFILE_CLAIM } from '../shared/constants';
import { asNumber, asRecord, asString } from '../shared/json';

/** What a token says about itself. Hints only: the signature is not checked, so nothing may be permitted on their word. */
export interface TokenClaims {
  /** Epoch milliseconds. */
  expiresAt?: number;
  accountId?: string;
  userId?: string;
  email?: string;
  planType?: string;
  fedramp?: boolean;
}

const MAX_LENGTH = 64 * 1024;

/** The claims of an access or id token; undefined for an opaque one, which is just as good a token. */
export async function decodeTokenClaims(token: string | undefined): Promise<TokenClaims | undefined> {
  if (token === undefined || token.length > MAX_LENGTH || token.split('.').length !== 3) return undefined;
  const { decodeJwt } = await import('jose/jwt/decode');
  try {
    return readClaims(decodeJwt(token));
  } catch {
    return undefined;
  }
}

/** Pure: the payload of a token, in our words. */
export function readClaims(payload: Record<string, unknown>): TokenClaims {
  const auth = asRecord(payload[AUTH_CLAIM]);
  const expiresInSeconds = asNumber(payload.exp);
  const accountId = asString(auth?.chatgpt_account_id);
  const userId = asString(auth?.chatgpt_user_id) ?? asString(auth?.user_id);
  const email = asString(payload.email) ?? asString(asRecord(payload[PROFILE_CLAIM])?.email);
  const planType = asString(auth?.chatgpt_plan_type);
  return {
    ...(expiresInSeconds !== undefined && { expiresAt: expiresInSeconds * 1000 }),
    ...(accountId && { accountId }),
    ...(userId && { userId }),
    ...(email && { email }),
    ...(planType && { planType }),
    ...(auth?.chatgpt_account_is_fedramp === true && { fedramp: true }),
  };
}
