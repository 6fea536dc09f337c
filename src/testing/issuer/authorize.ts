import type { ServerResponse } from 'node:http';
import { closed, sendHtml } from '../http';
import { deliver } from './deliver';
import type { LoginOptions } from './identity';
import type { IssuerContext, PendingAuthorization } from './issuer-context';
import type { IssuerRequest } from './issuer-request';
import { firstRefusal } from './rules';

const PENDING_PAGE = '<!doctype html><title>Sign in</title><p>This login waits for a decision.</p>';

/** `GET /oauth/authorize`: sends the browser back at once, or shows a page until the test decides. */
export async function authorize(request: IssuerRequest, response: ServerResponse, context: IssuerContext) {
  const refused = firstRefusal('authorize', request, context);
  if (refused) return deliver(response, refused);
  const login = decidable(request, context);
  switch (context.settings.authorize) {
    case 'approve':
      return redirect(response, login.approve());
    case 'deny':
      return redirect(response, login.deny());
    case 'pending':
      context.pending.push(login);
      return sendHtml(response, 200, PENDING_PAGE);
  }
}

function decidable(request: IssuerRequest, context: IssuerContext): PendingAuthorization {
  const { redirect_uri: redirectUri = '', code_challenge: challenge = '', scope = '', state = '' } = request.params;
  const decide = (login: PendingAuthorization, params: Record<string, string>) => {
    const at = context.pending.indexOf(login);
    if (at >= 0) context.pending.splice(at, 1);
    return `${redirectUri}?${new URLSearchParams({ ...params, state })}`;
  };
  return {
    // Rule 4.
    approve(login: LoginOptions = context.settings.login) {
      const code = context.codes.issue({ redirectUri, challenge, scope, login, device: false });
      return decide(this, { code, scope });
    },
    // Rule 3.
    deny(description = context.settings.denial) {
      return decide(this, { error: 'access_denied', error_description: description });
    },
  };
}

function redirect(response: ServerResponse, location: string): Promise<void> {
  response.writeHead(302, { location, 'cache-control': 'no-store' });
  response.end();
  return closed(response);
}
