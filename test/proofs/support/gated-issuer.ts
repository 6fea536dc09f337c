import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where the first request is stopped: before the issuer sees it, or its answer on the way back. */
export type Gate = 'before' | 'after';

export interface GatedIssuer {
  url: string;
  /** Resolves once the first request stands at the gate. */
  held: Promise<void>;
  /** Lets it pass; resolves once the issuer has answered it. */
  release(): Promise<void>;
  close(): void;
}

/** A loopback server that hands POSTs on to `target`. The first waits at the gate; the others pass at once. */
export async function openGatedIssuer(target: string, gate: Gate): Promise<GatedIssuer> {
  const held = signal();
  const opened = signal();
  const answered = signal();
  let came = 0;

  const server = createServer(async (request, response) => {
    const isFirst = ++came === 1;
    let body = '';
    for await (const chunk of request) body += chunk;
    const ask = async () => {
      const headers = { 'content-type': request.headers['content-type'] ?? '' };
      const answer = await fetch(new URL(request.url ?? '/', target), { method: 'POST', headers, body });
      return { status: answer.status, text: await answer.text() };
    };
    const stop = async () => {
      held.give();
      await opened.given;
    };
    if (isFirst && gate === 'before') await stop();
    const { status, text } = await ask();
    if (isFirst && gate === 'after') await stop();
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    if (isFirst) answered.give();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    held: held.given,
    release() {
      opened.give();
      return answered.given;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function signal() {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { give, given };
}
