/** What {@link isSecureUrl} asks for, as the end of a sentence. */
export const SECURE_URL = 'an https URL without a password, a query or a fragment (http only on this machine)';

/**
 * Whether a token may be sent to this URL: https, or http on this machine. Nothing may stand in it that messages would
 * show, as passwords and the keys in a query, or that would end up in the middle of an address, once a path is added.
 */
export function isSecureUrl(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '' || /[?#]/.test(value)) return false;
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
}

/** As it is put before a path, and compared: with or without slashes at its end a base is the same. */
export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

/** An address for people and records: where it is, without names, passwords and keys, which stand before and behind that. */
export function shownUrl(address: string): string {
  if (!URL.canParse(address)) return 'not an address';
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname}`;
}
