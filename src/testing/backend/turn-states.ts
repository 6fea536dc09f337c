import { createHash } from 'node:crypto';
import { asRecord } from '../../shared/json';
import type { Violation } from './violations';

/** Name of the header that carries the turn state, both ways. */
export const TURN_STATE_HEADER = 'x-codex-turn-state';

/** A sticky-routing token per turn: issued with its first answer, expected back with the later requests of that turn only. */
export class TurnStates {
  private readonly issued = new Map<string, Set<string>>();
  private count = 0;

  constructor(private readonly randomBytes: (length: number) => Uint8Array) {}

  /**
   * Compares what the client echoed with what its turn was given. A turn is an account and the input up to the last user
   * message; the first request of one may carry the state only when it is sent again. `sent` takes the state that the
   * answer carries in the end: the client can echo no other.
   */
  observe(turn: { accountId: string; input: readonly unknown[]; echoed: string | undefined; path: string }): {
    state: string;
    violation: Violation | undefined;
    sent(state: string): void;
  } {
    const key = turnKey(turn.accountId, turn.input);
    const known = this.issued.get(key);
    const sent = (state: string) => void this.issued.set(key, (this.issued.get(key) ?? new Set()).add(state));
    if (turn.echoed !== undefined && known?.has(turn.echoed)) return { state: turn.echoed, violation: undefined, sent };
    const state = `ts_${++this.count}_${Buffer.from(this.randomBytes(12)).toString('base64url')}`;
    const code = judge(turn.input, turn.echoed, known !== undefined);
    return { state, violation: code && { code, message: MESSAGES[code], path: turn.path }, sent };
  }
}

const MESSAGES = {
  turn_state_missing: `A later request of a turn came without the ${TURN_STATE_HEADER} that its first answer gave.`,
  turn_state_wrong: `A request carried an ${TURN_STATE_HEADER} that was not issued for its turn.`,
};

function judge(input: readonly unknown[], echoed: string | undefined, turnKnown: boolean) {
  if (echoed !== undefined) return 'turn_state_wrong';
  return turnKnown && endsInToolOutput(input) ? 'turn_state_missing' : undefined;
}

/** The lite form puts tools and instructions first, which may change from step to step of one turn. */
function turnKey(accountId: string, input: readonly unknown[]): string {
  const start = Math.max(
    input.findIndex((item) => asRecord(item)?.role !== 'developer'),
    0,
  );
  const end = input.findLastIndex((item) => asRecord(item)?.role === 'user') + 1;
  return createHash('sha256')
    .update(accountId)
    .update(JSON.stringify(input.slice(start, end)))
    .digest('base64url');
}

function endsInToolOutput(input: readonly unknown[]): boolean {
  return /_output$/.test(String(asRecord(input.at(-1))?.type));
}
