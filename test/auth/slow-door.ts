import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SlowDoor {
  url: string;
  /** How many milliseconds the first request waits for the others. 300. */
  patienceMs: number;
  close(): void;
}

/**
 * A loopback server that hands POSTs on to `target`, but lets nobody through before `crowd` requests have come or its
 * patience with the first is over: long enough for whoever is not kept out by a lock to come as well.
 */
export async function openSlowDoor(target: string, crowd: number): Promise<SlowDoor> {
  let came = 0;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });

  const server = createServer(async (request, response) => {
    came += 1;
    if (came === 1) setTimeout(open, door.patienceMs);
    if (came >= crowd) open();
    let body = '';
    for await (const chunk of request) body += chunk;
    await opened;
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    const answer = await fetch(new URL(request.url ?? '/', target), { method: 'POST', headers, body });
    const retryAfter = answer.headers.get('retry-after');
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      ...(retryAfter && { 'retry-after': retryAfter }),
    });
    response.end(await answer.text());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const door: SlowDoor = {
    patienceMs: 300,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return door;
}
