import { randomBytes } from 'node:crypto';
import type { IssuedTokens } from '../token-registry';
import type { Answer } from './deliver';
import type { IssuerContext } from './issuer-context';
import type { IssuerRequest } from './issuer-request';
import { firstRefusal } from './rules';
import type { ScriptedTokenReply } from './scripted-reply';

/** What a grant needs to be carried out. */
interface GrantInput {
  request: IssuerRequest;
  context: IssuerContext;
  reply: ScriptedTokenReply;
}

type Grant = (input: GrantInput) => Answer;

/** The grants of the token endpoint, by `grant_type`. */
export const GRANTS: ReadonlyMap<string, Grant> = new Map([
  ['authorization_code', exchangeCode],
  ['refresh_token', refresh],
  ['urn:ietf:params:oauth:grant-type:token-exchange', exchangeIdToken],
]);

function exchangeCode({ request, context, reply }: GrantInput): Answer {
  const { registry, codes } = context;
  const record = codes.find(request.params.code);
  // Rule 8: somebody else holds the code as well, so nobody keeps what it gave.
  if (record?.firstAccessToken !== undefined) registry.revokeFamily(record.firstAccessToken);
  const refused = firstRefusal('authorization_code', request, context);
  if (refused || !record) return refused ?? { status: 400, body: { error: 'invalid_grant' } };
  const login = { ...record.login, ...reply.login };
  const tokens = registry.issue(login, { scope: record.scope, authClaims: reply.authClaims });
  record.firstAccessToken = tokens.accessToken;
  return success(tokens);
}

function refresh({ request, context, reply }: GrantInput): Answer {
  const { registry, settings } = context;
  const refreshToken = request.params.refresh_token ?? '';
  const refused = firstRefusal('refresh_token', request, context);
  if (refused) {
    const reused = registry.refreshTokenState(refreshToken) === 'spent';
    if (reused && settings.revokeOnReuse) registry.revokeFamily(refreshToken);
    return refused;
  }
  const keepOld = settings.spendRefreshTokens === 'when-answered';
  const tokens = registry.rotate(refreshToken, { login: reply.login, authClaims: reply.authClaims, keepOld });
  return { ...success(tokens), ...(keepOld && { delivered: () => registry.spend(refreshToken) }) };
}

function exchangeIdToken({ request, context }: GrantInput): Answer {
  context.apiKeyExchanges += 1;
  const refused = firstRefusal('token-exchange', request, context);
  return refused ?? { status: 200, body: { access_token: `sk-emulated-${randomBytes(16).toString('hex')}` } };
}

/** Rule 11. */
function success(tokens: IssuedTokens): Answer {
  const body = {
    id_token: tokens.idToken,
    access_token: tokens.accessToken,
    ...(tokens.refreshToken !== undefined && { refresh_token: tokens.refreshToken }),
    expires_in: Math.round(tokens.expiresInMs / 1000),
    token_type: 'Bearer',
    scope: tokens.scope,
  };
  return { status: 200, body };
}
