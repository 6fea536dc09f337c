import type { Candidate } from './candidate';
import type { Verdict } from './judge-failure';

/** Why a candidate is left alone. */
export interface CoolDown {
  until: number;
  /** The login was refused; all models of it wait. */
  byLogin: boolean;
  /** The moment of its last failure, see {@link CoolDowns.moment}. */
  noted: number;
  verdict: Verdict;
  error: unknown;
}

/** Which candidates are left alone, in memory: a model for its limits, a login for its refusal. */
export class CoolDowns {
  private readonly limits = new Map<string, CoolDown>();
  private readonly logins = new Map<string, CoolDown>();
  private failures = 0;

  /** Counts failures, not time: what is noted later than a moment has a higher number. */
  moment(): number {
    return this.failures;
  }

  /** An active window is never shortened. */
  note({ limitKey, loginKey }: Candidate, verdict: Verdict, error: unknown): void {
    const { until } = verdict;
    if (until === undefined) return;
    const byLogin = verdict.kind === 'auth';
    const [map, key] = byLogin ? [this.logins, loginKey] : [this.limits, limitKey];
    const noted = ++this.failures;
    const known = map.get(key);
    if (known && known.until >= until) known.noted = noted;
    else map.set(key, { until, byLogin, noted, verdict, error });
  }

  /** What keeps `candidate` from being asked. A limit comes before a login: it cannot be repaired. */
  find({ limitKey, loginKey }: Candidate, now: number): CoolDown | undefined {
    return active(this.limits, limitKey, now) ?? active(this.logins, loginKey, now);
  }

  /** A call that began at the moment `began` was answered: what failed before does not stand in the way any more. */
  clear({ limitKey, loginKey }: Candidate, began: number): void {
    forget(this.limits, limitKey, began);
    forget(this.logins, loginKey, began);
  }
}

function active(map: Map<string, CoolDown>, key: string, now: number): CoolDown | undefined {
  const found = map.get(key);
  if (!found || found.until > now) return found;
  map.delete(key);
  return undefined;
}

function forget(map: Map<string, CoolDown>, key: string, began: number): void {
  const found = map.get(key);
  if (found && found.noted <= began) map.delete(key);
}
