import type { IssuerContext } from './issuer-context';
import type { IssuerRequest } from './issuer-request';
import type { Refusal } from './refusals';
import * as authorize from './rules-authorize';
import * as device from './rules-device';
import * as token from './rules-token';

/** Where a rule holds: an endpoint, or one grant of the token endpoint. */
type Place =
  | 'authorize'
  | 'token'
  | 'authorization_code'
  | 'refresh_token'
  | 'token-exchange'
  | 'revoke'
  | 'usercode'
  | 'device token'
  | 'whoami';

/** One thing that the issuer insists on. */
interface IssuerRule {
  number: number;
  on: Place;
  name: string;
  check(request: IssuerRequest, context: IssuerContext): Refusal | undefined;
}

/**
 * What the issuer refuses, in the order in which it looks; the first broken rule of a place decides the answer.
 *
 * The numbers that are missing refuse nothing: 3 and 4 say where the browser is sent (authorize.ts), 11 and 15 what a
 * success holds (grants.ts, token-registry.ts), 12, 18 and 19 what a script may change (scripted-reply.ts,
 * token-failures.ts), 20 what is only noted (token.ts), 25 is the backend's, 26 is the clock that comes in as `now`.
 */
const ISSUER_RULES: readonly IssuerRule[] = [
  { number: 1, on: 'authorize', name: 'known client', check: authorize.checkClient },
  { number: 1, on: 'authorize', name: 'registered redirect', check: authorize.checkRedirect },
  { number: 1, on: 'authorize', name: 'response_type is code', check: authorize.checkResponseType },
  { number: 1, on: 'authorize', name: 'PKCE with S256', check: authorize.checkChallenge },
  { number: 1, on: 'authorize', name: 'state', check: authorize.checkState },
  { number: 2, on: 'authorize', name: 'openid in the scope', check: authorize.checkScope },

  { number: 5, on: 'token', name: 'form or JSON', check: token.checkEncoding },
  { number: 6, on: 'token', name: 'a code comes in a form', check: token.checkCodeEncoding },
  { number: 14, on: 'token', name: 'a refresh names its client', check: token.checkClientNamed },
  { number: 7, on: 'token', name: 'known client', check: token.checkClient },

  { number: 8, on: 'authorization_code', name: 'code known, unused, in time', check: token.checkCode },
  { number: 9, on: 'authorization_code', name: 'redirect of the authorization', check: token.checkCodeRedirect },
  { number: 23, on: 'authorization_code', name: 'redirect of the device login', check: token.checkDeviceRedirect },
  { number: 10, on: 'authorization_code', name: 'verifier of the challenge', check: token.checkVerifier },

  { number: 13, on: 'token-exchange', name: 'an id token for a platform key', check: token.checkTokenExchange },

  { number: 14, on: 'refresh_token', name: 'a refresh token', check: token.checkRefreshTokenNamed },
  { number: 16, on: 'refresh_token', name: 'used only once', check: token.checkUnused },
  { number: 17, on: 'refresh_token', name: 'known, in time, not revoked', check: token.checkAlive },

  { number: 21, on: 'usercode', name: 'device logins are switched on', check: device.checkEnabled },
  { number: 21, on: 'usercode', name: 'known client, in JSON', check: device.checkClient },

  { number: 22, on: 'device token', name: 'both codes, in JSON', check: device.checkCodes },
  { number: 22, on: 'device token', name: 'known pair', check: device.checkPair },
  { number: 22, on: 'device token', name: 'in time', check: device.checkInTime },
  { number: 22, on: 'device token', name: 'no faster than told', check: device.checkPace },
  { number: 22, on: 'device token', name: 'not denied', check: device.checkNotDenied },
  { number: 22, on: 'device token', name: 'decided', check: device.checkDecided },

  { number: 24, on: 'revoke', name: 'a token and its kind, in JSON', check: token.checkRevocation },
  { number: 24, on: 'revoke', name: 'client of a refresh token', check: token.checkRevocationClient },

  { number: 27, on: 'whoami', name: 'personal access token', check: token.checkPersonalToken },
];

/** The answer to the first rule of `place` that `request` breaks. */
export function firstRefusal(place: Place, request: IssuerRequest, context: IssuerContext): Refusal | undefined {
  for (const rule of ISSUER_RULES) {
    const refusal = rule.on === place ? rule.check(request, context) : undefined;
    if (refusal) return refusal;
  }
  return undefined;
}
