import fc from 'fast-check';
import type { ResponseEvent } from '../../src/codec/response/response-event';

/** One item of a made-up response: its events in order, and what must come out of it. */
interface PlannedItem {
  events: ResponseEvent[];
  text: string;
  reasoning: string;
  calls: string[];
}

const MULTI_BYTE = fc.constantFrom('ü', '潮', '🌊', '👩‍🚀', '\u2028', '\r\n', '"', '\\', ' ', 'a');
const text = fc.string({ unit: fc.oneof(MULTI_BYTE, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 })) });
const deltas = fc.array(text, { maxLength: 5 });

function messageEvents(output_index: number, pieces: string[]): PlannedItem {
  const item_id = `msg_${output_index}`;
  const whole = pieces.join('');
  const item = (content: object[]) => ({ type: 'message', id: item_id, content });
  return {
    events: [
      { type: 'response.output_item.added', output_index, item: item([]) },
      ...pieces.map((delta) => ({ type: 'response.output_text.delta', output_index, item_id, delta })),
      { type: 'response.output_item.done', output_index, item: item([{ type: 'output_text', text: whole }]) },
    ],
    text: whole,
    reasoning: '',
    calls: [],
  };
}

function reasoningEvents(output_index: number, summaries: string[][]): PlannedItem {
  const item_id = `rs_${output_index}`;
  const place = { output_index, item_id };
  const summary = summaries.map((pieces) => ({ text: pieces.join('') }));
  return {
    events: [
      { type: 'response.output_item.added', output_index, item: { type: 'reasoning', id: item_id } },
      ...summaries.flatMap((pieces, summary_index) => [
        { type: 'response.reasoning_summary_part.added', ...place, summary_index },
        ...pieces.map((delta) => ({ type: 'response.reasoning_summary_text.delta', ...place, summary_index, delta })),
        { type: 'response.reasoning_summary_part.done', ...place, summary_index },
      ]),
      { type: 'response.output_item.done', output_index, item: { type: 'reasoning', id: item_id, summary } },
    ],
    text: '',
    reasoning: summary.map((part) => part.text).join(''),
    calls: [],
  };
}

function callEvents(output_index: number, pieces: string[]): PlannedItem {
  const item_id = `fc_${output_index}`;
  const whole = pieces.join('');
  const item = { type: 'function_call', id: item_id, call_id: `call_${output_index}`, name: 'lookup' };
  return {
    events: [
      { type: 'response.output_item.added', output_index, item: { ...item, arguments: '' } },
      ...pieces.map((delta) => ({ type: 'response.function_call_arguments.delta', output_index, item_id, delta })),
      { type: 'response.function_call_arguments.done', output_index, item_id, arguments: whole },
      { type: 'response.output_item.done', output_index, item: { ...item, arguments: whole } },
    ],
    text: '',
    reasoning: '',
    calls: [whole],
  };
}

type ItemPlan = (output_index: number) => PlannedItem;

const item: fc.Arbitrary<ItemPlan> = fc.oneof(
  deltas.map(
    (pieces): ItemPlan =>
      (index) =>
        messageEvents(index, pieces),
  ),
  fc.array(deltas, { maxLength: 3 }).map(
    (summaries): ItemPlan =>
      (index) =>
        reasoningEvents(index, summaries),
  ),
  deltas.map(
    (pieces): ItemPlan =>
      (index) =>
        callEvents(index, pieces),
  ),
);

interface PlannedResponse {
  events: ResponseEvent[];
  text: string;
  reasoning: string;
  calls: string[];
}

/** Responses as a backend sends them: items one after the other, multi-byte text, one terminal event. */
export const response: fc.Arbitrary<PlannedResponse> = fc.array(item, { minLength: 1, maxLength: 5 }).map((plans) => {
  const items = plans.map((plan, index) => plan(index));
  return {
    events: [
      { type: 'response.created', response: { id: 'resp_1', model: 'gpt-5.3-codex', created_at: 1 } },
      ...items.flatMap(({ events }) => events),
      { type: 'response.completed', response: { id: 'resp_1', output: [] } },
    ],
    text: items.map((planned) => planned.text).join(''),
    reasoning: items.map((planned) => planned.reasoning).join(''),
    calls: items.flatMap((planned) => planned.calls),
  };
});
