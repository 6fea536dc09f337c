import type { OAuthCredentials } from '../shared/credentials';
import { pauseAfter } from './back-off';
import type { CodexAuthError } from './errors';
import { grantFingerprint } from './fingerprint';
import { failuresOf } from './known-failure';
import type { Login } from './login';
import { type Memory, spentWith } from './memory';
import { withNewTokens } from './new-tokens';
import { mismatchedRefresh, refreshError, refusedRefresh } from './refresh-failure';
import type { RenewalContext } from './renewal-context';
import type { RefreshGrant } from './token-endpoint';
import type { IssuedTokens, TokenOutcome, TokenRefusal } from './token-response';

/** What to store, and what to throw once it is stored. */
export interface Exchanged {
  credentials: OAuthCredentials;
  failure?: CodexAuthError;
}

/** One presentation of a refresh token. */
export interface Attempt {
  /** The login that it renews. */
  latest: Login;
  grant: RefreshGrant;
  /** The name of the refresh token, and that of the grant. */
  fingerprint: string;
  name: string;
  isOfUnsaved: boolean;
}

/** Remembers what the issuer answered before anything else can fail, and says what is to be stored of it. */
export async function takeAnswer(
  outcome: TokenOutcome,
  attempt: Attempt,
  context: RenewalContext,
  memory: Memory,
): Promise<Exchanged> {
  const exchanged = outcome.ok
    ? await accept(outcome.tokens, attempt, context, memory)
    : await refuse(outcome.refusal, attempt, context, memory);
  // What brought nothing new may be forgotten, except that it follows on something that is still to be stored.
  if (!outcome.ok && outcome.refusal.refreshToken === undefined && !attempt.isOfUnsaved) return exchanged;
  const spent = spentWith(attempt.grant.refreshToken, attempt.fingerprint, memory);
  memory.newest = { credentials: exchanged.credentials, spent, state: 'new' };
  if (exchanged.failure === undefined) context.logger.debug('Refreshed the login.', { profile: context.profile });
  return exchanged;
}

async function accept(
  tokens: IssuedTokens,
  { latest, name }: Attempt,
  { runtime, profile }: RenewalContext,
  memory: Memory,
): Promise<Exchanged> {
  const now = runtime.now();
  const issued = await withNewTokens(latest, tokens, now);
  if ('credentials' in issued) {
    delete memory.failed;
    return issued;
  }
  memory.failed = mismatchedRefresh(name, now);
  const credentials = { ...unmarked(latest), aside: issued.aside, refreshFailure: memory.failed.failure };
  return { credentials, failure: refreshError(memory.failed, profile, now) };
}

/** A new refresh token that came without an access token is stored as well, because the old one is spent. */
async function refuse(
  refusal: TokenRefusal,
  { latest, grant, name, fingerprint }: Attempt,
  context: RenewalContext,
  memory: Memory,
): Promise<Exchanged> {
  const { runtime, profile } = context;
  const { refreshToken } = refusal;
  const left = refreshToken === undefined ? name : await grantFingerprint({ ...grant, refreshToken }, runtime);
  const [previous] = await failuresOf(latest.credentials, context, memory);
  const pauseMs = pauseAfter(previous?.failure, refusal, runtime);
  const { refreshing } = latest.credentials;
  const startedAt = refreshing?.fingerprint === fingerprint ? refreshing.startedAt : undefined;
  const now = runtime.now();
  memory.failed = refusedRefresh(refusal, left, { now, pauseMs, startedAt });
  const credentials = {
    ...unmarked(latest),
    ...(refreshToken !== undefined && { refreshToken }),
    // Without an answer it may have been this machine's network, which is no reason for others to wait. A request that
    // was sent and not answered in time may still be answered.
    ...((refusal.status ?? refusal.code) !== undefined && { refreshFailure: memory.failed.failure }),
  };
  return { credentials, failure: refreshError(memory.failed, profile, now) };
}

function unmarked({ credentials }: Login): OAuthCredentials {
  const { refreshing: _over, ...rest } = credentials;
  return rest;
}
