import type { Logger } from './logger';
import { redact, redactDeep } from './secret';

export interface LineLoggerOptions {
  /** Whether records of `debug` are written, and layer, time and details with those of `warn`. Asked at every record. */
  isVerbose(): boolean;
  /** Milliseconds since the epoch. */
  now(): number;
}

type LogLevel = 'debug' | 'warn';

/** A value longer than this hides the rest of its line. */
const MAX_VALUE = 2_000;
// What breaks a line, steers a terminal or makes a text read differently.
const CONTROLS = /[\p{C}\p{Zl}\p{Zp}]+/gu;
const LAYER = /^\[[A-Z]+\] /;
const PLAIN = /^[^\s"'=,{}[\]]+$/;

/**
 * A logger that gives each record as one line: `17:03:44.120Z debug: [HTTP] message key=value`. The time is of UTC, as in
 * the `date` header of an answer. Records hold no secrets of ours; texts of servers, which may, are redacted.
 */
export function createLineLogger(
  write: (line: string, level: LogLevel) => void,
  { isVerbose, now }: LineLoggerOptions,
): Logger {
  const log = (level: LogLevel, message: string, details: Record<string, unknown> = {}) => {
    const said = redact(message);
    const name = level === 'warn' ? 'warning' : 'debug';
    const line = isVerbose()
      ? [timeOfDay(now()), `${name}:`, said, ...pairs(details)].join(' ')
      : `${name}: ${said.replace(LAYER, '')}`;
    write(line.replace(CONTROLS, ' '), level);
  };
  return {
    debug: (message, details) => {
      if (isVerbose()) log('debug', message, details);
    },
    warn: (message, details) => log('warn', message, details),
  };
}

function timeOfDay(time: number): string {
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString().slice(-13) : 'no time';
}

function pairs(details: Record<string, unknown>): string[] {
  return Object.entries(details).flatMap(([name, value]) => {
    if (value === undefined) return [];
    // Together with its name, because some names make any value a secret.
    const safe = (redactDeep({ [name]: toPlain(value) }) as Record<string, unknown>)[name];
    return `${name}=${shown(safe)}`;
  });
}

/** As JSON would have it, which is where a `Concealed` says that it is one. */
function toPlain(value: unknown): unknown {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value !== 'object') return value;
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null');
  } catch {
    return '[not shown]'; // a circle, or a number that JSON has no form for
  }
}

function shown(value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const short = text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}...` : text;
  if (typeof value !== 'string') return short;
  return short === '[redacted]' || PLAIN.test(short) ? short : JSON.stringify(short);
}
