import type { CodexUsage } from '../catalog/fetch-usage';
import { WHOM_TO_ASK } from '../language-model/describe-limit';
import { formatTime } from '../shared/format-time';
import type { RateLimitCredits, RateLimits, RateLimitWindow } from '../shared/rate-limits';
import { formatWindowLength } from '../shared/window-length';
import { drawBar, isAsciiOnly } from './bars';
import type { Context } from './context';
import { type Style, styleOf, widthOf } from './terminal';
import { plain, plainName, wrap } from './text';

const NEARLY = 80;
const FULL = 100;
const BAR = 16;
const DAY_MINUTES = 24 * 60;
/** Windows were seen up to a month long: what is further away, or longer, is a mistake that helps nobody. */
const MOST_DAYS = 366;

interface Look {
  style: Style;
  width: number | undefined;
  isAscii: boolean;
  now: number;
}

/** What is left of a plan, for people. */
export function formatUsage(usage: CodexUsage, { terminal }: Context): string {
  const { stdout, env, runtime } = terminal;
  const style = styleOf(stdout, env);
  const look = { style, width: widthOf(stdout), isAscii: isAsciiOnly(terminal), now: runtime.now() };
  const { rateLimits } = usage;
  const reached = reachedOf(usage, look.now);
  const others = (rateLimits.additional ?? []).map((limit) =>
    [wrap(nameOfLimit(limit), look.width), formatWindows(limit, look)].join('\n'),
  );
  const words = [creditsOf(rateLimits.credits), rateLimits.promoMessage].flatMap((text) =>
    text === undefined ? [] : [wrap(plain(text), look.width)],
  );
  return [
    style.bold(wrap(headingOf(usage), look.width)),
    ...(reached === undefined ? [] : [style.red(wrap(reached, look.width))]),
    formatWindows(rateLimits, look) || 'The backend told of no window.',
    ...others,
    ...words,
  ].join('\n');
}

function headingOf({ planType, email, accountId, rateLimits }: CodexUsage): string {
  const plan = planType ?? rateLimits.planType;
  const account = email ?? (accountId && `account ${accountId}`);
  return `Plan: ${plan ? plainName(plan) : 'not named'}${account ? ` (${plainName(account)})` : ''}`;
}

function reachedOf({ allowed, limitReached, rateLimits }: CodexUsage, now: number): string | undefined {
  const { reachedType } = rateLimits;
  if (!limitReached && allowed !== false && reachedType === undefined) return undefined;
  const whomToAsk = WHOM_TO_ASK[reachedType ?? ''];
  if (whomToAsk) return `The limit is reached. ${whomToAsk}`;
  const full = windowsOf(rateLimits).filter(({ usedPercent }) => usedPercent >= FULL);
  const resets = full.flatMap(({ resetsAt }) => (resetsAt !== undefined && isPlausible(resetsAt, now) ? resetsAt : []));
  const why = [
    full.length > 0 ? `${full.map(nameOfWindow).join(' and ')} used up` : reachedType && plainName(reachedType),
    resets.length > 0 ? `it ${resetOf(Math.max(...resets), now)}` : undefined,
  ].filter(Boolean);
  return `The limit is reached${why.length > 0 ? `: ${why.join('; ')}` : ''}.`;
}

/** A line each, or, where one of the lines has no room for it, all of them in pieces below each other. */
function formatWindows(limit: Pick<RateLimits, 'primary' | 'secondary'>, look: Look): string {
  const rows = windowsOf(limit).map((window) => rowOf(window, look));
  const { width = Number.POSITIVE_INFINITY } = look;
  const isWide = rows.every(({ label, used, reset }) => `  ${label}${used}${reset}`.length + BAR + 6 <= width);
  return rows
    .map(({ label, bar, used, reset }) => {
      if (isWide) return `  ${label}  ${bar}  ${used}  ${reset}`.trimEnd();
      const below = reset ? `\n${wrap(reset, look.width, '    ')}` : '';
      return `  ${label.trimEnd()}\n    ${bar}  ${used.trimStart()}${below}`;
    })
    .join('\n');
}

function rowOf(window: RateLimitWindow, { style, isAscii, now }: Look) {
  const { usedPercent: percent, resetsAt } = window;
  const paint = percent >= FULL ? style.red : percent >= NEARLY ? style.yellow : style.green;
  return {
    label: lengthOf(window).padEnd(10),
    bar: paint(drawBar({ percent, width: BAR, isAscii })),
    used: `${Math.floor(percent)} %`.padStart(5),
    reset: resetsAt === undefined || !isPlausible(resetsAt, now) ? '' : resetOf(resetsAt, now),
  };
}

function isPlausible(time: number, now: number): boolean {
  return Math.abs(time - now) <= MOST_DAYS * DAY_MINUTES * 60_000;
}

function resetOf(resetsAt: number, now: number): string {
  return `${resetsAt > now ? 'resets' : 'was to reset'} ${formatTime(resetsAt, now)}`;
}

function lengthOf(window: RateLimitWindow): string {
  return knownLength(window) ?? 'window';
}

function knownLength({ windowMinutes }: RateLimitWindow): string | undefined {
  const isKnown = windowMinutes !== undefined && windowMinutes <= MOST_DAYS * DAY_MINUTES;
  return isKnown ? formatWindowLength(windowMinutes) : undefined;
}

function nameOfWindow(window: RateLimitWindow): string {
  const length = knownLength(window);
  return length === undefined ? 'window' : `${length} window`;
}

function nameOfLimit({ limitName, limitId }: { limitName?: string; limitId: string }): string {
  return plainName(limitName ?? limitId.replaceAll('_', ' '));
}

function creditsOf(credits: RateLimitCredits | undefined): string | undefined {
  if (!credits) return undefined;
  const { unlimited, hasCredits, balance } = credits;
  if (unlimited) return 'Credits: unlimited';
  return `Credits: ${hasCredits ? (balance ?? 'some') : 'none'}`;
}

function windowsOf({ primary, secondary }: Pick<RateLimits, 'primary' | 'secondary'>): RateLimitWindow[] {
  return [primary, secondary].filter((window) => window !== undefined);
}
