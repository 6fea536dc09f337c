import { createHash, randomBytes } from 'node:crypto';
import type { LoginOptions } from './identity';

// RFC 6749, section 4.1.2 recommends at most ten minutes.
const LIFETIME_MS = 10 * 60_000;

/** What was granted when the code was handed out. */
export interface CodeGrant {
  redirectUri: string;
  /** base64url of the SHA-256 of the verifier. */
  challenge: string;
  scope: string;
  login: LoginOptions;
  /** The code came out of a device login. */
  device: boolean;
}

export interface CodeRecord extends CodeGrant {
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** An access token of the first exchange, once there was one. */
  firstAccessToken?: string;
}

/** The authorization codes of an issuer. Prints none of them. */
export class AuthorizationCodes {
  readonly #codes = new Map<string, CodeRecord>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A new code for `grant`. */
  issue(grant: CodeGrant): string {
    const code = `ac_${randomBytes(24).toString('base64url')}`;
    this.#codes.set(code, { ...grant, expiresAt: this.#now() + LIFETIME_MS });
    return code;
  }

  find(code: string | undefined): CodeRecord | undefined {
    return this.#codes.get(code ?? '');
  }
}

/** The S256 challenge of a verifier. */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}
