import { DEFAULT_PROFILE } from '../shared/constants';

/** The sentence that tells how to log in, for the end of a message. */
export function loginHint(profile: string): string {
  // Quoted by the rules of a shell: a profile may have any name.
  const option =
    profile === DEFAULT_PROFILE ? '' : ` --profile ${/^[\w.@-]+$/.test(profile) ? profile : JSON.stringify(profile)}`;
  return `Log in with \`npx ai-sdk-codex login${option}\`, or with loginWithBrowser() or loginWithDeviceCode() and the store of your app.`;
}
