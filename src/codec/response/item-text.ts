import { convertAnnotation } from './convert-annotation';
import type { MachineState, Out } from './machine-state';
import type { Annotation, ResponseItem } from './response-event';

/** A message that is being written: one text part, whatever number of content parts it has on the wire. */
export interface OpenMessage {
  kind: 'message';
  id: string;
  phase: string | undefined;
  /** Characters sent on as deltas; what the finished item has beyond them is sent at its end. */
  streamed: number;
  annotations: Annotation[];
}

export function openMessage(item: ResponseItem, id: string, out: Out): OpenMessage {
  const { phase } = item;
  out.push({ type: 'text-start', id, providerMetadata: { codex: { itemId: id, ...(phase && { phase }) } } });
  return { kind: 'message', id, phase, streamed: 0, annotations: [] };
}

export function textDelta(message: OpenMessage, delta: string, out: Out): void {
  message.streamed += delta.length;
  out.push({ type: 'text-delta', id: message.id, delta });
}

export function addAnnotation(message: OpenMessage, annotation: Annotation, out: Out): void {
  const source = convertAnnotation(annotation, `${message.id}:${message.annotations.length}`);
  message.annotations.push(annotation);
  if (source) out.push(source);
}

/** Ends the part. `item` is the finished item, absent when the response ended without one. */
export function closeMessage(
  message: OpenMessage,
  item: ResponseItem | undefined,
  state: MachineState,
  out: Out,
): void {
  if (item) fillGaps(message, item, state, out);
  const phase = item?.phase ?? message.phase;
  const { sessionId } = state.context;
  out.push({
    type: 'text-end',
    id: message.id,
    providerMetadata: {
      codex: {
        itemId: message.id,
        ...(phase && { phase }),
        ...(message.annotations.length > 0 && { annotations: message.annotations }),
        ...(sessionId !== undefined && { sessionId }),
      },
    },
  });
}

// A backend may send an item whole, without deltas, or lose the last of them.
function fillGaps(message: OpenMessage, item: ResponseItem, state: MachineState, out: Out): void {
  const content = item.content ?? [];
  const text = content.map((part) => part.text).join('');
  if (content.some((part) => part.type === 'refusal')) state.refused = true;
  if (text.length > message.streamed) textDelta(message, text.slice(message.streamed), out);
  const annotations = content.flatMap((part) => part.annotations);
  for (const annotation of annotations.slice(message.annotations.length)) addAnnotation(message, annotation, out);
}
