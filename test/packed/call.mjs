/**
 * One streamed call through an injected `fetch`, in whatever global scope this text is evaluated: it may use nothing but
 * web standards. Kept as text so that Node, CommonJS and an edge runtime run the very same lines.
 */
export const STREAMED_CALL = String.raw`
async function streamedCall({ createCodex, memoryAuthStore }) {
  const segment = (value) => btoa(JSON.stringify(value)).replace(/=+$/, '');
  const claims = { exp: 4102444800, 'https://api.openai.com/auth': { chatgpt_account_id: 'account-packed' } };
  const accessToken = segment({ alg: 'none' }) + '.' + segment(claims) + '.x';
  const seen = [];
  const frames = [
    { type: 'response.created', response: { id: 'resp_1', model: 'gpt-5.3-codex' } },
    { type: 'response.output_item.added', output_index: 0, item: { type: 'message', id: 'msg_1' } },
    { type: 'response.output_text.delta', output_index: 0, item_id: 'msg_1', delta: 'packed' },
    { type: 'response.output_text.delta', output_index: 0, item_id: 'msg_1', delta: ' and whole' },
    { type: 'response.output_item.done', output_index: 0, item: { type: 'message', id: 'msg_1' } },
    { type: 'response.completed', response: { id: 'resp_1', output: [], usage: { input_tokens: 1, output_tokens: 2 } } },
  ];
  const fetch = async (url, init) => {
    seen.push([String(url), new Headers(init.headers).get('chatgpt-account-id')].join(' '));
    return new Response(frames.map((frame) => 'data: ' + JSON.stringify(frame) + '\n\n').join(''));
  };
  const provider = createCodex({ fetch, authStore: memoryAuthStore({ accessToken }), baseURL: 'https://backend.test/codex' });
  const prompt = [{ role: 'user', content: [{ type: 'text', text: 'Say it.' }] }];
  const { stream } = await provider('gpt-5.3-codex').doStream({ prompt });
  const reader = stream.getReader();
  let text = '';
  let finishReason;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (next.value.type === 'text-delta') text += next.value.delta;
    if (next.value.type === 'finish') finishReason = next.value.finishReason;
  }
  return JSON.stringify({ seen, text, finishReason });
}`;

/** What {@link STREAMED_CALL} gives when everything worked. */
export const EXPECTED = JSON.stringify({
  seen: ['https://backend.test/codex/responses account-packed'],
  text: 'packed and whole',
  finishReason: 'stop',
});
