import { CodexAuthError } from '../auth/errors';
import { AuthStoreError } from '../shared/auth-store-error';
import { ORIGINATOR } from '../shared/constants';
import { hasMarker } from '../shared/marked-error';
import { Interrupted, styleOf, type Terminal, UsageError, widthOf } from './terminal';
import { plain, plainMessage, toJson, wrap } from './text';

/** Chains of causes may be circles. */
const MAX_CAUSES = 5;

/** Tells on stderr what went wrong and what to do next, and gives the exit code. */
export function reportError(error: unknown, terminal: Terminal, isVerbose: boolean): number {
  const { stderr, env } = terminal;
  const { red, dim } = styleOf(stderr, env);
  const say = (line: string) => stderr.write(`${line}\n`);
  if (error instanceof Interrupted) {
    say(wrap(error.message, widthOf(stderr)));
    return error.exitCode;
  }
  say(wrap(messageOf(error), widthOf(stderr)).replace(/^error:/, red('error:')));
  if (isVerbose) for (const line of detailsOf(error)) say(dim(line));
  return error instanceof UsageError ? 2 : 1;
}

/** The same for programs, as one JSON object. */
export function toJsonError(error: unknown): string {
  const message = plainMessage(error instanceof Error ? error.message : String(error));
  return toJson({ error: { code: codeOf(error), message } });
}

function codeOf(error: unknown): string {
  if (error instanceof Interrupted) return 'interrupted';
  if (error instanceof UsageError) return 'usage';
  return isExplained(error) ? error.code : 'unknown';
}

/** Errors of ours, whose messages leave nothing to ask. The class of the last would load the AI SDK for every command. */
function isExplained(error: unknown): error is Error & { code: string } {
  return (
    CodexAuthError.isInstance(error) ||
    AuthStoreError.isInstance(error) ||
    hasMarker(error, Symbol.for('ai-sdk-codex.CodexCallError'))
  );
}

function messageOf(error: unknown): string {
  const message = plainMessage(error instanceof Error ? error.message : String(error));
  if (error instanceof UsageError) return `error: ${message} See ${ORIGINATOR} --help.`;
  return `error: ${message}${isExplained(error) ? '' : ' (CODEX_DEBUG=1 shows more.)'}`;
}

/** What lies behind the message: codes and causes, and where an error came from that nobody foresaw. */
function detailsOf(error: unknown): string[] {
  const lines: string[] = [];
  let cause = error;
  for (let depth = 0; cause instanceof Error && depth < MAX_CAUSES; depth++, cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    const name = typeof code === 'string' ? `${cause.name} (${code})` : cause.name;
    lines.push(`${depth === 0 ? '' : 'caused by '}${plain(name)}: ${plain(cause.message)}`);
    const stack = (cause.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
    lines.push(...stack.slice(0, 8).map(plain));
  }
  return lines;
}
