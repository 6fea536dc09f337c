import type { Runtime } from '../shared/runtime';

export interface Pkce {
  /** 86 characters, secret until the code is exchanged. */
  codeVerifier: string;
  /** Its S256 challenge. */
  codeChallenge: string;
}

/** @see [RFC 7636, section 4](https://www.rfc-editor.org/rfc/rfc7636.html#section-4) */
export async function createPkce(runtime: Runtime): Promise<Pkce> {
  const codeVerifier = randomToken(runtime, 64);
  return { codeVerifier, codeChallenge: await codeChallengeOf(codeVerifier, runtime) };
}

/** The S256 challenge of a verifier. */
export async function codeChallengeOf(codeVerifier: string, runtime: Runtime): Promise<string> {
  return toBase64Url(await runtime.sha256(codeVerifier));
}

/** `bytes` random bytes as base64url, for a verifier or a state. */
export function randomToken(runtime: Runtime, bytes: number): string {
  return toBase64Url(runtime.randomBytes(bytes));
}

function toBase64Url(bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
