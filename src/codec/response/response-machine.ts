import { convertUsage } from './convert-usage';
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
import { MachineState, type OpenItem, type Out, type ResponseContext } from './machine-state';
import { mapFinishReason } from './map-finish-reason';
import type { ResponseEvent, ResponseItem, ResponseObject } from './response-event';
import { type ResponseFailure, readFailure } from './response-failure';
import type { FinishReason } from './response-part';

type Handler = (event: ResponseEvent, out: Out, state: MachineState) => void;

/**
 * Turns the events of one response into parts, in a list that the caller gives and empties. Events that nobody needs give
 * nothing. It closes exactly once, at the first terminal event, failure or end; whatever comes later is ignored.
 */
export class ResponseMachine {
  private readonly state: MachineState;

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
    handlers.get(event.type)?.(event, out, state);
  }

  /** A frame came that is not JSON: something was lost, so the rest goes on but the response does not count as whole. */
  invalid(frame: string, out: Out): void {
    const { state } = this;
    if (state.closed) return;
    if (state.context.includeRawEvents) out.push({ type: 'raw', rawValue: frame });
    state.damaged = true;
    const failure = { kind: 'invalid-event', message: 'A frame of the stream is not JSON.', detail: frame } as const;
    out.push({ type: 'error', failure });
  }

  /** The stream is over. Without a terminal event before it, that is a failure. */
  end(out: Out): void {
    this.fail({ kind: 'stream-ended', message: 'The stream ended before the response was complete.' }, out);
  }

  fail(failure: ResponseFailure, out: Out): void {
    if (!this.state.closed) closeWithFailure(failure, out, this.state);
  }
}

const handlers = new Map<string, Handler>([
  ['response.created', announce],
  ['response.in_progress', announce],
  ['response.output_item.added', (event, out, state) => event.item && openItem(event, event.item, out, state)],
  ['response.output_item.done', (event, out, state) => event.item && closeItem(event, event.item, out, state)],
  ['response.output_text.delta', onTextDelta],
  [
    'response.refusal.delta',
    (event, out, state) => {
      state.refused = true;
      onTextDelta(event, out, state);
    },
  ],
  [
    'response.output_text.annotation.added',
    (event, out, state) => {
      const message = expect('message', event, out, state);
      if (message && event.annotation) addAnnotation(message, event.annotation, out);
    },
  ],
  [
    'response.reasoning_summary_part.added',
    (event, out, state) => {
      const reasoning = expect('reasoning', event, out, state);
      if (reasoning) startSummary(reasoning, event.summary_index ?? 0, out);
    },
  ],
  [
    'response.reasoning_summary_text.delta',
    (event, out, state) => {
      const reasoning = expect('reasoning', event, out, state);
      if (reasoning && event.delta !== undefined) summaryDelta(reasoning, event.summary_index ?? 0, event.delta, out);
    },
  ],
  [
    'response.reasoning_summary_part.done',
    (event, out, state) => {
      const reasoning = expect('reasoning', event, out, state);
      if (reasoning) concludeSummary(reasoning, event.summary_index ?? 0);
    },
  ],
  [
    'response.reasoning_text.delta',
    (event, out, state) => {
      const reasoning = expect('reasoning', event, out, state);
      if (reasoning && event.delta !== undefined) rawReasoningDelta(reasoning, event.delta, out);
    },
  ],
  [
    'response.function_call_arguments.delta',
    (event, out, state) => {
      const call = state.find(event);
      if (call?.kind === 'tool-call' && event.delta !== undefined) argumentsDelta(call, event.delta, out);
    },
  ],
  [
    'response.function_call_arguments.done',
    (event, _out, state) => {
      const call = state.find(event);
      if (call?.kind === 'tool-call') call.arguments = event.arguments;
    },
  ],
  ['response.completed', complete],
  ['response.done', complete],
  ['response.incomplete', complete],
  ['response.failed', (event, out, state) => closeWithFailure(readFailure(event), out, state, event.response)],
  ['error', (event, out, state) => closeWithFailure(readFailure(event), out, state)],
]);

function announce(event: ResponseEvent, out: Out, state: MachineState): void {
  const response = event.response;
  if (!response || state.announced) return;
  state.announced = true;
  state.response = response;
  out.push({
    type: 'response-metadata',
    ...(response.id !== undefined && { id: response.id }),
    ...(response.model !== undefined && { modelId: response.model }),
    ...(response.created_at !== undefined && { createdAt: response.created_at }),
  });
}

function onTextDelta(event: ResponseEvent, out: Out, state: MachineState): void {
  const message = expect('message', event, out, state);
  if (message && event.delta !== undefined) textDelta(message, event.delta, out);
}

/** The open item of an event, opened now if its beginning was never sent. */
function expect<K extends 'message' | 'reasoning'>(kind: K, event: ResponseEvent, out: Out, state: MachineState) {
  const item =
    state.find(event) ?? openItem(event, { type: kind, ...(event.item_id && { id: event.item_id }) }, out, state);
  return item.kind === kind ? (item as Extract<OpenItem, { kind: K }>) : undefined;
}

function openItem(event: ResponseEvent, item: ResponseItem, out: Out, state: MachineState): OpenItem {
  const index = state.indexOf(event, item);
  const known = state.get(index);
  if (known) return known;
  const id = item.id ?? `item-${index}`;
  switch (item.type) {
    case 'message':
      return state.add(index, openMessage(item, id, out));
    case 'reasoning':
      return state.add(index, openReasoning(item, id, out));
    case 'function_call':
      return state.add(index, openToolCall(item, id, out));
    default:
      return state.add(index, { kind: 'other', id });
  }
}

/** The finished item is the authority: what its deltas left out is sent now. */
function closeItem(event: ResponseEvent, item: ResponseItem, out: Out, state: MachineState): void {
  const index = state.indexOf(event, item);
  if (state.isFinished(index, item)) return;
  const open = openItem(event, item, out, state);
  state.finish(index, item.id);
  if (open.kind === 'message') closeMessage(open, item, state, out);
  else if (open.kind === 'reasoning') closeReasoning(open, item, state, out);
  else if (open.kind === 'tool-call') closeToolCall(open, item.arguments ?? open.arguments ?? '', state, out);
  else closeOtherItem(item, open.id, state, out);
}

function complete(event: ResponseEvent, out: Out, state: MachineState): void {
  const response = event.response ?? {};
  for (const [index, item] of (response.output ?? []).entries()) {
    closeItem({ type: event.type, output_index: index }, item, out, state);
  }
  const reason = event.type === 'response.incomplete' ? (response.incomplete_details?.reason ?? 'unknown') : undefined;
  const lost = closeOpenItems(out, state);
  if (lost !== undefined && reason === undefined) {
    const message = `The response completed but the arguments of its call to ${lost} did not.`;
    closeWithFailure({ kind: 'incomplete-output', message, detail: event }, out, state, response);
    return;
  }
  finish(state.damaged ? 'error' : mapFinishReason(reason, state), reason, out, state, response);
}

function closeWithFailure(failure: ResponseFailure, out: Out, state: MachineState, response?: ResponseObject): void {
  closeOpenItems(out, state);
  out.push({ type: 'error', failure });
  finish('error', failure.code, out, state, response);
}

/** Ends every open part. Returns the name of a call that has no complete arguments, if there is one. */
function closeOpenItems(out: Out, state: MachineState): string | undefined {
  let lost: string | undefined;
  for (const [index, open] of state.openItems()) {
    state.finish(index, open.id);
    if (open.kind === 'message') closeMessage(open, undefined, state, out);
    if (open.kind === 'reasoning') closeReasoning(open, undefined, state, out);
    if (open.kind !== 'tool-call') continue;
    if (open.arguments === undefined) lost = open.name;
    closeToolCall(open, open.arguments, state, out);
  }
  return lost;
}

function finish(
  finishReason: FinishReason,
  rawFinishReason: string | undefined,
  out: Out,
  state: MachineState,
  response: ResponseObject = {},
): void {
  state.closed = true;
  const usage = convertUsage(response.usage);
  const { sessionId } = state.context;
  const responseId = state.response.id ?? response.id ?? null;
  out.push({
    type: 'finish',
    finishReason,
    ...(rawFinishReason !== undefined && { rawFinishReason }),
    usage,
    metadata: {
      responseId,
      ...(sessionId !== undefined && { sessionId }),
      ...(typeof response.service_tier === 'string' && { serviceTier: response.service_tier }),
      ...(response.reasoning?.context && { reasoningContext: response.reasoning.context }),
      ...(usage.cacheWriteTokens !== undefined && { usage: { cacheWriteTokens: usage.cacheWriteTokens } }),
      ...(state.warnings.length > 0 && { warnings: state.warnings }),
    },
  });
}
