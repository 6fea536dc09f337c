/** Words for a login that is over, and not only its token. */
const ENDED = ['token_revoked', 'token_invalidated'];

/** The first of `codes` that says so. */
export function endedLogin(codes: readonly string[]): string | undefined {
  return codes.find((code) => ENDED.includes(code));
}
