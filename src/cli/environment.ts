import { DEFAULT_BASE_URL, DEFAULT_ISSUER } from '../shared/constants';
import { isSet } from '../shared/is-set';
import { isSecureUrl, withoutSlash } from '../shared/secure-url';
import { type Terminal, UsageError } from './terminal';

/** What the environment settles. `AI_SDK_CODEX_HOME` is read by the store. */
export interface Environment {
  baseURL: string;
  issuer: string;
  /** `CODEX_DEBUG`: what goes on inside is told on stderr. */
  isVerbose: boolean;
}

/** @throws UsageError for an address that must not receive a token. */
export function readEnvironment({ env }: Pick<Terminal, 'env'>): Environment {
  return {
    baseURL: address('CODEX_BASE_URL', env) ?? DEFAULT_BASE_URL,
    issuer: address('CODEX_ISSUER', env) ?? DEFAULT_ISSUER,
    isVerbose: isSet(env.CODEX_DEBUG),
  };
}

function address(name: string, env: Terminal['env']): string | undefined {
  const value = env[name]?.trim();
  if (!value) return undefined;
  if (!isSecureUrl(value))
    throw new UsageError(`${name} must be an https URL without a password in it (http only on this machine).`);
  return withoutSlash(value);
}
