import type { ServerResponse } from 'node:http';
import type { JSONValue } from '../../shared/json';
import { breakOff, closed, lowerCaseNames } from '../http';
import { type AnswerReply, type RateLimitState, resolveAnswer } from '../script';
import type { BackendRequest } from './backend-request';
import { usageBody } from './rate-limits';
import type { OpenRecord } from './recorded-request';
import { MODELS_RULES, type Rule, USAGE_RULES } from './rules';

/** What both kinds of GET are answered from. */
export interface GetContext {
  /** Virtual epoch milliseconds. */
  now(): number;
  etag: string;
  rateLimits(): RateLimitState;
  nextModelsReply(): AnswerReply | undefined;
  nextUsageReply(): AnswerReply | undefined;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  /** Text and bytes as they are, anything else as JSON. */
  body: JSONValue | Uint8Array;
}

/** A GET that the backend serves beside the Responses endpoint. */
interface GetEndpoint {
  rules: readonly Rule[];
  next(context: GetContext): AnswerReply | undefined;
  answer(seen: BackendRequest, context: GetContext): Answer;
}

const ENDPOINTS: Readonly<Record<string, GetEndpoint>> = {
  '/backend-api/codex/models': {
    rules: MODELS_RULES,
    next: (context) => context.nextModelsReply(),
    answer: answerModels,
  },
  '/backend-api/wham/usage': { rules: USAGE_RULES, next: (context) => context.nextUsageReply(), answer: answerUsage },
};

/** Undefined when the request is for the Responses endpoint, or for nothing. */
export function getEndpoint({ method, path }: BackendRequest): GetEndpoint | undefined {
  return method === 'GET' && Object.hasOwn(ENDPOINTS, path) ? ENDPOINTS[path] : undefined;
}

/** The answer to a GET that no rule refused: that of the script, if there is one. Undefined when there is nothing to send. */
export async function answerGet(
  endpoint: GetEndpoint,
  exchange: { seen: BackendRequest; response: ServerResponse; record: OpenRecord },
  context: GetContext,
): Promise<Answer | undefined> {
  const { seen, response, record } = exchange;
  const own = endpoint.answer(seen, context);
  const next = endpoint.next(context);
  if (next === undefined) return own;
  const reply = await resolveAnswer(next, record);
  if (reply.dropConnection) breakOff(response, 'destroyed');
  if (reply.dropConnection || reply.stall) {
    await closed(response);
    return undefined;
  }
  const headers = lowerCaseNames(reply.headers);
  const isMadeUp = reply.status !== undefined || reply.body !== undefined;
  return isMadeUp
    ? { status: reply.status ?? 200, headers, body: reply.body ?? '' }
    : { ...own, headers: { ...own.headers, ...headers } };
}

/** Rule 31: the models that a client of this version may use; nothing new when it has this list already. */
function answerModels({ query, headers, models }: BackendRequest, { etag }: GetContext): Answer {
  if (headers['if-none-match'] === etag) return { status: 304, headers: { etag }, body: '' };
  return { status: 200, headers: { etag }, body: { models: models.catalog(query.client_version) } };
}

/** Rule 33: the state that the headers of other answers show. */
function answerUsage({ token }: BackendRequest, context: GetContext): Answer {
  if (!token.ok) throw new Error('The usage was asked for without a login.');
  return { status: 200, headers: {}, body: usageBody(context.rateLimits(), { ...token, now: context.now() }) };
}
