import type { Violation } from '../backend/violations';
import type { TokenRegistry } from '../token-registry';
import type { AuthorizationCodes } from './authorization-codes';
import type { DeviceLogins } from './device-logins';
import type { LoginOptions } from './identity';
import type { RefreshWatch } from './refresh-watch';
import type { EndpointReply, TokenReply } from './scripted-reply';
import type { IssuerSettings } from './settings';

/** Something a client did that the issuer lets pass, with the rule that it broke. */
export interface IssuerViolation extends Violation {
  rule: 'auth-20' | 'auth-22';
}

/** An authorization request that waits for a decision. */
export interface PendingAuthorization {
  /** Lets the login happen. Returns where the browser is sent. */
  approve(login?: LoginOptions): string;
  /** Refuses it. Returns where the browser is sent. */
  deny(description?: string): string;
}

/** What is scripted, by endpoint. */
interface Replies {
  token: TokenReply[];
  revoke: EndpointReply[];
  userCode: EndpointReply[];
  deviceToken: EndpointReply[];
}

/** What the endpoints of one issuer share. */
export interface IssuerContext {
  readonly registry: TokenRegistry;
  readonly settings: IssuerSettings;
  readonly codes: AuthorizationCodes;
  readonly devices: DeviceLogins;
  readonly pending: PendingAuthorization[];
  readonly refreshes: RefreshWatch;
  readonly replies: Replies;
  apiKeyExchanges: number;
  /** Virtual epoch milliseconds. */
  now(): number;
  onViolation(violation: IssuerViolation): void;
}

/** Where a device login "redirects": registered, and never requested. */
export function deviceRedirectUri({ registry }: IssuerContext): string {
  return `${registry.issuer}/deviceauth/callback`;
}
