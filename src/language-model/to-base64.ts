const CHUNK = 0x8000;

/** Base64 of bytes; text is base64 already. */
export function toBase64(data: Uint8Array | string): string {
  if (typeof data === 'string') return data;
  let binary = '';
  // An argument list has a limit, so the bytes go in pieces.
  for (let start = 0; start < data.length; start += CHUNK) {
    binary += String.fromCharCode(...data.subarray(start, start + CHUNK));
  }
  return btoa(binary);
}
