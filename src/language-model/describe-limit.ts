import type { FailureClass } from '../codec/response/backend-failure';
import { exhaustedWindows } from '../codec/response/exhausted-windows';
import { formatTime } from '../shared/format-time';
import type { RateLimits, RateLimitWindow } from '../shared/rate-limits';
import { formatWindowLength } from '../shared/window-length';
import { clip } from './clip';

const GO_ON = 'Until then, createFallback() can go on with another model.';
const WAIT = 'Until then, createFallback() can go on with another model; a larger plan or credits lift the limit.';

/** No date is shown as a fact that lies further away. */
const LONGEST_WAIT_MS = 366 * 24 * 3_600_000;

/** By `x-codex-rate-limit-reached-type`: who can do something about it. */
export const WHOM_TO_ASK: Record<string, string> = {
  workspace_owner_credits_depleted: 'The workspace has no credits left: as its owner, you can add some.',
  workspace_member_credits_depleted: 'The workspace has no credits left: ask its owner to add some.',
  workspace_owner_usage_limit_reached: 'The workspace has a limit of its own: as its owner, you can raise it.',
  workspace_member_usage_limit_reached: 'The workspace limits what you may use: ask its owner to raise it.',
};

/** Which windows are used up, when they start afresh, and what can be done until then. */
export function describeLimit(meaning: FailureClass, limits: RateLimits | undefined, now: number): string[] {
  const windows = limits ? exhaustedWindows(limits) : [];
  const reached = WHOM_TO_ASK[limits?.reachedType ?? ''];
  return [
    ...(windows.length > 0 ? [`Used up: ${windows.map(nameOf).join(' and ')}.`] : []),
    ...(limits?.promoMessage ? [clip(limits.promoMessage, 200)] : []),
    describeReset(meaning.resetsAt, now),
    ...(reached ? [reached] : []),
    ...(isOver(meaning.resetsAt, now) ? [] : [reached ? GO_ON : WAIT]),
  ];
}

function describeReset(resetsAt: number | undefined, now: number): string {
  if (resetsAt === undefined) return 'The backend did not say when it resets.';
  const time = formatTime(resetsAt, now);
  return isOver(resetsAt, now) ? `It should have reset at ${time}: try again.` : `It resets at ${time}.`;
}

function isOver(resetsAt: number | undefined, now: number): boolean {
  return resetsAt !== undefined && resetsAt < now;
}

function nameOf({ windowMinutes }: RateLimitWindow): string {
  return windowMinutes === undefined ? 'one window' : `the ${formatWindowLength(windowMinutes)} window`;
}

/** How long the backend asks to wait, and until when. */
export function describeWait({ retryAfterMs, isRetryable }: FailureClass, now: number): string[] {
  if (retryAfterMs === undefined) return [];
  if (retryAfterMs > LONGEST_WAIT_MS) return ['It asks to wait for more than a year.'];
  const seconds = Math.round(retryAfterMs / 100) / 10;
  if (isRetryable) return [`It asks to wait ${retryAfterMs < 100 ? 'a moment' : `${seconds} s`}.`];
  return [`It asks to wait until ${formatTime(now + retryAfterMs, now)}.`];
}
