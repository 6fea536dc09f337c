import { withinTime } from '../../shared/within-time';
import type { Context } from '../context';
import { plainMessage } from '../text';

export type CheckState = 'ok' | 'warning' | 'problem';

/** What one look at one thing found. */
export interface Check {
  name: string;
  state: CheckState;
  /** One sentence, or two. */
  message: string;
  /** What to do about it. */
  next?: string;
}

/** A check without its name, which whoever runs it adds. */
export type Finding = Omit<Check, 'name'>;

/** No check takes longer. */
const LIMIT_MS = 10_000;

export const ok = (message: string): Finding => ({ state: 'ok', message });
export const warning = (message: string, next?: string): Finding => ({
  state: 'warning',
  message,
  ...(next !== undefined && { next }),
});
export const problem = (message: string, next?: string): Finding => ({
  state: 'problem',
  message,
  ...(next !== undefined && { next }),
});

/**
 * Runs one check, for 10 s at most. Whatever it throws is what it found: a report must come about where nothing works.
 *
 * @throws the reason of the interruption, and nothing else.
 */
export async function runCheck(
  name: string,
  { terminal }: Context,
  look: (signal: AbortSignal) => Finding | Promise<Finding>,
): Promise<Check> {
  const { runtime, interrupted } = terminal;
  const late = new DOMException('It took too long.', 'TimeoutError');
  try {
    const limit = { runtime, ms: LIMIT_MS, signal: interrupted, late };
    return { name, ...(await withinTime(limit, async (ended) => look(ended))) };
  } catch (error) {
    interrupted.throwIfAborted();
    if (error === late) return { name, ...problem(`There was no answer within ${LIMIT_MS / 1000} s.`) };
    const message = error instanceof Error ? error.message : String(error);
    return { name, ...problem(plainMessage(message)) };
  }
}
