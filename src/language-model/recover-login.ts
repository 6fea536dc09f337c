import { orAbort } from '../shared/abort';
import type { RequestAuthorizer } from '../shared/request-authorizer';
import { endedLogin } from './ended-login';
import { type FailedRequest, withRefusal } from './to-provider-error';

export interface Refusal {
  /** The failure that says the token was refused. */
  failure: unknown;
  /** The backend's words for it. */
  codes: readonly string[];
  /** The headers that it refused. */
  headers: Record<string, string>;
}

/** Whether to send again after a refused token. What the login fails with has the refusal as its cause. */
export async function recoverLogin(
  { failure, codes, headers }: Refusal,
  authorizer: RequestAuthorizer,
  request: FailedRequest,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  // Of the words in an answer, those that end a login count before the others.
  const said = endedLogin(codes) ?? codes[0];
  const code = said && request.mask ? request.mask(said) : said;
  try {
    return await orAbort(authorizer.onUnauthorized(headers, code === undefined ? {} : { code }), signal);
  } catch (error) {
    throw withRefusal(error, failure, request);
  }
}
