import type { OAuthCredentials } from '../../../shared/credentials';
import { asRecord, asString, parseJson } from '../../../shared/json';
import { maskWhenPrinted } from '../../../shared/masked';
import type { Runtime } from '../../../shared/runtime';
import { isSecureUrl } from '../../../shared/secure-url';
import { CodexAuthError } from '../../errors';
import { IssuerUnreachable, requestIssuer } from '../../issuer-request';
import { parseTokenReply } from '../../token-response';

/** What a message calls the token. */
const NAME = 'The personal access token in CODEX_ACCESS_TOKEN';

/**
 * Asks the issuer whom a personal access token (`at-...`) speaks for: unlike a JWT, it does not say so itself.
 *
 * @param service Base URL of the issuer's account service.
 * @throws {@link CodexAuthError} `invalid_credential` when the token is not known there; `region_blocked`; `refresh_failed`
 * when there was no usable answer, and a later attempt may succeed; `invalid_setting`.
 */
export async function lookUpPersonalAccessToken(
  token: string,
  service: string,
  runtime: Runtime,
): Promise<OAuthCredentials> {
  assertService(service);
  const request = { issuer: service, path: '/v1/user-auth-credential/whoami', bearer: token, secrets: [token] };
  const reply = await requestIssuer(request, runtime).catch((error: unknown) => {
    throw error instanceof IssuerUnreachable ? notLookedUp(error.message) : error;
  });
  if (reply.status < 200 || reply.status > 299) throw refused(reply, runtime.now());
  const person = asRecord(parseJson(reply.text));
  const accountId = asString(person?.chatgpt_account_id);
  if (!accountId) throw notLookedUp('the issuer did not name its account');
  const userId = asString(person?.chatgpt_user_id);
  const email = asString(person?.email);
  const planType = asString(person?.chatgpt_plan_type);
  return maskWhenPrinted({
    accessToken: token,
    accountId,
    ...(userId && { userId }),
    ...(email && { email }),
    ...(planType && { planType }),
    ...(person?.chatgpt_account_is_fedramp === true && { fedramp: true }),
  });
}

function refused(reply: { status: number; text: string }, now: number): CodexAuthError {
  const outcome = parseTokenReply(reply, now);
  const { kind, detail } = outcome.ok ? { kind: 'transient', detail: 'the answer made no sense' } : outcome.refusal;
  if (kind === 'permanent') {
    return new CodexAuthError({
      code: 'invalid_credential',
      message: `${NAME} is not valid, or no longer: ${detail}. Set the variable to a new one, or unset it to use a stored login.`,
    });
  }
  if (kind !== 'region') return notLookedUp(detail);
  return new CodexAuthError({
    code: 'region_blocked',
    message: `${NAME} could not be looked up: ${detail}. Use a network or proxy of a supported country.`,
  });
}

function notLookedUp(detail: string): CodexAuthError {
  const message = `${NAME} could not be looked up: ${detail}. Try again in a moment.`;
  return new CodexAuthError({ code: 'refresh_failed', message });
}

/** The URL is not quoted: it may hold a password, which `fetch` would refuse and quote, too. */
function assertService(service: string): void {
  const url = isSecureUrl(service) ? new URL(service) : undefined;
  if (url && !url.username && !url.password && !url.search && !url.hash) return;
  throw new CodexAuthError({
    code: 'invalid_setting',
    message:
      'CODEX_AUTHAPI_BASE_URL, or the issuer, must be a plain https URL (http only on this machine): a token is sent there.',
  });
}
