import type { MachineState, Out } from './machine-state';
import type { ResponseItem } from './response-event';

/** A function call whose arguments are being written. */
export interface OpenToolCall {
  kind: 'tool-call';
  id: string;
  callId: string;
  name: string;
  /** The deltas so far, in case nobody sends the arguments whole. */
  deltas: string[];
  /** Complete arguments, from the event that says so; the finished item brings them, too. */
  arguments: string | undefined;
}

export function openToolCall(item: ResponseItem, id: string, callId: string, out: Out): OpenToolCall {
  const name = item.name ?? '';
  out.push({ type: 'tool-input-start', id: callId, toolName: name });
  return { kind: 'tool-call', id, callId, name, deltas: [], arguments: undefined };
}

export function argumentsDelta(call: OpenToolCall, delta: string, out: Out): void {
  call.deltas.push(delta);
  out.push({ type: 'tool-input-delta', id: call.callId, delta });
}

/**
 * Ends the call. `input` is its complete arguments; undefined when the response was cut before they were, and then
 * there is no call to run.
 */
export function closeToolCall(
  call: OpenToolCall,
  input: string | undefined,
  toolName: string,
  state: MachineState,
  out: Out,
): void {
  out.push({ type: 'tool-input-end', id: call.callId });
  if (input === undefined) return;
  state.hasToolCalls = true;
  const { sessionId } = state.context;
  out.push({
    type: 'tool-call',
    toolCallId: call.callId,
    toolName,
    input,
    providerMetadata: { codex: { itemId: call.id, ...(sessionId !== undefined && { sessionId }) } },
  });
}
