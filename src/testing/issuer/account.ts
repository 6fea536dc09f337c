import type { ServerResponse } from 'node:http';
import { sendHtml } from '../http';
import { type Answer, deliver } from './deliver';
import type { IssuerContext } from './issuer-context';
import type { IssuerRequest } from './issuer-request';
import { firstRefusal } from './rules';
import { isCarriedOut, nextReply } from './scripted-reply';

const DEVICE_PAGE = '<!doctype html><title>Sign in</title><p>Enter the code that your device shows.</p>';
const DONE: Answer = { status: 200, body: {} };

/** `POST /oauth/revoke`. RFC 7009: an unknown token is answered like a known one. */
export async function revoke(request: IssuerRequest, response: ServerResponse, context: IssuerContext) {
  const reply = await nextReply(context.replies.revoke, request);
  const refused = firstRefusal('revoke', request, context);
  if (refused) return deliver(response, refused);
  if (isCarriedOut(reply)) context.registry.revokeFamily(request.params.token ?? '');
  return deliver(response, DONE, reply);
}

/** `GET /api/accounts/v1/user-auth-credential/whoami`: whom a personal access token speaks for. */
export async function whoami(request: IssuerRequest, response: ServerResponse, context: IssuerContext) {
  const refused = firstRefusal('whoami', request, context);
  const identity = context.registry.whoami(request.bearer);
  if (refused || !identity) return deliver(response, refused ?? DONE);
  const body = {
    email: identity.email,
    chatgpt_user_id: identity.userId,
    chatgpt_account_id: identity.accountId,
    chatgpt_plan_type: identity.planType,
    chatgpt_account_is_fedramp: identity.fedramp,
  };
  return deliver(response, { status: 200, body });
}

/** `GET /codex/device`: where a person would type the code. */
export async function devicePage(_request: IssuerRequest, response: ServerResponse) {
  return sendHtml(response, 200, DEVICE_PAGE);
}
