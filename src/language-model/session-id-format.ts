/** It becomes a header. */
const SESSION_ID = /^[\x21-\x7e]{1,128}$/;

export const SESSION_ID_RULE = 'must be 1 to 128 visible ASCII characters';

export function isSessionId(value: string): boolean {
  return SESSION_ID.test(value);
}
