import type { BackendFailure } from './backend-failure';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const LENGTH =
  /(\d+(?:\.\d+)?)\s*(milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)\b/giu;
/** "Please try again in 1.5s.", "retry after 1m30s", "try again in 2 days 3 hours". */
const SENTENCE = /\b(?:try again|retry)\s+(?:in|after)\s+((?:\d+(?:\.\d+)?\s*[a-z]+(?:,?\s+and\s+|,?\s*))+)/i;

/** `Sun, 06 Nov 1994 08:49:37 GMT` and its older form with hyphens; ISO, too. `Date.parse` takes any word with a number. */
const DATE = /^(?:[a-z]{3,9}, \d\d[ -][a-z]{3}[ -]\d{2,4} \d\d:\d\d:\d\d \S+|\d{4}-\d\d-\d\dT\S+)$/i;

/** How long an answer asks to wait, in milliseconds: from `retry-after-ms`, `retry-after`, or its sentence. */
export function readRetryAfter({ headers, message = '' }: BackendFailure, now: number): number | undefined {
  return headerWait(headers, now) ?? sentenceWait(message);
}

/** The part of it that stands in headers, where `ai` finds it by itself. `retry-after` is seconds or a date. */
export function headerWait(headers: Record<string, string>, now: number): number | undefined {
  const ms = asWait(headers['retry-after-ms']);
  if (ms !== undefined) return ms;
  const text = headers['retry-after'];
  const seconds = asWait(text);
  if (seconds !== undefined) return seconds * 1_000;
  const date = DATE.test(text?.trim() ?? '') ? Date.parse(text ?? '') : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function asWait(text: string | undefined): number | undefined {
  const wait = text?.trim() ? Number(text) : Number.NaN;
  return Number.isFinite(wait) && wait >= 0 ? wait : undefined;
}

function sentenceWait(message: string): number | undefined {
  const lengths = SENTENCE.exec(message.slice(0, 2_000))?.[1];
  let sum: number | undefined;
  // "1m30s" has no border between its parts for a pattern to see.
  for (const [, amount, unit = ''] of lengths?.replace(/([a-z])(\d)/gi, '$1 $2').matchAll(LENGTH) ?? []) {
    const name = /^m(?:s|illi)/i.test(unit) ? 'ms' : (unit.charAt(0).toLowerCase() as keyof typeof UNITS);
    sum = (sum ?? 0) + Number(amount) * UNITS[name];
  }
  return sum;
}
