import { asRecord, asString, parseJson } from '../../shared/json';
import type { BackendFailure } from './backend-failure';
import { type Fields, isWord, readFields, readSeconds, withMessage } from './failure-fields';

/** Text of a body that is neither JSON nor HTML; more of it would be no sentence. */
const MAX_PLAIN_TEXT = 2_000;
/** Its name, but not its hosts, from which any page may load a script. */
const CLOUDFLARE =
  /\bcloudflare\b(?!\.com)|\bcf-error-details\b|<title[^<>]{0,200}>\s*(?:just a moment|attention required)/i;

/**
 * What an answer says that is no stream of events: `{error: {...}}`, `{error: "text"}`, `{detail}` as a text, an object or a list, plain
 * text or HTML, also the first of a list; the headers `x-error-json` and `x-openai-authorization-error` fill what the body leaves out.
 */
export function readHttpFailure({
  status,
  headers,
  body,
}: {
  status: number;
  headers: Record<string, string>;
  body: string;
}): BackendFailure {
  const data = parseJson(body);
  const isHtml = data === undefined && (/^\s*</.test(body) || /\bhtml\b/i.test(headers['content-type'] ?? ''));
  const isAccepted = status >= 200 && status <= 299;
  const said = readFields(asRecord(Array.isArray(data) ? data[0] : data) ?? {}, !isAccepted);
  const more = readFields(decodeErrorHeader(headers['x-error-json']));
  const refusal = headers['x-openai-authorization-error'];
  const codes = [...said.codes, ...more.codes, ...(isWord(refusal) ? [refusal] : [])];
  const text = data === undefined ? (isHtml ? titleOf(body) : sentenceOf(body)) : asString(data);
  // A 200 around a failure says nothing: what it holds counts as if an event had brought it.
  const isWrapped = isAccepted && (codes.length > 0 || speaks(data));
  return {
    ...more,
    ...said,
    ...withMessage(said.message ?? (text || undefined) ?? more.message ?? (isWord(refusal) ? undefined : refusal)),
    ...(isWrapped ? { isWrapped } : { status }),
    headers,
    codes: [...new Set(codes)],
    isHtml,
    ...(isHtml && CLOUDFLARE.test(body) && { isOfCloudflare: true }),
    ...(data !== undefined && { data }),
  };
}

/**
 * What a `response.failed` or `error` event says: `error` and `error` events with their fields nested, flat or as a text, and
 * WebSocket error frames, which bring a status and headers along.
 */
export function readEventFailure(event: unknown): BackendFailure {
  const fields = asRecord(event) ?? {};
  const response = asRecord(fields.response);
  const said = readFields(response?.error ? { ...fields, error: response.error } : fields);
  const error = asRecord(fields.error);
  const status = [fields.status, fields.status_code, error?.status, error?.status_code].map(readStatus).find(Boolean);
  return {
    ...said,
    ...(status !== undefined && { status }),
    headers: readHeaders(fields.headers),
    isHtml: false,
    ...(event !== undefined && { data: event }),
  };
}

/** Base64 of JSON, in either alphabet. */
function decodeErrorHeader(value: string | undefined): Fields {
  if (!value) return {};
  try {
    const binary = atob(value.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return asRecord(parseJson(new TextDecoder().decode(bytes))) ?? {};
  } catch {
    return {}; // not base64
  }
}

function speaks(data: unknown): boolean {
  const { error, errors, detail } = asRecord(Array.isArray(data) ? data[0] : data) ?? {};
  return Boolean(error || errors || detail);
}

/** What was JSON before it was cut is none. */
function sentenceOf(text: string): string | undefined {
  return /^\s*(?:\{|\[\s*[[{"])/.test(text) ? undefined : text.trim().slice(0, MAX_PLAIN_TEXT);
}

/** The title of a page says what it is (`Just a moment...`, `502 Bad Gateway`); the rest of it is for browsers. */
function titleOf(html: string): string | undefined {
  const title = /<title[^<>]{0,200}>([^<]{1,200})/i.exec(html)?.[1]?.replace(/\s+/g, ' ').trim();
  return title || undefined;
}

function readHeaders(value: unknown): Record<string, string> {
  const entries = Object.entries(asRecord(value) ?? {});
  const plain = entries.filter(([, one]) => ['string', 'number', 'boolean'].includes(typeof one));
  return Object.fromEntries(plain.map(([name, one]) => [name.toLowerCase(), String(one)]));
}

function readStatus(value: unknown): number | undefined {
  const status = readSeconds(value);
  return status !== undefined && Number.isInteger(status) && status >= 300 && status <= 599 ? status : undefined;
}
