import { DEFAULT_PROFILE } from '../shared/constants';

/** The sentence that tells how to log in, for the end of a message. */
export function loginHint(profile: string): string {
  const option = profile === DEFAULT_PROFILE ? '' : ` --profile ${profile}`;
  return `Log in with \`npx ai-sdk-codex login${option}\`.`;
}
