/** Whether a token may be sent to this URL: https, or http on this machine; without a password in it, which messages would show. */
export function isSecureUrl(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') return false;
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
}

/** As it is put before a path, and compared: with or without slashes at its end a base is the same. */
export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
