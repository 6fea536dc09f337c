import { asRecord } from '../shared/json';
import { checkKeys, nameOf } from './check-keys';
import { checkRateLimits } from './check-rate-limits';
import type { AnswerReply, CodexReply, ScriptedAnswer, ScriptedReply, ScriptedToolCall } from './script';

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

const ANSWER_KEYS = Object.keys({
  status: 1,
  headers: 1,
  body: 1,
  dropConnection: 1,
  stall: 1,
} satisfies Record<keyof ScriptedAnswer, 1>);

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
  const { toolCalls = [], rateLimits } = described;
  if (!Array.isArray(toolCalls)) throw new TypeError(`toolCalls of a reply is a list, not ${nameOf(toolCalls)}.`);
  for (const [index, call] of toolCalls.entries()) checkCall(call, `toolCalls[${index}]`);
  if (rateLimits !== undefined) checkRateLimits(rateLimits);
  checkStatus(described, 'a reply');
}

/**
 * The same for an answer to a GET.
 *
 * @throws {@link TypeError} that names what is wrong and what was probably meant.
 */
export function checkAnswer(reply: unknown): asserts reply is AnswerReply {
  if (typeof reply === 'function') return;
  const described = asRecord(reply);
  if (!described) throw new TypeError(`An answer is an object or a function, not ${nameOf(reply)}.`);
  checkKeys(described, ANSWER_KEYS, 'an answer');
  checkStatus(described, 'an answer');
}

function checkStatus({ status = 200 }: Record<string, unknown>, place: string): void {
  if (!Number.isInteger(status) || Number(status) < 200 || Number(status) > 599) {
    throw new TypeError(`status of ${place} is a number from 200 to 599, not ${nameOf(status)}.`);
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
