import { asRecord } from '../shared/json';
import type { CodexReply, ScriptedReply, ScriptedToolCall } from './script';

// Typed so that a new key of the script cannot be forgotten here.
const REPLY_KEYS = Object.keys({
  text: 1,
  reasoning: 1,
  toolCalls: 1,
  phase: 1,
  items: 1,
  usage: 1,
  completedOutput: 1,
  endTurn: 1,
  status: 1,
  headers: 1,
  body: 1,
  events: 1,
  failed: 1,
  incomplete: 1,
  cutAfter: 1,
  stallAfter: 1,
  dropConnection: 1,
  delayMs: 1,
  framing: 1,
  rateLimits: 1,
} satisfies Record<keyof ScriptedReply, 1>);

const CALL_KEYS = Object.keys({ name: 1, input: 1, callId: 1, type: 1 } satisfies Record<keyof ScriptedToolCall, 1>);

/**
 * Checks a reply by its form; what a function will return is not known yet.
 *
 * @throws {@link TypeError} that names what is wrong and what was probably meant.
 */
export function checkReply(reply: unknown): asserts reply is CodexReply {
  if (typeof reply === 'string' || typeof reply === 'function') return;
  const described = asRecord(reply);
  if (!described) throw new TypeError(`A reply is a text, an object or a function, not ${nameOf(reply)}.`);
  checkKeys(described, REPLY_KEYS, 'a reply');
  const { toolCalls = [], status = 200 } = described;
  if (!Array.isArray(toolCalls)) throw new TypeError(`toolCalls of a reply is a list, not ${nameOf(toolCalls)}.`);
  for (const [index, call] of toolCalls.entries()) checkCall(call, `toolCalls[${index}]`);
  if (!Number.isInteger(status) || Number(status) < 200 || Number(status) > 599) {
    throw new TypeError(`status of a reply is a number from 200 to 599, not ${nameOf(status)}.`);
  }
}

function checkCall(value: unknown, place: string): void {
  const call = asRecord(value);
  if (!call) throw new TypeError(`${place} is an object with name and input, not ${nameOf(value)}.`);
  checkKeys(call, CALL_KEYS, place);
  if (typeof call.name !== 'string') throw new TypeError(`${place} has no name.`);
  if (call.input === undefined)
    throw new TypeError(`${place} has no input. A call without arguments has the input {}.`);
}

function checkKeys(object: Record<string, unknown>, known: readonly string[], place: string): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const meant = known.find((key) => isNear(key, unknown));
  const hint = meant === undefined ? `Known keys: ${known.join(', ')}.` : `Did you mean "${meant}"?`;
  throw new TypeError(`Unknown key "${unknown}" in ${place}. ${hint}`);
}

/** Equal but for case, or but for two letters left out, added or changed. */
function isNear(known: string, given: string): boolean {
  const [left, right] = [known.toLowerCase(), given.toLowerCase()];
  return left === right || distance(left, right) <= Math.min(2, left.length / 2);
}

function distance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...left].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...right].entries()) {
      const changed = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(changed, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return value === null || typeof value !== 'object' ? String(value) : 'an object';
}
