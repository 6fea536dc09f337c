import { redact } from '../shared/secret';
import { fingerprintOf, grantFingerprint } from './fingerprint';
import { knownFailure } from './known-failure';
import { isAlive, isJustRefreshed, type Login } from './login';
import { notRenewable } from './login-failure';
import { type Memory, unsavedAfter } from './memory';
import { refreshError, storeFailure } from './refresh-failure';
import { grantOf, isUsable, type RenewalContext } from './renewal-context';
import { type Attempt, type Exchanged, takeAnswer } from './take-answer';
import { decodeTokenClaims } from './token-claims';
import { refreshTokens } from './token-endpoint';
import type { TokenOutcome } from './token-response';

/**
 * Spends the newest refresh token that is known, that of `stored` or of what follows on it, and remembers the outcome until
 * it is stored. To be called by whoever holds the store's lock: nobody else is presenting the token then.
 *
 * @param presentBy Epoch milliseconds after which that is no longer certain.
 * @returns Undefined when it is too late to present anything.
 */
export async function exchange(
  stored: Login,
  refused: string | undefined,
  presentBy: number,
  context: RenewalContext,
  memory: Memory,
): Promise<Exchanged | undefined> {
  const { profile, runtime } = context;
  const unsaved = await unsavedAfter(stored, context, memory);
  if (unsaved && (isUsable(unsaved, refused, context) || isJustRefreshed(unsaved, runtime.now()))) {
    return { credentials: unsaved.credentials };
  }
  const latest = unsaved ?? stored;
  const grant = grantOf(latest.credentials, context);
  if (!grant) {
    throw await notRenewable(context, isAlive(latest, runtime.now()) ? 'is about to expire' : 'has expired');
  }
  const known = unsaved && (await knownFailure(unsaved, refused, context, memory));
  if (known) return { credentials: latest.credentials, failure: refreshError(known, profile, runtime.now()) };

  const attempt: Attempt = {
    latest,
    grant,
    fingerprint: await fingerprintOf(grant.refreshToken, runtime),
    name: await grantFingerprint(grant, runtime),
    isOfUnsaved: unsaved !== undefined,
  };
  await decodeTokenClaims('a.b.c'); // loads the decoder: what fails to load must not come between tokens and store
  if (runtime.now() > presentBy) return undefined;
  const askedAt = runtime.now();
  context.logger.debug('Asking the issuer for new tokens.', { profile, issuer: grant.issuer });
  const outcome = await refreshTokens(grant, runtime, (late) => void keepLate(late, attempt, context, memory));
  context.logger.debug('The issuer was asked.', { profile, ...told(outcome), ms: runtime.now() - askedAt });
  return takeAnswer(outcome, attempt, context, memory);
}

function told(outcome: TokenOutcome): Record<string, unknown> {
  if (outcome.ok) return { outcome: 'new tokens' };
  const { kind, status, code } = outcome.refusal;
  return { outcome: kind, status, code: code && redact(code) };
}

/** An answer that comes when nobody waits for it any more is as good: the refresh token is spent. */
async function keepLate(
  outcome: TokenOutcome,
  attempt: Attempt,
  context: RenewalContext,
  memory: Memory,
): Promise<void> {
  if (!outcome.ok && outcome.refusal.refreshToken === undefined) return;
  const { grant, fingerprint } = attempt;
  const { credentials, spent } = memory.newest ?? {};
  if (spent?.includes(fingerprint) && credentials?.refreshToken !== grant.refreshToken) return; // answered since
  try {
    await takeAnswer(outcome, attempt, context, memory);
    await memory.save();
  } catch (error) {
    const { code, message } = storeFailure(error, 'update');
    const details = { profile: context.profile, code, reason: message };
    context.logger.warn('An answer of the issuer came late, and what it brought is not in use.', details);
  }
}
