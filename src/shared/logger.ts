/** Where diagnostics go. Records never hold tokens; the default writes nothing. */
export interface Logger {
  debug(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
}

export const silentLogger: Logger = { debug() {}, warn() {} };

/** The same logger, except that its failures stay where they are: a broken log must not cost a login. */
export function safeLogger(logger: Logger): Logger {
  const safely =
    (level: keyof Logger): Logger['debug'] =>
    (message, details) => {
      try {
        const written: unknown = logger[level](message, details);
        if (written instanceof Promise) written.catch(() => {}); // of a function that is async all the same
      } catch {}
    };
  return { debug: safely('debug'), warn: safely('warn') };
}
