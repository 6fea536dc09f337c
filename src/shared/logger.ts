/**
 * Where diagnostics go. A record is a sentence that begins with its layer (`[CODEX]`, `[HTTP]`, `[TOKEN]`, `[STREAM]`),
 * and details that are safe to print in any way: what is secret is a {@link Concealed}. The default writes nothing.
 */
export interface Logger {
  debug(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
  /** True while records would be lost anyway: asked before anything is gathered for them. Default false. */
  readonly isSilent?: boolean;
}

/** Who speaks: calls and their outcome, requests and answers, tokens and refreshes, the events of an answer. */
export type LogLayer = 'CODEX' | 'HTTP' | 'TOKEN' | 'STREAM';

export const silentLogger: Logger = { debug() {}, warn() {}, isSilent: true };

/** The same logger, except that its failures stay where they are: a broken log must not cost a login. */
export function safeLogger(logger: Logger): Logger {
  const safely =
    (level: 'debug' | 'warn'): Logger['debug'] =>
    (message, details) => {
      try {
        const written: unknown = logger[level](message, details);
        if (written instanceof Promise) written.catch(() => {}); // of a function that is async all the same
      } catch {}
    };
  return {
    debug: safely('debug'),
    warn: safely('warn'),
    get isSilent() {
      return logger.isSilent === true;
    },
  };
}

/** `logger`, with `[LAYER]` before each message. */
export function inLayer(layer: LogLayer, logger: Logger): Logger {
  return {
    debug: (message, details) => logger.debug(`[${layer}] ${message}`, details),
    warn: (message, details) => logger.warn(`[${layer}] ${message}`, details),
  };
}
