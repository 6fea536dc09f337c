/** The streams that are measured: one response each, with `count` deltas of one kind in real clothes. */

const WORDS = ['the ', 'stream', ' goes', ' on', ', and', ' “so”', ' do', ' its', ' parts', '.\n'];
const CHUNK_BYTES = 16 * 1024;

const item = (kind) =>
  ({
    text: { id: 'msg_0a1b2c3d4e5f', type: 'message', status: 'in_progress', role: 'assistant', content: [] },
    reasoning: { id: 'rs_0a1b2c3d4e5f', type: 'reasoning', encrypted_content: null, summary: [] },
    arguments: { id: 'fc_0a1b2c3d4e5f', type: 'function_call', call_id: 'call_7Hq2', name: 'write', arguments: '' },
  })[kind];

const deltaFields = {
  text: { type: 'response.output_text.delta', content_index: 0, logprobs: [] },
  reasoning: { type: 'response.reasoning_summary_text.delta', summary_index: 0 },
  arguments: { type: 'response.function_call_arguments.delta' },
};

export const KINDS = Object.keys(deltaFields);

/** Text of one server-sent event. */
function frame(event, number) {
  return `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: number, output_index: 0 })}\n\n`;
}

function deltaFrame(kind, index) {
  // The deltas of a call's arguments make one JSON string.
  const delta =
    kind === 'arguments' ? JSON.stringify(WORDS[index % WORDS.length]).slice(1, -1) : WORDS[index % WORDS.length];
  return frame(
    { ...deltaFields[kind], item_id: item(kind).id, delta, obfuscation: 'x7Qp2L'.slice(index % 6) },
    index + 4,
  );
}

function opening(kind) {
  const response = { id: 'resp_0a1b2c3d', object: 'response', created_at: 1_790_000_000, status: 'in_progress' };
  const frames = [
    frame({ type: 'response.created', response: { ...response, model: 'gpt-5.3-codex', output: [] } }, 0),
    frame({ type: 'response.output_item.added', item: item(kind) }, 1),
  ];
  if (kind === 'reasoning') {
    const part = { type: 'summary_text', text: '' };
    const fields = { item_id: item(kind).id, summary_index: 0, part };
    frames.push(frame({ type: 'response.reasoning_summary_part.added', ...fields }, 2));
  }
  return kind === 'arguments' ? `${frames.join('')}${argumentsFrame('{"text":"')}` : frames.join('');
}

function argumentsFrame(delta) {
  return frame({ ...deltaFields.arguments, item_id: item('arguments').id, delta }, 3);
}

function closing(kind, text) {
  const done = {
    text: { ...item('text'), status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] },
    reasoning: { ...item('reasoning'), encrypted_content: 'gAAAAbench', summary: [{ type: 'summary_text', text }] },
    arguments: { ...item('arguments'), status: 'completed', arguments: `{"text":"${text}"}` },
  }[kind];
  const usage = {
    input_tokens: 12,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 20_000,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 20_012,
  };
  const response = { id: 'resp_0a1b2c3d', status: 'completed', model: 'gpt-5.3-codex', output: [], usage };
  const frames = [
    frame({ type: 'response.output_item.done', item: done }, 5),
    frame({ type: 'response.completed', response }, 6),
  ];
  return kind === 'arguments' ? argumentsFrame('"}') + frames.join('') : frames.join('');
}

/**
 * The stream in pieces of about 16 KiB, made as they are asked for.
 *
 * @param whole False leaves the text out of the finished item, for streams too long to hold.
 */
export function* responseStream(kind, count, whole = true) {
  let piece = opening(kind);
  let text = '';
  for (let index = 0; index < count; index++) {
    if (piece.length >= CHUNK_BYTES) {
      yield Buffer.from(piece);
      piece = '';
    }
    piece += deltaFrame(kind, index);
    if (whole) text += WORDS[index % WORDS.length];
  }
  const written = kind === 'arguments' ? JSON.stringify(text).slice(1, -1) : text;
  yield Buffer.from(piece + closing(kind, written));
}
