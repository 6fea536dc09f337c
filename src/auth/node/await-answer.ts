import { orAbort } from '../../shared/abort';
import type { Logger } from '../../shared/logger';
import type { Runtime } from '../../shared/runtime';
import { redact } from '../../shared/secret';
import { CodexAuthError } from '../errors';
import type { CallbackAnswer, CallbackServer } from './callback-server';
import { openSystemBrowser } from './open-browser';
import { type Paste, readPaste } from './read-paste';

export interface Waiting {
  /** The address at which the person logs in. */
  url: string;
  state: string;
  server: CallbackServer | undefined;
  paste: Paste | undefined;
  onUrl: ((url: string) => void) | undefined;
  openBrowser: ((url: string) => void | Promise<void>) | undefined;
  timeoutMs: number | undefined;
  /** Aborted by the caller, by the end of the time, and by a failure of `onUrl`. */
  over: AbortController;
  runtime: Runtime;
  logger: Logger;
}

const TIME_LIMIT_MS = 5 * 60_000;
/** The longest that a timer knows, some 25 days; a longer one would be over at once. */
const LONGEST_LIMIT_MS = 2 ** 31 - 1;

/**
 * Sends the person to the browser, and waits for the first of: the callback, a paste, an abort, the end of the time. When it
 * was not the callback, nobody listens any more.
 *
 * @throws {@link CodexAuthError} `login_timeout`, `login_failed`; or what aborted.
 */
export async function awaitAnswer(waiting: Waiting): Promise<CallbackAnswer> {
  const { server, paste, state, over, runtime, logger, timeoutMs = TIME_LIMIT_MS } = waiting;
  const settled = new AbortController();
  runtime.sleep(Math.min(timeoutMs, LONGEST_LIMIT_MS), settled.signal).then(
    () => settled.signal.aborted || over.abort(timedOut(timeoutMs)),
    () => {},
  );
  try {
    void invite(waiting, settled.signal);
    over.signal.throwIfAborted();
    const answers = server ? [server.answer] : [];
    if (paste) answers.push(readPaste({ paste, state, logger, signal: settled.signal, isOnlyWay: !server }));
    return await orAbort(Promise.race(answers), over.signal);
  } finally {
    settled.abort();
    if (!server?.isAnswered) await server?.close();
  }
}

/** Nobody waits for it: some openers come back only when the browser is closed. */
async function invite(waiting: Waiting, settled: AbortSignal): Promise<void> {
  const { onUrl, openBrowser = openSystemBrowser, url, state, over, logger } = waiting;
  try {
    await onUrl?.(url);
  } catch (error) {
    if (!settled.aborted) over.abort(error);
    return;
  }
  try {
    if (!over.signal.aborted && !settled.aborted) await openBrowser(url);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    // An error about a command often quotes it, and whoever has the state could answer for the issuer.
    const shown = redact(reason.replaceAll(url, '[address]').replaceAll(state, '[redacted]'));
    logger.warn('The browser could not be opened. Open the address of the login yourself.', { reason: shown });
  }
}

function timedOut(limitMs: number): CodexAuthError {
  const message = `Nobody finished the login in the browser within ${Math.round(limitMs / 1000)} s. Start it again; an earlier login is kept.`;
  return new CodexAuthError({ code: 'login_timeout', message });
}
