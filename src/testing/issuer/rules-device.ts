import type { DeviceLogin } from './device-logins';
import type { IssuerContext } from './issuer-context';
import type { IssuerRequest } from './issuer-request';
import { detail, deviceError, oauthError, type Refusal } from './refusals';

/** Rule 21. What accounts and workspaces get that have not switched device logins on. */
export function checkEnabled(_request: IssuerRequest, { settings }: IssuerContext): Refusal | undefined {
  return settings.deviceLogin ? undefined : detail(404, 'Not Found');
}

/** Rule 21. */
export function checkClient({ encoding, params }: IssuerRequest, { registry }: IssuerContext): Refusal | undefined {
  if (encoding !== 'json' || params.client_id === undefined) {
    return oauthError(400, 'invalid_request', 'client_id is sent as JSON.');
  }
  return params.client_id === registry.clientId ? undefined : oauthError(401, 'invalid_client');
}

/** Rule 22. */
export function checkCodes({ encoding, params }: IssuerRequest): Refusal | undefined {
  return encoding === 'json' && params.device_auth_id !== undefined && params.user_code !== undefined
    ? undefined
    : oauthError(400, 'invalid_request', 'device_auth_id and user_code are sent as JSON.');
}

/** Rule 22. Also what a pair gets whose code was handed out: that happens once. */
export function checkPair(request: IssuerRequest, context: IssuerContext): Refusal | undefined {
  return find(request, context) ? undefined : deviceError(404, 'deviceauth_authorization_unknown');
}

/** Rule 22. */
export function checkInTime(request: IssuerRequest, context: IssuerContext): Refusal | undefined {
  const { expiresAt = 0 } = find(request, context) ?? {};
  return expiresAt <= context.now() ? deviceError(400, 'expired_token') : undefined;
}

/** Rule 22. The violation is noted in any case; whether it is refused is a setting. */
export function checkPace(request: IssuerRequest, context: IssuerContext): Refusal | undefined {
  const tooFast = find(request, context)?.tooFast ?? false;
  return tooFast && context.settings.slowDown ? deviceError(400, 'slow_down') : undefined;
}

/** Rule 22. */
export function checkNotDenied(request: IssuerRequest, context: IssuerContext): Refusal | undefined {
  return decisionOf(request, context) === 'deny' ? deviceError(400, 'access_denied') : undefined;
}

/** Rule 22. */
export function checkDecided(request: IssuerRequest, context: IssuerContext): Refusal | undefined {
  return decisionOf(request, context) === 'pending' ? deviceError(403, 'deviceauth_authorization_pending') : undefined;
}

function decisionOf(request: IssuerRequest, context: IssuerContext) {
  return find(request, context)?.decision ?? context.settings.device;
}

function find({ params }: IssuerRequest, { devices }: IssuerContext): DeviceLogin | undefined {
  return devices.find(params.device_auth_id, params.user_code);
}
