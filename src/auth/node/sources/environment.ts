import { AuthStoreError } from '../../../shared/auth-store-error';
import { DEFAULT_PROFILE } from '../../../shared/constants';
import type { OAuthCredentials } from '../../../shared/credentials';
import { isVisibleAscii } from '../../../shared/headers';
import { maskWhenPrinted } from '../../../shared/masked';
import type { Runtime } from '../../../shared/runtime';
import { withoutSlash } from '../../../shared/secure-url';
import type { AuthStore } from '../../../stores/auth-store';
import { CodexAuthError } from '../../errors';
import { lookUpPersonalAccessToken } from './personal-access-token';

export interface EnvironmentStoreOptions {
  /** Read at every call. Default: that of the process. */
  env?: Record<string, string | undefined>;
  /** Knows personal access tokens, unless `CODEX_AUTHAPI_BASE_URL` names another service. */
  issuer: string;
  runtime: Runtime;
}

/**
 * The token in `CODEX_ACCESS_TOKEN`: a JWT, a personal access token (`at-...`, whose account the issuer is asked for once),
 * or an opaque one. Has one profile, `default`, when the variable is set.
 *
 * @throws {@link CodexAuthError} from `read`: `invalid_credential` for what can be no token, and what looking up a personal
 * access token fails with. {@link AuthStoreError} `unwritable` from `update`, always.
 */
export function environmentAuthStore({ env = process.env, issuer, runtime }: EnvironmentStoreOptions): AuthStore {
  let known: { key: string; login: Promise<OAuthCredentials>; isAnswered?: true } | undefined;

  const tokenFor = (profile: string) => (profile === DEFAULT_PROFILE && env.CODEX_ACCESS_TOKEN?.trim()) || undefined;

  const service = () => env.CODEX_AUTHAPI_BASE_URL?.trim() || `${withoutSlash(issuer)}/api/accounts`;
  const keyOf = (token: string) => `${service()} ${token}`;

  /** One question at a time, and none after an answer; a failure is not remembered. */
  const lookUp = (token: string): Promise<OAuthCredentials> => {
    const key = keyOf(token);
    if (known?.key === key) return known.login;
    const login = lookUpPersonalAccessToken(token, service(), runtime);
    const entry: typeof known = { key, login };
    known = entry;
    login.then(
      () => {
        entry.isAnswered = true;
      },
      () => {
        if (known === entry) known = undefined;
      },
    );
    return login;
  };

  const asksNetwork = (token = '') =>
    isPersonal(token) && isVisibleAscii(token) && !(known?.key === keyOf(token) && known.isAnswered);

  return {
    readonly: true,
    async read(profile) {
      const token = tokenFor(profile);
      if (token === undefined) return undefined;
      assertToken(token);
      const login = isPersonal(token) ? await lookUp(token) : { accessToken: token };
      return maskWhenPrinted({ ...login });
    },
    async update() {
      throw new AuthStoreError({
        code: 'unwritable',
        message: 'The login is in the environment variable CODEX_ACCESS_TOKEN. Unset it to log in or out here.',
      });
    },
    profiles: async () => (tokenFor(DEFAULT_PROFILE) === undefined ? [] : [DEFAULT_PROFILE]),
    describe: async (profile) => ({
      location: 'the environment variable CODEX_ACCESS_TOKEN',
      renewal: 'Set the variable to a new token, or unset it to use a stored login.',
      readonly: true,
      ...(asksNetwork(tokenFor(profile)) && { asksNetwork: true }),
    }),
  };
}

/** A personal access token does not say whose it is. */
function isPersonal(token: string): boolean {
  return token.startsWith('at-');
}

/** An invalid value is an error: falling back to a stored login would use another account than the one that was asked for. */
function assertToken(token: string): void {
  const problem = token.startsWith('sk-')
    ? 'an OpenAI platform key (`sk-`), and this backend takes ChatGPT logins only'
    : isVisibleAscii(token)
      ? undefined
      : 'white space or characters that no token has';
  if (problem === undefined) return;
  throw new CodexAuthError({
    code: 'invalid_credential',
    message: `CODEX_ACCESS_TOKEN holds ${problem}. Set it to a ChatGPT access token, or unset it to use a stored login.`,
  });
}
