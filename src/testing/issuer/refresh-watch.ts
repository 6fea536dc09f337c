import { createHash } from 'node:crypto';

/** Notices refresh tokens that come twice although the first answer did not ask for it. Keeps their hashes alone. */
export class RefreshWatch {
  readonly #mayRepeat = new Map<string, boolean>();

  /**
   * Notes that a refresh token was presented. `mayRepeat`: the answer gets lost on the way, or names a time to try again.
   * Returns false when it should not have been.
   */
  present(refreshToken: string, mayRepeat: boolean): boolean {
    const key = createHash('sha256').update(refreshToken).digest('base64url');
    const allowed = this.#mayRepeat.get(key) ?? true;
    this.#mayRepeat.set(key, mayRepeat);
    return allowed;
  }
}
