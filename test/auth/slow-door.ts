import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SlowDoor {
  url: string;
  close(): void;
}

/**
 * A loopback server that hands POSTs on to `target`, but lets nobody through before `crowd` requests have come or 300 ms
 * have passed since the first: long enough for whoever is not kept out by a lock to come as well.
 */
export async function openSlowDoor(target: string, crowd: number): Promise<SlowDoor> {
  let came = 0;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });

  const server = createServer(async (request, response) => {
    came += 1;
    if (came === 1) setTimeout(open, 300);
    if (came >= crowd) open();
    let body = '';
    for await (const chunk of request) body += chunk;
    await opened;
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    const answer = await fetch(new URL(request.url ?? '/', target), { method: 'POST', headers, body });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
