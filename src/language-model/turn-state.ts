import type { InputItem } from '../codec/request/request-body';
import { type Runtime, toHex } from '../shared/runtime';

const MAX_TURNS = 1_000;
export const TURN_STATE_HEADER = 'x-codex-turn-state';

/**
 * The routing token that the backend gives with the first response of a turn and wants back on the later requests of that
 * turn only. Kept in memory, by account and by the input up to the last user message.
 */
export class TurnStates {
  private readonly states = new Map<string, string>();

  constructor(private readonly runtime: Runtime) {}

  /** The token to send with `input`: there is one only inside a turn, that is after a tool ran. */
  async find(accountId: string, input: readonly InputItem[]): Promise<string | undefined> {
    return isInsideTurn(input) && this.states.size > 0 ? this.states.get(await this.key(accountId, input)) : undefined;
  }

  /** Remembers what the response to `input` brought. Inside a turn the first token stays. */
  async remember(accountId: string, input: readonly InputItem[], state: string | undefined): Promise<void> {
    if (state === undefined) return;
    const key = await this.key(accountId, input);
    if (isInsideTurn(input) && this.states.has(key)) return;
    this.states.delete(key);
    this.states.set(key, state);
    const oldest = this.states.keys().next().value;
    if (this.states.size > MAX_TURNS && oldest !== undefined) this.states.delete(oldest);
  }

  private async key(accountId: string, input: readonly InputItem[]): Promise<string> {
    const lastUser = input.findLastIndex((item) => item.type === 'message' && item.role === 'user');
    const digest = await this.runtime.sha256(JSON.stringify(input.slice(firstOfPrompt(input), lastUser + 1)));
    return `${accountId} ${toHex(digest)}`;
  }
}

/** The lite form puts tools and instructions first, which may change from step to step of one turn. */
function firstOfPrompt(input: readonly InputItem[]): number {
  return Math.max(
    input.findIndex((item) => !('role' in item && item.role === 'developer')),
    0,
  );
}

function isInsideTurn(input: readonly InputItem[]): boolean {
  return input.at(-1)?.type === 'function_call_output';
}
