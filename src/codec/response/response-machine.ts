import { asNumber, asRecord, asString } from '../../shared/json';
import { finish, finishWithFailure } from './finish-response';
import { closeOtherItem } from './item-hosted-tool';
import {
  closeReasoning,
  concludeSummary,
  openReasoning,
  rawReasoningDelta,
  startSummary,
  summaryDelta,
} from './item-reasoning';
import { addAnnotation, closeMessage, openMessage, textDelta } from './item-text';
import { argumentsDelta, closeToolCall, openToolCall } from './item-tool-call';
import { MachineState, type Out, type ResponseContext } from './machine-state';
import { mapFinishReason } from './map-finish-reason';
import type { OpenItem, Place, Slot } from './open-items';
import { readAnnotation, readItem, readResponse } from './read-event';
import type { ResponseEvent, ResponseItem, ResponseObject } from './response-event';
import { type ResponseFailure, readFailure } from './response-failure';

/** What of a frame that is not JSON is shown. */
const MAX_DETAIL = 64 * 1024;

type Handler = (event: ResponseEvent, out: Out, state: MachineState) => void;

/**
 * Turns the events of one response into parts, in a list that the caller gives and empties. Events that nobody needs give
 * nothing. It closes exactly once, at the first terminal event, failure or end; whatever comes later is ignored.
 */
export class ResponseMachine {
  private readonly state: MachineState;
  private type: string | undefined;
  private handler: Handler | undefined;

  constructor(context: ResponseContext) {
    this.state = new MachineState(context);
  }

  get closed(): boolean {
    return this.state.closed;
  }

  handle(event: ResponseEvent, out: Out): void {
    const { state } = this;
    if (state.closed) return;
    if (state.context.includeRawEvents) out.push({ type: 'raw', rawValue: event });
    // Deltas come in runs, and a look-up of a text that was just parsed is not free.
    if (event.type !== this.type) {
      this.type = event.type;
      this.handler = handlers.get(event.type);
    }
    this.handler?.(event, out, state);
  }

  /** A frame came that is not JSON: something was lost, so the rest goes on but the response does not count as whole. */
  invalid(frame: string, out: Out): void {
    const { state } = this;
    if (state.closed) return;
    if (state.context.includeRawEvents) out.push({ type: 'raw', rawValue: frame });
    state.damaged = true;
    const detail = frame.slice(0, MAX_DETAIL);
    const failure = { kind: 'invalid-event', message: 'A frame of the stream is not JSON.', detail } as const;
    out.push({ type: 'error', failure });
  }

  /** The stream is over. Without a terminal event before it, that is a failure. */
  end(out: Out): void {
    // An answer without a body is no stream, nor is it known what else it was.
    const isBlank = this.type === undefined && !this.state.damaged;
    const message = isBlank ? 'The answer held no event.' : 'The stream ended before the response was complete.';
    this.fail({ kind: 'stream-ended', message }, out);
  }

  fail(failure: ResponseFailure, out: Out): void {
    if (!this.state.closed) closeWithFailure(failure, out, this.state);
  }
}

const handlers = new Map<string, Handler>([
  ['response.created', announce],
  ['response.in_progress', announce],
  ['response.output_item.added', onItemAdded],
  ['response.output_item.done', onItemDone],
  ['response.output_text.delta', onTextDelta],
  ['response.output_text.annotation.added', onAnnotation],
  [
    'response.refusal.delta',
    (event, out, state) => {
      state.refused = true;
      onTextDelta(event, out, state);
    },
  ],
  [
    'response.reasoning_summary_part.added',
    (event, out, state) => {
      const reasoning = expect('reasoning', event, out, state);
      if (reasoning) startSummary(reasoning, asIndex(event.summary_index), out);
    },
  ],
  [
    'response.reasoning_summary_text.delta',
    (event, out, state) => {
      const reasoning = expect('reasoning', event, out, state);
      if (reasoning && typeof event.delta === 'string') {
        summaryDelta(reasoning, asIndex(event.summary_index), event.delta, out);
      }
    },
  ],
  [
    'response.reasoning_summary_part.done',
    (event, out, state) => {
      const reasoning = expect('reasoning', event, out, state);
      if (reasoning) concludeSummary(reasoning, asIndex(event.summary_index));
    },
  ],
  [
    'response.reasoning_text.delta',
    (event, out, state) => {
      const reasoning = expect('reasoning', event, out, state);
      if (reasoning && typeof event.delta === 'string') rawReasoningDelta(reasoning, event.delta, out);
    },
  ],
  [
    'response.function_call_arguments.delta',
    (event, out, state) => {
      const call = state.items.find(event.output_index, event.item_id);
      if (call?.kind === 'tool-call' && typeof event.delta === 'string') argumentsDelta(call, event.delta, out);
    },
  ],
  [
    'response.function_call_arguments.done',
    (event, _out, state) => {
      const call = state.items.find(event.output_index, event.item_id);
      if (call?.kind === 'tool-call' && typeof event.arguments === 'string') call.arguments = event.arguments;
    },
  ],
  ['response.completed', complete],
  ['response.done', complete],
  ['response.incomplete', complete],
  [
    'response.failed',
    (event, out, state) => closeWithFailure(readFailure(event), out, state, readResponse(event.response)),
  ],
  ['error', (event, out, state) => closeWithFailure(readFailure(event), out, state)],
  ['codex.rate_limits', (event, _out, { context }) => context.limits?.event(event)],
]);

function announce(event: ResponseEvent, out: Out, state: MachineState): void {
  if (!event.response || state.announced) return;
  state.announced = true;
  const { id, model, createdAt } = readResponse(event.response);
  state.responseId = id;
  out.push({
    type: 'response-metadata',
    ...(id !== undefined && { id }),
    ...(model !== undefined && { modelId: model }),
    ...(createdAt !== undefined && { createdAt }),
  });
}

function onTextDelta(event: ResponseEvent, out: Out, state: MachineState): void {
  const message = expect('message', event, out, state);
  if (message && typeof event.delta === 'string') textDelta(message, event.delta, out);
}

function onAnnotation(event: ResponseEvent, out: Out, state: MachineState): void {
  const message = expect('message', event, out, state);
  const annotation = readAnnotation(event.annotation);
  if (message && annotation) addAnnotation(message, annotation, out);
}

/** The open item of an event, opened now if its beginning was never sent. */
function expect<K extends 'message' | 'reasoning'>(kind: K, event: ResponseEvent, out: Out, state: MachineState) {
  const item = state.items.find(event.output_index, event.item_id) ?? openLate(kind, event, out, state);
  return item?.kind === kind ? (item as Extract<OpenItem, { kind: K }>) : undefined;
}

function openLate(type: string, event: ResponseEvent, out: Out, state: MachineState): OpenItem | undefined {
  const place = placeOf(event, asString(event.item_id));
  return state.items.isOver(place) ? undefined : openItem({ type, id: place.id }, place, out, state).item;
}

function placeOf(event: ResponseEvent, id: string | undefined): Place {
  return { index: asNumber(event.output_index), id: id || undefined };
}

function onItemAdded(event: ResponseEvent, out: Out, state: MachineState): void {
  const item = readItem(event.item);
  if (!item) return;
  const place = placeOf(event, item.id);
  if (!state.items.isOver(place) && !state.items.slotOf(place, true)) openItem(item, place, out, state);
}

function onItemDone(event: ResponseEvent, out: Out, state: MachineState): void {
  const item = readItem(event.item);
  if (!item) return;
  const place = placeOf(event, item.id);
  if (!state.items.isOver(place)) closeItem(item, place, out, state);
}

function openItem(item: ResponseItem, place: Place, out: Out, state: MachineState): Slot {
  return state.items.add(place, startItem(item, item.id ?? state.items.nextName(), out, state));
}

function startItem(item: ResponseItem, id: string, out: Out, state: MachineState): OpenItem {
  switch (item.type) {
    case 'message':
      return openMessage(item, state.claim('text', id), out);
    case 'reasoning':
      return openReasoning(item, state.claim('reasoning', id), out);
    case 'function_call':
      return openToolCall(item, id, state.claim('call', item.callId ?? id), out);
    default:
      return { kind: 'other', id };
  }
}

/** The finished item is the authority: what its deltas left out is sent now. */
function closeItem(item: ResponseItem, place: Place, out: Out, state: MachineState): void {
  const slot = state.items.slotOf(place, false) ?? openItem(item, place, out, state);
  state.items.finish(slot, item.id);
  const open = slot.item;
  if (open.kind === 'message') closeMessage(open, item, state, out);
  else if (open.kind === 'reasoning') closeReasoning(open, item, state, out);
  else if (open.kind === 'tool-call')
    closeToolCall(open, item.arguments || open.arguments || open.deltas.join(''), item.name || open.name, state, out);
  else closeOtherItem(item, open.id, state, out);
}

function complete(event: ResponseEvent, out: Out, state: MachineState): void {
  const response = readResponse(event.response);
  if (hasFailed(event.response)) {
    closeWithFailure(readFailure(event), out, state, response);
    return;
  }
  for (const [index, item] of response.output.entries()) {
    const place = { index, id: item?.id };
    if (item && !state.items.wasSeen(place)) closeItem(item, place, out, state);
  }
  const isIncomplete = event.type === 'response.incomplete' || response.status === 'incomplete';
  const reason = response.incompleteReason ?? (isIncomplete ? 'unknown' : undefined);
  const lost = closeOpenItems(out, state);
  if (lost !== undefined && reason === undefined) {
    const message = `The response completed but the arguments of its call to ${lost} did not.`;
    finishWithFailure({ kind: 'incomplete-output', message, detail: event }, out, state, response);
    return;
  }
  // Of a damaged stream, which says so already, the items may be what was lost.
  if (state.items.areNone && response.incompleteReason === undefined && !state.damaged) {
    const message = `The response ${isIncomplete ? 'ended before it was complete,' : 'completed'} without any output.`;
    finishWithFailure({ kind: 'empty-response', message, detail: event }, out, state, response);
    return;
  }
  finish(state.damaged ? 'error' : mapFinishReason(reason, state), reason, out, state, response);
}

/** Some senders end a failed response with the event of a complete one; others fill in an error that says there is none. */
function hasFailed(value: unknown): boolean {
  const { status, error } = asRecord(value) ?? {};
  if (status === 'failed' || status === 'cancelled') return true;
  if (typeof error === 'string') return error !== '' && status !== 'completed';
  const { code, type, message } = asRecord(error) ?? {};
  return Boolean(code || type || message);
}

function closeWithFailure(failure: ResponseFailure, out: Out, state: MachineState, response?: ResponseObject): void {
  closeOpenItems(out, state);
  finishWithFailure(failure, out, state, response);
}

/** Ends every open part. Returns the name of a call that has no complete arguments, if there is one. */
function closeOpenItems(out: Out, state: MachineState): string | undefined {
  let lost: string | undefined;
  for (const slot of state.items.all()) {
    const open = slot.item;
    state.items.finish(slot, undefined);
    if (open.kind === 'message') closeMessage(open, undefined, state, out);
    if (open.kind === 'reasoning') closeReasoning(open, undefined, state, out);
    if (open.kind !== 'tool-call') continue;
    if (open.arguments === undefined) lost = open.name;
    closeToolCall(open, open.arguments, open.name, state, out);
  }
  return lost;
}

/** Of a summary; what is no such number is the first. */
function asIndex(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1_000 ? value : 0;
}
