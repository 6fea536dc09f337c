import { asNumber, asRecord, asString, parseJson } from '../../shared/json';
import { type CodexFallbackCode, codeOfStatus, codeOfWords } from './failure-kinds';

/** Names and codes of connections that failed, in Node, Bun, Deno and undici. */
const CONNECTION =
  /^(?:E(?:CONN(?:REFUSED|RESET|ABORTED)|PIPE|PROTO|HOSTUNREACH|NETUNREACH|AI_AGAIN|NOTFOUND)|UND_ERR_(?:SOCKET|CLOSED|DESTROYED)|ConnectionRefused|ConnectionClosed|FailedToOpenSocket|ENOTFOUND|ERR_STREAM_PREMATURE_CLOSE|(?:ERR_HTTP2|ERR_TLS|ERR_SSL|CERT)_\w+)$/;
const TIME_LIMITS: ReadonlySet<unknown> = new Set(['AbortError', 'ResponseAborted', 'TimeoutError']);
const TIMEOUT = /^(?:ETIMEDOUT|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT)$/;
const FETCH_FAILED = /^(?:fetch failed|failed to fetch|load failed|network ?error|terminated|error sending request)\b/i;
const CONNECTION_LOST = /^network connection lost\b/i;
const NO_CREDENTIALS = /^could not load the default credentials\b/i;
const TOO_LONG = /context (?:length|window)|prompt is too long|too many tokens|maximum (?:context|prompt)/i;
const NO_MODEL =
  /\bmodel\b.{0,200}\b(?:not found|does not exist|not supported|not available|unknown|retired|deprecated)/i;
const MODEL_DENIED = /\b(?:access(?: to)?|use|invoke) (?:(?:the|this|that) )?(?:requested |specified )?model\b/i;
const BAD_KEY = /\bAPI key not valid\b|\bincorrect API key\b|\binvalid (?:x-)?api[ -]key\b/i;
/** Not a word in quotes, as the name of a tool would be. */
const NO_CREDIT = /\bcredit balance\b|(?<!['"`\w])billing\b(?!['"`])/i;

/**
 * What an error of another provider means, undefined when it says nothing itself: errors with a status, also those of the
 * gateway; time limits; connections; and the plain objects that some models put into `error` parts.
 */
export function readForeignFailure(error: unknown, isApiCall: boolean): CodexFallbackCode | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { name, code, message } = error as { name?: unknown; code?: unknown; message?: unknown };
  if (TIME_LIMITS.has(name) || TIMEOUT.test(String(code))) return 'timeout';
  if (CONNECTION.test(String(code))) return 'network';
  if (NO_CREDENTIALS.test(String(message))) return 'no_credentials';
  if (name === 'TypeError') return FETCH_FAILED.test(String(message)) ? 'network' : undefined;
  const status = statusOf(error);
  const words = wordsOf(error);
  if (status !== undefined) return refine(codeOfHttp(status, words, isApiCall), `${message} ${words.join(' ')}`);
  const said = codeOfWords(words);
  if (said) return refine(said, String(message));
  if (CONNECTION_LOST.test(String(message))) return 'network';
  // A call without a status never had an answer.
  return isApiCall ? (isRetryable(error) ? 'network' : 'unknown') : undefined;
}

function codeOfHttp(status: number, words: readonly string[], isApiCall: boolean): CodexFallbackCode {
  // An answer of 200 that is an error all the same could not be read.
  if (status < 300) return isApiCall ? (codeOfWords(words) ?? 'invalid_event') : 'unknown';
  // Services say "invalid request" of expired keys and missing models, too; and google "exhausted" of every 429.
  const said = codeOfWords(words.filter((word) => !/^(?:invalid_request_error|invalid_argument)$/i.test(word)));
  return said ?? codeOfStatus(status);
}

/** What is refused without a code of its own may still be told by its sentence. */
export function refine(code: CodexFallbackCode, text: string): CodexFallbackCode {
  if (code === 'forbidden') return MODEL_DENIED.test(text) ? 'model_not_supported' : code;
  if (code !== 'invalid_request') return code;
  if (TOO_LONG.test(text)) return 'context_length_exceeded';
  if (BAD_KEY.test(text)) return 'unauthorized';
  if (NO_CREDIT.test(text)) return 'insufficient_quota';
  return NO_MODEL.test(text) ? 'model_not_supported' : code;
}

function isRetryable(error: object): boolean {
  return (error as { isRetryable?: unknown }).isRetryable === true;
}

function statusOf(error: object): number | undefined {
  const { statusCode, status } = error as { statusCode?: unknown; status?: unknown };
  const number = asNumber(statusCode) ?? asNumber(status);
  return number !== undefined && number >= 200 && number < 600 ? number : undefined;
}

/** The service's `code`, `type` and `status` words, wherever the error keeps what was said. */
function wordsOf(error: object): string[] {
  const { data, responseBody } = error as { data?: unknown; responseBody?: unknown };
  const said = asRecord(data) ?? asRecord(parseJson(asString(responseBody) ?? ''));
  const places = [asRecord(said?.error), said, asRecord((error as { error?: unknown }).error), asRecord(error)];
  return places.flatMap((place) => [place?.code, place?.type, place?.status].flatMap((word) => asString(word) ?? []));
}
