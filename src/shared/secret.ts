// JSON Web Tokens (also their two-part beginnings), bearer values, platform keys, personal access tokens, refresh tokens.
const SECRETS =
  /\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?|\b(?:sk|rt|at|oaistb_rt)[-_][\w-]{6,}(?:\.[\w-]+)*|(?<=\bBearer\s+)[^\s"',]+/gi;

/** Query and JSON names whose values are secret wherever they stand. */
const SECRET_FIELDS =
  /(["']?\b(?:access_token|refresh_token|id_token|subject_token|requested_token|client_secret|code_verifier|api_key|device_auth_id|user_code|accessToken|refreshToken|idToken)["']?\s*[:=]\s*["']?)([^"'&\s,}]+)/gi;

/** `text` with everything that looks like a credential replaced, for messages, logs and recorded bodies. */
export function redact(text: string): string {
  return text.replace(SECRET_FIELDS, '$1[redacted]').replace(SECRETS, '[redacted]');
}

const SECRET_NAMES =
  /^(?:access_token|refresh_token|id_token|subject_token|requested_token|client_secret|code_verifier|api_key|device_auth_id|user_code|accessToken|refreshToken|idToken|authorization)$/i;

/** A copy of parsed JSON in which every text is redacted, and whatever stands under a secret's name. */
export function redactDeep(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(redactDeep);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, SECRET_NAMES.test(name) ? '[redacted]' : redactDeep(inner)]),
  );
}
