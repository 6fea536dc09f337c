/**
 * The name of a profile as every database can hold it: PostgreSQL's texts have no NUL, and half a surrogate pair would
 * become the same replacement character as any other. Ordinary names stay as they are.
 */
export function encodeProfile(profile: string): string {
  return profile.replace(/[\0\\]|\p{Surrogate}/gu, (one) => `\\${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function decodeProfile(key: string): string {
  return key.replace(/\\([0-9a-f]{4})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
