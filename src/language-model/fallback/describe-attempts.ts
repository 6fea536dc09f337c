import { redact } from '../../shared/secret';
import type { CodexFallbackAttempt } from './candidate';

const MAX_LENGTH = 300;

/** One line a model: what happened, and how long it is left alone. */
export function describeAttempts(attempts: readonly CodexFallbackAttempt[], now: number): string {
  const lines = attempts.map((attempt) => {
    const { provider, modelId, code, skipped, until, error } = attempt;
    const reason = skipped ? (code === 'no_credentials' ? 'skipped, it has no credentials' : `skipped, ${code}`) : code;
    const wait = until !== undefined && until > now ? `, not asked again for ${span(until - now)}` : '';
    // What an error of another time says of how long it takes is no longer true.
    const said = skipped ? sentence(error).replace(/ \((?:in|about) [^()]*\)/g, '') : sentence(error);
    return `- ${provider} ${modelId}: ${reason}${wait}: ${said}`;
  });
  return `None of ${attempts.length} models answered.\n${lines.join('\n')}`;
}

function sentence(error: unknown): string {
  const { message } = Object(error) as { message?: unknown };
  const text = typeof message === 'string' ? message : typeof error === 'string' ? error : 'it gave no reason';
  // Redacted before it is cut: half a token is no longer recognised as one.
  return redact(text).replace(/\s+/g, ' ').trim().slice(0, MAX_LENGTH);
}

/** `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`; rounded up. */
function span(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
