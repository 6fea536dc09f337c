import { type Runtime, toHex } from '../shared/runtime';
import { withoutSlash } from '../shared/secure-url';
import type { RefreshGrant } from './token-endpoint';

/** Names a token without telling it: the first 16 hex digits of its SHA-256. */
export async function fingerprintOf(token: string, runtime: Runtime): Promise<string> {
  return toHex(await runtime.sha256(token)).slice(0, 16);
}

/** Names what is presented: what a wrong issuer, or the wrong client, says of a token ends with the setting. */
export function grantFingerprint({ issuer, clientId, refreshToken }: RefreshGrant, runtime: Runtime): Promise<string> {
  return fingerprintOf([withoutSlash(issuer), clientId, refreshToken].join('\n'), runtime);
}
