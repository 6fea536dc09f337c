import { CodexAuthError } from '../errors';

/** @throws {@link CodexAuthError} `invalid_setting` for ports and a time that nobody could wait at. */
export function assertBrowserSettings({ ports, timeoutMs }: { ports?: number[]; timeoutMs?: number }): void {
  const isPort = (port: number) => Number.isInteger(port) && port >= 0 && port <= 65_535;
  if (ports && !(ports.length > 0 && ports.every(isPort))) {
    throw invalid(
      '`ports` must hold at least one whole number from 0 to 65535. Leave it out for the ports that the issuer knows.',
    );
  }
  if (timeoutMs !== undefined && !(timeoutMs > 0)) {
    throw invalid('`timeoutMs` must be a number of milliseconds above 0. Leave it out for 5 minutes.');
  }
}

function invalid(message: string): CodexAuthError {
  return new CodexAuthError({ code: 'invalid_setting', message });
}
