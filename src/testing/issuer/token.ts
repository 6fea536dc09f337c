import type { ServerResponse } from 'node:http';
import { type Answer, deliver } from './deliver';
import { GRANTS } from './grants';
import type { IssuerContext } from './issuer-context';
import type { IssuerRequest } from './issuer-request';
import { oauthError } from './refusals';
import { firstRefusal } from './rules';
import { isCarriedOut, mayRepeat, nextReply, type ScriptedTokenReply } from './scripted-reply';

const NO_ANSWER: Answer = { status: 200, body: {} };

/** `POST /oauth/token`. Each request takes one scripted reply; one that cannot be read is refused all the same. */
export async function token(request: IssuerRequest, response: ServerResponse, context: IssuerContext) {
  const reply = await nextReply<ScriptedTokenReply>(context.replies.token, request);
  const refused = firstRefusal('token', request, context);
  if (refused) return deliver(response, refused);
  const grant = GRANTS.get(request.params.grant_type ?? '');
  if (!grant) return deliver(response, oauthError(400, 'unsupported_grant_type'));
  const unheard = response.destroyed; // the client left while the script made up its mind
  if (request.params.grant_type === 'refresh_token') notePresentation(request, context, unheard || mayRepeat(reply));
  return deliver(response, isCarriedOut(reply) ? grant({ request, context, reply }) : NO_ANSWER, reply);
}

/** Rule 20. A client that does this in the field loses its login. */
function notePresentation({ params, path }: IssuerRequest, context: IssuerContext, mayComeAgain: boolean): void {
  const refreshToken = params.refresh_token;
  if (refreshToken === undefined) return;
  context.registry.countPresentation(refreshToken);
  if (context.refreshes.present(refreshToken, mayComeAgain)) return;
  const message = 'A refresh token was presented again, although its first answer was not lost.';
  context.onViolation({ rule: 'auth-20', code: 'refresh_token_presented_twice', message, path });
}
