/** Whether `fetch` takes this text as the value of a header. It would quote what it refuses. */
export function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

/** Whether this text is visible ASCII and not empty, as tokens and ids are that travel in headers. */
export function isVisibleAscii(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

/** Whether this text is the name of a header (RFC 9110, section 5.1). */
export function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
}

/** The backend's name for a request, from the headers of its answer, names in lower case. */
export function requestIdOf(headers: Record<string, string> = {}): string | undefined {
  return headers['x-request-id'] ?? headers['x-oai-request-id'];
}

/** Headers of an answer, names in lower case. Cookies of the edge are credentials of a kind, and of no use: they go no further. */
export function readHeaders(headers: Headers): Record<string, string> {
  const { 'set-cookie': _cookies, ...kept } = Object.fromEntries(headers);
  return kept;
}
