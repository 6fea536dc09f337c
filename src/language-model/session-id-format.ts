import { isVisibleAscii } from '../shared/headers';

const MAX_LENGTH = 128;

export const SESSION_ID_RULE = `must be 1 to ${MAX_LENGTH} visible ASCII characters`;

/** Whether this can be a session id: it becomes a header. */
export function isSessionId(value: string): boolean {
  return value.length <= MAX_LENGTH && isVisibleAscii(value);
}
