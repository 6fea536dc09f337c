import type { JSONObject } from '../../shared/json';
import type { ScriptedToolCall } from '../script';

/** An event without its place in the stream: `output_index` and `sequence_number` are added by the caller. */
type ItemEvent = JSONObject & { type: string };

/** The events of one output item, and the item as it stands in the end. */
export type ItemEvents = Generator<ItemEvent, JSONObject>;

/** A reasoning item: sealed content in its done form, a part per summary in between. */
export function* renderReasoning(id: string, summaries: readonly string[], sealed: string | undefined): ItemEvents {
  const open = { id, type: 'reasoning', summary: [] };
  yield {
    type: 'response.output_item.added',
    item: { ...open, ...(sealed !== undefined && { encrypted_content: '' }) },
  };
  for (const [summary_index, text] of summaries.entries()) {
    const place = { item_id: id, summary_index };
    yield { type: 'response.reasoning_summary_part.added', ...place, part: { type: 'summary_text', text: '' } };
    for (const delta of words(text)) yield { type: 'response.reasoning_summary_text.delta', ...place, delta };
    yield { type: 'response.reasoning_summary_text.done', ...place, text };
    yield { type: 'response.reasoning_summary_part.done', ...place, part: { type: 'summary_text', text } };
  }
  const summary = summaries.map((text) => ({ type: 'summary_text', text }));
  const item = { ...open, summary, ...(sealed !== undefined && { encrypted_content: sealed }) };
  yield { type: 'response.output_item.done', item };
  return item;
}

/** A message with one text part. */
export function* renderMessage(id: string, text: string, phase: string | null): ItemEvents {
  const open = { id, type: 'message', role: 'assistant', ...(phase !== null && { phase }) };
  const part = { type: 'output_text', annotations: [], logprobs: [] };
  const place = { item_id: id, content_index: 0 };
  yield { type: 'response.output_item.added', item: { ...open, status: 'in_progress', content: [] } };
  yield { type: 'response.content_part.added', ...place, part: { ...part, text: '' } };
  for (const delta of words(text)) yield { type: 'response.output_text.delta', ...place, delta, logprobs: [] };
  yield { type: 'response.output_text.done', ...place, text, logprobs: [] };
  yield { type: 'response.content_part.done', ...place, part: { ...part, text } };
  const item = { ...open, status: 'completed', content: [{ ...part, text }] };
  yield { type: 'response.output_item.done', item };
  return item;
}

/** A call of a function, or of a custom tool with its free text. */
export function* renderToolCall(id: string, callId: string, call: ScriptedToolCall): ItemEvents {
  const custom = call.type === 'custom';
  const text = callText(call);
  const [type, field, event] = custom
    ? ['custom_tool_call', 'input', 'response.custom_tool_call_input']
    : ['function_call', 'arguments', 'response.function_call_arguments'];
  const open = { id, type, call_id: callId, name: call.name };
  yield { type: 'response.output_item.added', item: { ...open, [field]: '', status: 'in_progress' } };
  for (const delta of slices(text)) yield { type: `${event}.delta`, item_id: id, delta };
  yield { type: `${event}.done`, item_id: id, [field]: text };
  const item = { ...open, [field]: text, status: 'completed' };
  yield { type: 'response.output_item.done', item };
  return item;
}

/** What a call carries: a text as it is, anything else as JSON. */
export function callText({ input }: ScriptedToolCall): string {
  return typeof input === 'string' ? input : JSON.stringify(input);
}

/** An item that is sent whole. */
export function* renderWholeItem(item: JSONObject): ItemEvents {
  yield { type: 'response.output_item.added', item };
  yield { type: 'response.output_item.done', item };
  return item;
}

/** A text in pieces, a word with the white space after it each. */
function words(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}

/** A text in pieces of eight characters, none of which splits a surrogate pair. */
function slices(text: string): string[] {
  return text.match(/[\s\S]{1,8}/gu) ?? [];
}
