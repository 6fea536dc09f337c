import { InvalidArgumentError } from '@ai-sdk/provider';
import { isHeaderName, isHeaderValue } from '../shared/headers';
import { USER_AGENT } from '../shared/version';
import { TURN_STATE_HEADER } from './turn-state';

const LITE_HEADER = 'x-openai-internal-codex-responses-lite';

/** A caller's headers cannot set or remove these: they say who pays, and for which conversation. */
const PROTECTED = new Set(['authorization', 'chatgpt-account-id', 'session-id']);

export type CallerHeaders = Record<string, string | undefined> | undefined;

/** Who asks: the login, and what we say of ourselves. */
interface Identity {
  /** From the login: `authorization`, `chatgpt-account-id`, and `X-OpenAI-Fedramp` where claimed. */
  authorization: Record<string, string>;
  originator: string;
  clientVersion: string;
}

export interface HeaderValues extends Identity {
  sessionId: string;
  requestId: string;
  turnState: string | undefined;
  /** The body has the lite form. */
  lite: boolean;
}

/**
 * The headers of one call. Names come out in lower case; a caller's undefined removes a header of ours.
 *
 * @throws InvalidArgumentError for what can be no header, naming it without its value.
 */
export function buildHeaders(values: HeaderValues, ...callers: CallerHeaders[]): Record<string, string> {
  const ours = {
    originator: values.originator,
    version: values.clientVersion,
    accept: 'text/event-stream',
    'content-type': 'application/json',
    'x-client-request-id': values.requestId,
    ...(values.turnState !== undefined && { [TURN_STATE_HEADER]: values.turnState }),
    ...(values.lite && { [LITE_HEADER]: 'true' }),
  };
  return merge(ours, callers, { 'session-id': values.sessionId, ...values.authorization });
}

/** The headers of a GET, by the same rules; `needed` are those that make its answer what it is. */
export function buildGetHeaders(
  values: Identity,
  needed: Record<string, string>,
  ...callers: CallerHeaders[]
): Record<string, string> {
  const { originator, clientVersion } = values;
  const ours = { originator, version: clientVersion, accept: 'application/json' };
  return merge(ours, callers, { ...needed, ...values.authorization });
}

function merge(
  ours: Record<string, string>,
  callers: CallerHeaders[],
  fixed: Record<string, string>,
): Record<string, string> {
  const headers = { ...ours };
  const agents = [USER_AGENT];
  for (const [name, value] of callers.flatMap((caller) => Object.entries(caller ?? {}))) {
    const key = name.toLowerCase();
    if (PROTECTED.has(key)) continue;
    if (key === 'user-agent') {
      if (value) agents.push(value);
    } else if (value === undefined) delete headers[key];
    else headers[key] = value;
  }
  headers['user-agent'] = agents.join(' ');
  for (const [name, value] of Object.entries(fixed)) headers[name.toLowerCase()] = value;
  for (const [name, value] of Object.entries(headers)) requireHeader(name, value);
  return headers;
}

function requireHeader(name: string, value: string): void {
  if (isHeaderName(name) && isHeaderValue(value)) return;
  const message = `The header ${JSON.stringify(name)} cannot be sent: its name or value has characters that HTTP does not take.`;
  throw new InvalidArgumentError({ argument: 'headers', message });
}
