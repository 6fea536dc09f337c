const FITS = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * A call id that the backend takes: at most 64 characters of a plain alphabet. Ids that fit are kept; others (histories of
 * other providers hold long ones) become a hash, the same for a call and for its output.
 */
export function mapCallId(callId: string): string {
  return FITS.test(callId) ? callId : `call_${fnv1a(callId).toString(16).padStart(16, '0')}`;
}

/** 64-bit FNV-1a of the UTF-8 bytes: synchronous, unlike Web Crypto, and nothing here is secret. */
function fnv1a(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash;
}
