import type { JSONObject } from '../../shared/json';
import type { ScriptedReply, ScriptedUsage } from '../script';
import {
  callText,
  type ItemEvents,
  renderMessage,
  renderReasoning,
  renderToolCall,
  renderWholeItem,
} from './render-items';

/** What of the request decides how its answer looks. */
export interface RenderContext {
  model: string;
  /** Epoch seconds. */
  createdAt: number;
  /** Estimate of the tokens that came in. */
  inputTokens: number;
  /** The request set `reasoning.summary`. */
  wantsSummary: boolean;
  /** Encrypted reasoning, when the request asked for it. */
  seal(): string | undefined;
  /** A fresh id with this prefix. */
  id(prefix: string): string;
}

/** The events of a composed answer, in order, numbered. */
export function* renderReply(reply: ScriptedReply, context: RenderContext): Generator<JSONObject> {
  let sequence = 0;
  for (const event of composeEvents(reply, context)) yield { ...event, sequence_number: sequence++ };
}

function* composeEvents(reply: ScriptedReply, context: RenderContext): Generator<JSONObject & { type: string }> {
  const response = openResponse(context);
  yield { type: 'response.created', response };
  yield { type: 'response.in_progress', response };
  const output: JSONObject[] = [];
  for (const item of renderItems(reply, context)) {
    output.push(yield* placed(item, output.length));
  }
  yield terminalEvent(reply, { ...response, usage: renderUsage(reply, context) }, output);
}

function* placed(events: ItemEvents, output_index: number): Generator<JSONObject & { type: string }, JSONObject> {
  let step = events.next();
  for (; !step.done; step = events.next()) yield { ...step.value, output_index };
  return step.value;
}

function* renderItems(reply: ScriptedReply, context: RenderContext): Generator<ItemEvents> {
  if (reply.reasoning !== undefined) {
    const summaries = context.wantsSummary ? [reply.reasoning].flat() : [];
    yield renderReasoning(context.id('rs'), summaries, context.seal());
  }
  const calls = reply.toolCalls ?? [];
  if (reply.text !== undefined) {
    const phase = reply.phase === undefined ? (calls.length > 0 ? 'commentary' : 'final_answer') : reply.phase;
    yield renderMessage(context.id('msg'), reply.text, phase);
  }
  for (const call of calls) {
    const id = context.id(call.type === 'custom' ? 'ctc' : 'fc');
    yield renderToolCall(id, call.callId ?? context.id('call'), call);
  }
  for (const item of reply.items ?? []) yield renderWholeItem(item);
}

function openResponse({ id, model, createdAt }: RenderContext): JSONObject {
  return {
    id: id('resp'),
    object: 'response',
    created_at: createdAt,
    status: 'in_progress',
    model,
    output: [],
    error: null,
    incomplete_details: null,
    store: false,
    service_tier: 'auto',
    usage: null,
  };
}

/** The backend names `default` as the tier whatever was asked for, and leaves `output` empty: items come only by themselves. */
function terminalEvent(reply: ScriptedReply, open: JSONObject, output: JSONObject[]): JSONObject & { type: string } {
  const carried = reply.completedOutput === 'full' ? output : reply.completedOutput === 'null' ? null : [];
  const response = { ...open, output: carried, service_tier: 'default' };
  if (reply.failed !== undefined) {
    const failure = typeof reply.failed === 'string' ? { code: reply.failed } : reply.failed;
    const error = { message: `The response failed: ${failure.code ?? 'unknown'}.`, ...failure };
    return { type: 'response.failed', response: { ...response, status: 'failed', error, usage: null } };
  }
  if (reply.incomplete !== undefined) {
    const incomplete_details = { reason: reply.incomplete };
    return { type: 'response.incomplete', response: { ...response, status: 'incomplete', incomplete_details } };
  }
  const end_turn = reply.endTurn === undefined ? {} : { end_turn: reply.endTurn };
  return { type: 'response.completed', response: { ...response, ...end_turn, status: 'completed' } };
}

function renderUsage(reply: ScriptedReply, context: RenderContext): JSONObject | null {
  if (reply.usage === null) return null;
  const given: ScriptedUsage = reply.usage ?? {};
  const reasoning = given.reasoningTokens ?? tokens([reply.reasoning ?? []].flat().join(''));
  const input = given.inputTokens ?? context.inputTokens;
  const calls = (reply.toolCalls ?? []).map(callText).join('');
  const output = given.outputTokens ?? reasoning + tokens((reply.text ?? '') + calls);
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: given.cachedTokens ?? 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}

/** About four characters a token. */
export function tokens(text: string): number {
  return Math.ceil(text.length / 4);
}
