import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TestServer {
  url: string;
  close(): Promise<void>;
}

/** A real server on loopback that answers every request with `handle`. */
export async function startServer(
  handle: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<TestServer> {
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function frame(event: object): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

/** The events of a plain answer. */
export function answer(text: string, deltas: string[] = [text]): object[] {
  const place = { output_index: 0, item_id: 'msg_1' };
  return [
    { type: 'response.created', response: { id: 'resp_1', model: 'gpt-5.3-codex', created_at: 1 } },
    { type: 'response.output_item.added', output_index: 0, item: { type: 'message', id: 'msg_1' } },
    ...deltas.map((delta) => ({ type: 'response.output_text.delta', ...place, content_index: 0, delta })),
    {
      type: 'response.output_item.done',
      output_index: 0,
      item: { type: 'message', id: 'msg_1', content: [{ type: 'output_text', text }] },
    },
    {
      type: 'response.completed',
      response: { id: 'resp_1', output: [], usage: { input_tokens: 1, output_tokens: 1 } },
    },
  ];
}

export interface Deferred {
  promise: Promise<void>;
  resolve(): void;
}

export function deferred(): Deferred {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
