import { DEFAULT_BASE_URL, DEFAULT_ISSUER } from '../shared/constants';
import { isSet } from '../shared/is-set';
import { isSecureUrl, SECURE_URL, withoutSlash } from '../shared/secure-url';
import type { Terminal } from './terminal';

/** What the environment settles. `AI_SDK_CODEX_HOME` is read by the store. */
export interface Environment {
  baseURL: string;
  issuer: string;
  /** `CODEX_DEBUG`: what goes on inside is told on stderr. */
  isVerbose: boolean;
  /** In sentences, what of it cannot be used; the default stands in its place. */
  mistakes: readonly string[];
}

export function readEnvironment({ env }: Pick<Terminal, 'env'>): Environment {
  const mistakes: string[] = [];
  return {
    baseURL: address('CODEX_BASE_URL', env, mistakes) ?? DEFAULT_BASE_URL,
    issuer: address('CODEX_ISSUER', env, mistakes) ?? DEFAULT_ISSUER,
    isVerbose: isSet(env.CODEX_DEBUG),
    mistakes,
  };
}

/** An address that may receive a token. */
function address(name: string, env: Terminal['env'], mistakes: string[]): string | undefined {
  const value = env[name]?.trim();
  if (!value) return undefined;
  if (isSecureUrl(value)) return withoutSlash(value);
  mistakes.push(`${name} must be ${SECURE_URL}.`);
  return undefined;
}
