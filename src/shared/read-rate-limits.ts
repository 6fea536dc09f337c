import { asRecord } from './json';
import type { RateLimitCredits, RateLimitWindow } from './rate-limits';
import { redact } from './secret';

/** Epoch values from here on are milliseconds: as seconds they would be in the year 5138. */
const FIRST_MILLISECONDS = 1e11;
const MAX_TIME = 8.64e15;
const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** What was said of a window, under one name each; values as they came, in a header or in JSON. */
export interface RawWindow {
  usedPercent: unknown;
  windowMinutes?: unknown;
  windowSeconds?: unknown;
  resetAt?: unknown;
  resetAfterSeconds?: unknown;
}

/** A window, read value by value. Undefined without a used percentage, and for the zeros that stand for no window at all. */
export function readWindow(raw: RawWindow, now: number): RateLimitWindow | undefined {
  const usedPercent = readNumber(raw.usedPercent);
  if (usedPercent === undefined || usedPercent < 0) return undefined;
  const seconds = readPositive(raw.windowSeconds);
  const windowMinutes = readPositive(raw.windowMinutes) ?? (seconds && seconds / 60);
  const after = readPositive(raw.resetAfterSeconds);
  const resetsAt = readTime(raw.resetAt) ?? (after && toTime(now + after * 1000));
  if (usedPercent === 0 && windowMinutes === undefined && resetsAt === undefined) return undefined;
  return {
    usedPercent,
    ...(windowMinutes !== undefined && { windowMinutes }),
    ...(resetsAt !== undefined && { resetsAt }),
  };
}

/** The two windows of a limit in JSON, under the names that events and `wham/usage` give them; null stands for none. */
export function readWindows(limit: unknown, now: number): { primary?: RateLimitWindow; secondary?: RateLimitWindow } {
  const record = asRecord(limit);
  const read = (name: 'primary' | 'secondary') => {
    const raw = asRecord(record?.[name] ?? record?.[`${name}_window`]);
    return raw && readWindow(fromJson(raw), now);
  };
  const [primary, secondary] = [read('primary'), read('secondary')];
  return { ...(primary && { primary }), ...(secondary && { secondary }) };
}

function fromJson(raw: Record<string, unknown>): RawWindow {
  return {
    usedPercent: raw.used_percent,
    windowMinutes: raw.window_minutes,
    windowSeconds: raw.limit_window_seconds,
    resetAt: raw.reset_at ?? raw.resets_at,
    resetAfterSeconds: raw.reset_after_seconds ?? raw.resets_in_seconds,
  };
}

/** Credits, in JSON or from headers that were given these names. Undefined when neither flag is there. */
export function readCredits(value: unknown): RateLimitCredits | undefined {
  const record = asRecord(value);
  const hasCredits = readBoolean(record?.has_credits);
  const unlimited = readBoolean(record?.unlimited);
  if (hasCredits === undefined && unlimited === undefined) return undefined;
  const balance = readText(record?.balance);
  return {
    hasCredits: hasCredits ?? false,
    unlimited: unlimited ?? false,
    ...(balance !== undefined && { balance }),
  };
}

/** Why a limit is reached: a word, or an object that has the word as its type. */
export function readReachedType(value: unknown): string | undefined {
  return readText(asRecord(value)?.type ?? value);
}

/** A text, or a number as text, without secrets; undefined for an empty one and for anything else. */
export function readText(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' ? redact(value.trim()) || undefined : undefined;
}

/** The one form of a limit's id: headers write hyphens where the rest of the protocol has underscores. */
export function normalizeLimitId(id: string): string {
  return id.trim().toLowerCase().replaceAll('-', '_');
}

/** `true`, and the ways to write it in a header: `True`, `1`. */
export function readBoolean(value: unknown): boolean | undefined {
  const text = String(value).trim().toLowerCase();
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : undefined;
}

function readNumber(value: unknown): number | undefined {
  const isNumber = typeof value === 'number' || (typeof value === 'string' && NUMBER.test(value.trim()));
  const number = isNumber ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

function readPositive(value: unknown): number | undefined {
  const number = readNumber(value);
  return number !== undefined && number > 0 ? number : undefined;
}

/** Epoch milliseconds of what is documented as epoch seconds, and might be milliseconds or an ISO date. */
function readTime(value: unknown): number | undefined {
  const number = readNumber(value);
  if (number !== undefined) return toTime(number >= FIRST_MILLISECONDS ? number : number * 1000);
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value.trim())
    ? toTime(Date.parse(value.trim()))
    : undefined;
}

function toTime(ms: number): number | undefined {
  return ms > 0 && ms <= MAX_TIME ? Math.round(ms) : undefined;
}
