// JSON Web Tokens (also their two-part beginnings), bearer values, platform keys, personal access tokens, refresh tokens.
const SECRETS =
  /\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?|\b(?:sk|rt|at|oaistb_rt)[-_](?=[\w-]*\d)[\w-]{12,}(?:\.[\w-]+)*|(?<=\bBearer\s+)[^\s"',]+/gi;

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
  return text.replace(SECRET_FIELDS, '$1[redacted]').replace(SECRETS, '[redacted]');
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
