// Every pattern takes time that grows with the text and not with its square: texts of 64 KiB come from outside.
/** JSON Web Tokens, also their two-part beginnings; a run without a dot is none. */
const JWTS = /\beyJ[\w-]{8,}(?:\.[\w-]+(?:\.[\w-]*)?)?/gi;
/** Platform keys, personal access tokens, refresh tokens; bearer values. */
const KEYS = /\b(?:sk|rt|at|oaistb_rt)[-_](?=[\w-]{0,500}\d)[\w-]{12,}(?:\.[\w-]+)*|(\bBearer\s+)[^\s"',]+/gi;

/** Names whose values are secret wherever they stand: in JSON, in queries, in records. */
const NAMES = [
  'access_token',
  'refresh_token',
  'id_token',
  'subject_token',
  'requested_token',
  'client_secret',
  'code_verifier',
  'api_key',
  'device_auth_id',
  'user_code',
  'accessToken',
  'refreshToken',
  'idToken',
].join('|');

const SECRET_FIELDS = new RegExp(`(["']?\\b(?:${NAMES})["']?\\s*[:=]\\s*["']?)([^"'&\\s,}]+)`, 'gi');
const SECRET_NAME = new RegExp(`^(?:${NAMES}|authorization)$`, 'i');

/** `text` with everything that looks like a credential replaced, for messages, logs and recorded bodies. */
export function redact(text: string): string {
  return text
    .replace(SECRET_FIELDS, '$1[redacted]')
    .replace(JWTS, (run) => (run.includes('.') ? '[redacted]' : run))
    .replace(KEYS, '$1[redacted]');
}

/** A copy of parsed JSON in which every text is redacted, and whatever stands under a secret's name. */
export function redactDeep(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(redactDeep);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, SECRET_NAME.test(name) ? '[redacted]' : redactDeep(inner)]),
  );
}
