import { type Runtime, toHex } from '../shared/runtime';

/** Names a token without telling it: the first 16 hex digits of its SHA-256. */
export async function fingerprintOf(token: string, runtime: Runtime): Promise<string> {
  return toHex(await runtime.sha256(token)).slice(0, 16);
}
