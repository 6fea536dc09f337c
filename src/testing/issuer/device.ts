import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { DEFAULT_SCOPE } from '../token-registry';
import { challengeOf } from './authorization-codes';
import { type Answer, deliver } from './deliver';
import { deviceRedirectUri, type IssuerContext } from './issuer-context';
import type { IssuerRequest } from './issuer-request';
import { firstRefusal } from './rules';
import { isCarriedOut, nextReply } from './scripted-reply';

const NO_ANSWER: Answer = { status: 200, body: {} };

/** `POST /api/accounts/deviceauth/usercode`: starts a device login. */
export async function userCode(request: IssuerRequest, response: ServerResponse, context: IssuerContext) {
  const reply = await nextReply(context.replies.userCode, request);
  const refused = firstRefusal('usercode', request, context);
  if (refused) return deliver(response, refused);
  return deliver(response, isCarriedOut(reply) ? started(context) : NO_ANSWER, reply);
}

/** The interval is a string on the wire; the Codex CLI refuses a number. */
function started({ devices, settings }: IssuerContext): Answer {
  const { deviceAuthId, userCode } = devices.start();
  const interval = String(settings.deviceIntervalSeconds);
  return { status: 200, body: { device_auth_id: deviceAuthId, user_code: userCode, interval } };
}

/** `POST /api/accounts/deviceauth/token`: the device asks whether it was let in. */
export async function deviceToken(request: IssuerRequest, response: ServerResponse, context: IssuerContext) {
  const reply = await nextReply(context.replies.deviceToken, request);
  notePoll(request, context);
  return deliver(response, isCarriedOut(reply) ? polled(request, context) : NO_ANSWER, reply);
}

function notePoll({ params, path }: IssuerRequest, { devices, settings, onViolation }: IssuerContext): void {
  const login = devices.find(params.device_auth_id, params.user_code);
  if (!login) return;
  devices.notePoll(login, settings.deviceIntervalSeconds * 1000);
  const message = `A device polled sooner than ${settings.deviceIntervalSeconds} s after its last poll.`;
  if (login.tooFast) onViolation({ rule: 'auth-22', code: 'device_polled_too_fast', message, path });
}

/** The issuer makes up the verifier too: the device has none. */
function polled(request: IssuerRequest, context: IssuerContext): Answer {
  const refused = firstRefusal('device token', request, context);
  if (refused) return refused;
  const { device_auth_id: deviceAuthId = '', user_code: code } = request.params;
  const login = context.devices.find(deviceAuthId, code)?.login ?? context.settings.login;
  const verifier = randomBytes(64).toString('base64url');
  const challenge = challengeOf(verifier);
  const redirectUri = deviceRedirectUri(context);
  // The device flow has no scope parameter.
  const grant = { redirectUri, challenge, scope: DEFAULT_SCOPE, login, device: true };
  context.devices.remove(deviceAuthId);
  const body = { authorization_code: context.codes.issue(grant), code_challenge: challenge, code_verifier: verifier };
  return { status: 200, body };
}
