import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jwt, MINUTE } from './harness';

export interface SingleUseIssuer {
  url: string;
  /** The refresh tokens that were presented, in order. */
  presented: string[];
  close(): void;
}

/**
 * An issuer on loopback whose refresh tokens work once: `rt-0` gives `rt-1`, and so on.
 *
 * @param crowd Answers are held back until so many requests have come, or 300 ms have passed.
 */
export async function startSingleUseIssuer(crowd: number): Promise<SingleUseIssuer> {
  const presented: string[] = [];
  let current = 0;
  let release = () => {};
  const crowded = new Promise<void>((resolve) => {
    release = resolve;
  });

  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const token: string = JSON.parse(body).refresh_token;
    presented.push(token);
    if (presented.length >= crowd) release();
    await Promise.race([crowded, new Promise((resolve) => setTimeout(resolve, 300))]);
    const isCurrent = token === `rt-${current}`;
    if (isCurrent) current += 1;
    const expiresAt = Date.now() + 60 * MINUTE;
    const answer = isCurrent
      ? { access_token: jwt({ expiresAt, accountId: 'acct-1', n: current }), refresh_token: `rt-${current}` }
      : { error: { code: 'refresh_token_reused' } };
    response.writeHead(isCurrent ? 200 : 401, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    presented,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
