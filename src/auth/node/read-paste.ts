import type { Logger } from '../../shared/logger';
import { type AuthorizationResponse, parsePastedResponse } from '../authorization-response';
import { failedLogin } from '../new-login';

/** Asks a person for the address at which the browser ended. */
export type Paste = (context: { signal: AbortSignal }) => Promise<string>;

export interface PasteWait {
  paste: Paste;
  state: string;
  logger: Logger;
  /** Aborts when an answer came another way. */
  signal: AbortSignal;
  /** No browser can bring the answer. */
  isOnlyWay: boolean;
}

const MAX_QUESTIONS = 5;

/**
 * Asks until something usable is pasted.
 *
 * @throws {@link CodexAuthError} `login_failed` after five useless answers; or what `paste` threw, when nothing else can bring
 * the answer. Otherwise the wait goes on without it.
 */
export async function readPaste(wait: PasteWait): Promise<Exclude<AuthorizationResponse, { kind: 'unusable' }>> {
  const { paste, state, logger, signal, isOnlyWay } = wait;
  let problem = '';
  for (let asked = 0; asked < MAX_QUESTIONS && !signal.aborted; asked++) {
    let text: unknown;
    try {
      text = await paste({ signal });
    } catch (error) {
      if (isOnlyWay) throw error;
      logger.debug('Nothing was pasted; the browser may still come back.');
      return new Promise(() => {});
    }
    if (signal.aborted) break;
    const answer = parsePastedResponse(typeof text === 'string' ? text : '', state);
    if (answer.kind !== 'unusable') return answer;
    problem = answer.message;
    logger.warn(problem);
  }
  throw failedLogin('nothing usable was pasted', problem);
}
