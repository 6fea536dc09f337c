import { redact, redactDeep } from '../shared/secret';

/** Hides one secret in a text from outside. */
export type Mask = (text: string) => string;

/** A shorter value is no token, and could be any word. */
const SHORTEST_TOKEN = 8;
const MAX_DATA = 64 * 1024;

/** For the token of an `authorization` header, whatever it looks like: an answer may quote what was sent. */
export function maskFor(authorization: string | undefined): Mask {
  const token = authorization?.replace(/^Bearer\s+/i, '').trim() ?? '';
  if (token.length < SHORTEST_TOKEN) return (text) => text;
  const json = JSON.stringify(token).slice(1, -1);
  const forms = new Set([token, json, json.replaceAll('/', '\\/'), encodeURIComponent(token)]);
  return (text) => [...forms].reduce((masked, form) => masked.replaceAll(form, '[redacted]'), text);
}

const unmasked: Mask = (text) => text;

export function cleanText(text: string, mask: Mask = unmasked): string {
  return redact(mask(text));
}

export function cleanHeaders(headers: Record<string, string>, mask?: Mask): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, cleanText(value, mask)]));
}

/** A copy of what the backend sent, without secrets; of more than 64 KiB its beginning, as text. */
export function cleanData(data: unknown, mask: Mask = unmasked): unknown {
  try {
    const json: string | undefined = JSON.stringify(redactDeep(data));
    if (json === undefined) return undefined;
    const clean = mask(json);
    return clean.length > MAX_DATA ? `${clean.slice(0, MAX_DATA - 1)}…` : JSON.parse(clean);
  } catch {
    return undefined; // nested deeper than the stack
  }
}
