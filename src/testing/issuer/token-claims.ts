import { randomUUID } from 'node:crypto';
import { AUTH_CLAIM, PROFILE_CLAIM } from '../../shared/constants';
import type { JSONObject } from '../../shared/json';
import type { Identity } from './identity';

/** What the claims of one token are made of. */
export interface ClaimsInput {
  identity: Identity;
  issuer: string;
  clientId: string;
  scope: string;
  /** Epoch milliseconds. */
  now: number;
  expiresInMs: number;
  /** Merged over the namespaced claim; a value of `undefined` removes one. */
  authClaims?: JSONObject | undefined;
}

type Claims = JSONObject & { jti: string };

/** The claims of an access token. */
export function accessTokenClaims(input: ClaimsInput): Claims {
  return {
    ...common(input),
    aud: ['https://api.openai.com/v1'],
    scp: input.scope.split(' '),
    [PROFILE_CLAIM]: { email: input.identity.email, email_verified: true },
  };
}

/** The claims of an id token. */
export function idTokenClaims(input: ClaimsInput): Claims {
  return { ...common(input), aud: [input.clientId], email: input.identity.email, email_verified: true };
}

function common({ identity, issuer, clientId, now, expiresInMs, authClaims }: ClaimsInput): Claims {
  return {
    iss: issuer,
    client_id: clientId,
    sub: identity.userId,
    jti: randomUUID(),
    iat: Math.floor(now / 1000),
    exp: expirySeconds(now, expiresInMs),
    [AUTH_CLAIM]: {
      chatgpt_account_id: identity.accountId,
      chatgpt_plan_type: identity.planType,
      chatgpt_user_id: identity.userId,
      user_id: identity.userId,
      chatgpt_account_is_fedramp: identity.fedramp,
      organizations: [{ id: 'org-emulated', is_default: true, role: 'owner', title: 'Personal' }],
      completed_platform_onboarding: true,
      is_org_owner: true,
      ...authClaims,
    },
  };
}

/** Rounded away from now: no token dies before its time, and one that is minted expired has expired. */
function expirySeconds(now: number, expiresInMs: number): number {
  const round = expiresInMs < 0 ? Math.floor : Math.ceil;
  return round((now + expiresInMs) / 1000);
}
