/** What is compared. Each opens a stream of parts for the response at `url`. */
import { createOpenAI } from '@ai-sdk/openai';
import { createCodex } from 'ai-sdk-codex';
import { memoryAuthStore } from 'ai-sdk-codex/auth';
import { createParser } from 'eventsource-parser';

const segment = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A login of the year 2100, so that nothing is ever refreshed. */
function login() {
  const claims = { exp: 4_102_444_800, 'https://api.openai.com/auth': { chatgpt_account_id: 'account-bench' } };
  return { accessToken: `${segment({ alg: 'none' })}.${segment(claims)}.x`, accountId: 'account-bench' };
}

const call = {
  prompt: [{ role: 'user', content: [{ type: 'text', text: 'Write.' }] }],
  tools: [
    { type: 'function', name: 'write', inputSchema: { type: 'object', properties: { text: { type: 'string' } } } },
  ],
};

async function codex(url) {
  const provider = createCodex({ baseURL: url, authStore: memoryAuthStore(login()) });
  return (await provider('gpt-5.3-codex').doStream(call)).stream;
}

async function openai(url) {
  const provider = createOpenAI({ baseURL: url, apiKey: 'none' });
  return (await provider.responses('gpt-5.3-codex').doStream(call)).stream;
}

/** The least that anything built on `fetch`, this parser and a stream can do. */
async function floor(url) {
  const response = await fetch(`${url}/responses`, { method: 'POST', body: JSON.stringify({ stream: true }) });
  const reader = response.body.getReader();
  const text = new TextDecoder();
  let controller;
  let enqueued = 0;
  const parser = createParser({
    onEvent({ data }) {
      const { delta } = JSON.parse(data);
      if (delta === undefined) return;
      controller.enqueue({ type: 'delta', delta });
      enqueued++;
    },
  });
  return new ReadableStream(
    {
      start: (own) => {
        controller = own;
      },
      async pull() {
        // A pull that enqueues nothing is not repeated.
        for (const before = enqueued; enqueued === before; ) {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          parser.feed(text.decode(value, { stream: true }));
        }
      },
    },
    { highWaterMark: 0 },
  );
}

/** What a stream must not do: read everything at once, whether anybody asks for it or not. */
async function eager(url) {
  const source = (await codex(url)).getReader();
  return new ReadableStream({
    async start(controller) {
      void (async () => {
        for (let next = await source.read(); !next.done; next = await source.read()) controller.enqueue(next.value);
        controller.close();
      })();
    },
  });
}

export const implementations = { floor, openai, codex, eager };
