/** Where diagnostics go. Records never hold tokens; the default writes nothing. */
export interface Logger {
  debug(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
}

export const silentLogger: Logger = { debug() {}, warn() {} };
