import { DEFAULT_SCOPE, ORIGINATOR } from '../shared/constants';
import { issuerUrl } from './issuer-request';

export interface AuthorizationRequest {
  issuer: string;
  clientId: string;
  /** The issuer knows `/auth/callback` on the ports 1455 and 1457 of `localhost`, and compares character by character. */
  redirectUri: string;
  /** S256, of the verifier that the code is exchanged with. */
  codeChallenge: string;
  /** Random, for this login alone: what comes back without it is not the answer. */
  state: string;
  /** Separated by spaces. Default: what the official client asks for. */
  scope?: string | undefined;
  /** The name of your app. Default `ai-sdk-codex`. */
  originator?: string | undefined;
  /** `login` asks for a password although the browser has a session: the way to a second account. */
  prompt?: 'login' | undefined;
  /** Restricts the login to this workspace; several are joined by commas. */
  allowedWorkspaceId?: string | undefined;
}

/**
 * The address at which a person logs in. It holds no secret but the state.
 *
 * @throws {@link CodexAuthError} `invalid_setting` when the issuer is neither https nor on this machine.
 * @see [RFC 6749, section 4.1.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.1)
 */
export function buildAuthorizationUrl(request: AuthorizationRequest): string {
  const { prompt, allowedWorkspaceId } = request;
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    scope: request.scope ?? DEFAULT_SCOPE,
    code_challenge: request.codeChallenge,
    code_challenge_method: 'S256',
    state: request.state,
    id_token_add_organizations: 'true',
    codex_cli_simplified_flow: 'true',
    originator: request.originator ?? ORIGINATOR,
    ...(prompt && { prompt }),
    ...(allowedWorkspaceId && { allowed_workspace_id: allowedWorkspaceId }),
  });
  // A space as %20 survives also where an address is not read as a form.
  return issuerUrl(request.issuer, `/oauth/authorize?${query.toString().replaceAll('+', '%20')}`);
}
