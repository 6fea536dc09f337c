import type { Candidate } from './candidate';
import type { Verdict } from './judge-failure';

/** Why a candidate is left alone. */
export interface CoolDown {
  until: number;
  /** The login was refused; all models of the owner wait. */
  byOwner: boolean;
  verdict: Verdict;
  error: unknown;
}

/** Which candidates are left alone, in memory: a model for its limits, an owner for a refused login. */
export class CoolDowns {
  private readonly models = new Map<string, CoolDown>();
  private readonly owners = new Map<string, CoolDown>();

  /** An active window is never shortened. */
  note(candidate: Candidate, verdict: Verdict, error: unknown): void {
    const { until } = verdict;
    if (until === undefined) return;
    const byOwner = verdict.kind === 'auth';
    const [map, key] = byOwner ? ([this.owners, candidate.owner] as const) : ([this.models, keyOf(candidate)] as const);
    if ((map.get(key)?.until ?? 0) < until) map.set(key, { until, byOwner, verdict, error });
  }

  /** What keeps `candidate` from being asked. A limit comes before a login: it cannot be repaired. */
  find(candidate: Candidate, now: number): CoolDown | undefined {
    return active(this.models, keyOf(candidate), now) ?? active(this.owners, candidate.owner, now);
  }

  /** It answered, so neither its limit nor its login stands in the way. */
  clear(candidate: Candidate): void {
    this.models.delete(keyOf(candidate));
    this.owners.delete(candidate.owner);
  }
}

/** Names one model of one owner. */
export function keyOf({ owner, model }: Candidate): string {
  return JSON.stringify([owner, model.provider, model.modelId]);
}

function active(map: Map<string, CoolDown>, key: string, now: number): CoolDown | undefined {
  const found = map.get(key);
  if (!found || found.until > now) return found;
  map.delete(key);
  return undefined;
}
