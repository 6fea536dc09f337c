import type { Logger } from './logger';
import { redact, redactDeep } from './secret';

/** A logger that gives each record as one line without secrets. `isVerbose` adds the records of `debug`. */
export function createLineLogger(write: (line: string) => void, isVerbose: boolean): Logger {
  const log = (level: string, message: string, details: Record<string, unknown> | undefined) =>
    write(`${level}: ${redact(message)}${details && isVerbose ? ` ${JSON.stringify(redactDeep(details))}` : ''}`);
  return {
    debug: (message, details) => {
      if (isVerbose) log('debug', message, details);
    },
    warn: (message, details) => log('warning', message, details),
  };
}
