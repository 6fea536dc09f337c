import type { IncomingMessage, ServerResponse } from 'node:http';
import { BodyTooLargeError, sendJson } from '../http';
import type { TokenRegistry } from '../token-registry';
import { devicePage, revoke, whoami } from './account';
import { AuthorizationCodes } from './authorization-codes';
import { authorize } from './authorize';
import { deviceToken, userCode } from './device';
import { DeviceLogins } from './device-logins';
import type { LoginOptions } from './identity';
import type { IssuerContext, IssuerViolation, PendingAuthorization } from './issuer-context';
import { type IssuerRequest, readIssuerRequest } from './issuer-request';
import { RefreshWatch } from './refresh-watch';
import { detail } from './refusals';
import type { EndpointReply, TokenReply } from './scripted-reply';
import { defaultSettings, type IssuerSettings } from './settings';
import { token } from './token';

export type { TokenReply };

/** What the issuer half of the emulator needs from the rest. */
export interface IssuerOptions {
  /** Knows the tokens, the client and the origin. */
  registry: TokenRegistry;
  /** Virtual epoch milliseconds. */
  now(): number;
  onViolation?(violation: IssuerViolation): void;
  settings?: Partial<IssuerSettings>;
}

/** A strict OAuth issuer: refuses what the real one refuses, and answers the rest by the script. */
export interface Issuer {
  /** Answers one request. Resolves when the exchange is over; `false`: the path is not the issuer's. */
  handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean>;
  /** Appends to what the token endpoint answers: each request takes one; after the last the issuer answers by itself. */
  tokenReply(...replies: TokenReply[]): void;
  /** The same for `/oauth/revoke`. */
  revokeReply(...replies: EndpointReply[]): void;
  /** The same for the start of a device login. */
  userCodeReply(...replies: EndpointReply[]): void;
  /** The same for the polls of a device login. */
  deviceTokenReply(...replies: EndpointReply[]): void;
  /** May be changed at any time. */
  readonly settings: IssuerSettings;
  /** Authorization requests that wait, with the setting `authorize: 'pending'`. */
  readonly pending: readonly PendingAuthorization[];
  /** Lets a device in. @throws when no login has this user code. */
  approveDevice(userCode: string, login?: LoginOptions): void;
  /** Refuses a device. @throws when no login has this user code. */
  denyDevice(userCode: string): void;
  /** How often somebody asked for a platform key. */
  readonly apiKeyExchanges: number;
}

interface Endpoint {
  method: 'GET' | 'POST';
  answer(request: IssuerRequest, response: ServerResponse, context: IssuerContext): Promise<void>;
}

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['/oauth/authorize', { method: 'GET', answer: authorize }],
  ['/oauth/token', { method: 'POST', answer: token }],
  ['/oauth/revoke', { method: 'POST', answer: revoke }],
  ['/api/accounts/deviceauth/usercode', { method: 'POST', answer: userCode }],
  ['/api/accounts/deviceauth/token', { method: 'POST', answer: deviceToken }],
  ['/api/accounts/v1/user-auth-credential/whoami', { method: 'GET', answer: whoami }],
  ['/codex/device', { method: 'GET', answer: devicePage }],
]);

/** Creates an issuer, to be put behind an HTTP server whose origin is that of the registry. */
export function createIssuer(options: IssuerOptions): Issuer {
  const context = createContext(options);
  const { replies, settings, pending, devices } = context;
  return {
    handle: (request, response, url) => handle(request, response, { url, context }),
    tokenReply: (...more) => void replies.token.push(...more),
    revokeReply: (...more) => void replies.revoke.push(...more),
    userCodeReply: (...more) => void replies.userCode.push(...more),
    deviceTokenReply: (...more) => void replies.deviceToken.push(...more),
    settings,
    pending,
    approveDevice: (code, login) => devices.decide(code, 'approve', login),
    denyDevice: (code) => devices.decide(code, 'deny'),
    get apiKeyExchanges() {
      return context.apiKeyExchanges;
    },
  };
}

function createContext({ registry, now, onViolation = () => {}, settings }: IssuerOptions): IssuerContext {
  return {
    registry,
    settings: { ...defaultSettings(), ...settings },
    codes: new AuthorizationCodes(now),
    devices: new DeviceLogins(now),
    pending: [],
    refreshes: new RefreshWatch(),
    replies: { token: [], revoke: [], userCode: [], deviceToken: [] },
    apiKeyExchanges: 0,
    now,
    onViolation,
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { url, context }: { url: URL; context: IssuerContext },
): Promise<boolean> {
  const endpoint = ENDPOINTS.get(url.pathname);
  if (!endpoint) return false;
  if (request.method !== endpoint.method) {
    const { status, body } = detail(405, 'Method Not Allowed');
    await sendJson(response, status, body, { allow: endpoint.method });
    return true;
  }
  try {
    await endpoint.answer(await readIssuerRequest(request, url), response, context);
  } catch (error) {
    if (!(error instanceof BodyTooLargeError)) throw error;
    await sendJson(response, 413, { error: 'invalid_request' });
  }
  return true;
}
