import { randomBytes } from 'node:crypto';
import type { LoginOptions } from './identity';
import type { Decision } from './settings';

const LIFETIME_MS = 15 * 60_000;
// Timers may fire a little before their time, and a request does not arrive at the instant it was meant to.
const TOLERANCE_MS = 100;
// No letters that are mistaken for digits.
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ';

/** One login that a device waits for. */
export interface DeviceLogin {
  readonly userCode: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** By name of its user code; the issuer's setting decides until then. */
  decision?: Decision;
  login?: LoginOptions;
  polledAt?: number;
  /** The last poll came before the interval was over. */
  tooFast: boolean;
}

/** The device logins of an issuer. Prints none of their codes. */
export class DeviceLogins {
  readonly #logins = new Map<string, DeviceLogin>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  start(): { deviceAuthId: string; userCode: string } {
    const deviceAuthId = `deviceauth_${randomBytes(16).toString('hex')}`;
    const userCode = newUserCode();
    this.#logins.set(deviceAuthId, { userCode, expiresAt: this.#now() + LIFETIME_MS, tooFast: false });
    return { deviceAuthId, userCode };
  }

  /** The login with this pair of codes; both have to match. */
  find(deviceAuthId: string | undefined, userCode: string | undefined): DeviceLogin | undefined {
    const login = this.#logins.get(deviceAuthId ?? '');
    return login?.userCode === userCode ? login : undefined;
  }

  /** Notes that the device asked, and whether it did so too fast. */
  notePoll(login: DeviceLogin, intervalMs: number): void {
    const now = this.#now();
    login.tooFast = login.polledAt !== undefined && now - login.polledAt < intervalMs - TOLERANCE_MS;
    login.polledAt = now;
  }

  /** @throws when no login has this user code. */
  decide(userCode: string, decision: Decision, login?: LoginOptions): void {
    const found = [...this.#logins.values()].find((candidate) => candidate.userCode === userCode);
    if (!found) throw new Error('No device login has this user code.');
    found.decision = decision;
    if (login) found.login = login;
  }

  /** Forgets a login whose code was handed out. */
  remove(deviceAuthId: string): void {
    this.#logins.delete(deviceAuthId);
  }
}

function newUserCode(): string {
  const letters = Array.from(randomBytes(4), (byte) => LETTERS[byte % LETTERS.length]).join('');
  const digits = Array.from(randomBytes(5), (byte) => byte % 10).join('');
  return `${letters}-${digits}`;
}
