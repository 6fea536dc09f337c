/** The sentence that tells how to log in, for the end of a message. */
export function loginHint(profile: string): string {
  return `Log in with \`codex login\` and pass codexCliAuthStore(), or put new credentials for profile "${profile}" into the store.`;
}
