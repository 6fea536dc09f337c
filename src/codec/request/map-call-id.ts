const FITS = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * A call id that the backend takes: at most 64 characters of a plain alphabet. Ids that fit are kept; others (histories of
 * other providers hold long ones) become a hash, the same for a call and for its output.
 */
export function mapCallId(callId: string): string {
  if (FITS.test(callId)) return callId;
  return `call_${hash(callId, 1)}${hash(callId, 2)}${hash(callId, 3)}`;
}

// 53 bits of FNV-like mixing in plain arithmetic: the codec is synchronous, Web Crypto is not, and nothing here is secret.
function hash(text: string, seed: number): string {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0');
}
