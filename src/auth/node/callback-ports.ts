import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { orAbort } from '../../shared/abort';
import type { Logger } from '../../shared/logger';
import type { Runtime } from '../../shared/runtime';

const RETRIES = 10;
const RETRY_PAUSE_MS = 200;
const CANCEL_LIMIT_MS = 1_000;

/** Windows reserves ranges of ports, which WSL meets as EACCES although nothing listens there. */
const BUSY = new Set(['EADDRINUSE', 'EACCES']);
/** No IPv6 on this machine, so that no browser can come that way either. */
const NO_IPV6 = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EPROTONOSUPPORT']);

export interface PortSearch {
  /** In the order of preference. */
  ports: readonly number[];
  createServer(): Server;
  runtime: Runtime;
  logger: Logger;
  signal: AbortSignal;
}

export interface BoundServers {
  port: number;
  servers: Server[];
}

interface NotBound {
  code: string;
  host: Host;
}

/** The halves of `localhost`. */
type Host = '127.0.0.1' | '::1';

/**
 * Listens on 127.0.0.1 and, where the machine has it, on ::1, both at one port; on no other address. A program that waits at
 * the first port is asked to make room: the official CLI, and ours, then end their login.
 *
 * @returns undefined when every port stays busy.
 * @throws the reason of `signal`
 */
export async function listenOnLoopback(search: PortSearch): Promise<BoundServers | undefined> {
  const { ports, runtime, logger, signal } = search;
  const asked = new Set<Host>();
  for (const [index, port] of ports.entries()) {
    for (let attempt = 0; attempt <= RETRIES; attempt++) {
      signal.throwIfAborted();
      const bound = await bindBoth(port, search.createServer);
      if ('servers' in bound) return bound;
      const { code, host } = bound;
      logger.debug('A port for the login cannot be used.', { port, host, code });
      if (!BUSY.has(code)) break;
      if (index === 0 && port !== 0 && code === 'EADDRINUSE' && !asked.has(host)) {
        asked.add(host);
        await orAbort(cancelOther(host, port, logger), signal);
      }
      if (attempt < RETRIES) await runtime.sleep(RETRY_PAUSE_MS, signal, { keepAlive: true });
    }
  }
  return undefined;
}

async function bindBoth(port: number, createServer: () => Server): Promise<BoundServers | NotBound> {
  const first = createServer();
  const firstCode = await bind(first, '127.0.0.1', port);
  if (firstCode !== undefined) return { code: firstCode, host: '127.0.0.1' };
  const bound = (first.address() as AddressInfo).port;
  const second = createServer();
  const secondCode = await bind(second, '::1', bound);
  if (secondCode === undefined) return { port: bound, servers: [first, second] };
  if (NO_IPV6.has(secondCode)) return { port: bound, servers: [first] };
  // Whoever has the other half would get what a browser sends to `localhost`.
  await new Promise((resolve) => first.close(resolve));
  return { code: secondCode, host: '::1' };
}

/** Resolves to the code of a failure. */
function bind(server: Server, host: Host, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown');
    server.once('error', onError);
    // Exclusive, or the workers of a cluster would share the port and answer each other's logins.
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', onError);
      server.on('error', () => {}); // of a single connection, and no reason to end the program
      resolve(undefined);
    });
  });
}

/** Goes to this machine alone, never through a proxy or the caller's `fetch`; nobody has to be there. */
function cancelOther(host: Host, port: number, logger: Logger): Promise<void> {
  logger.debug('Asking the login that waits at this port to end.', { port, host });
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(CANCEL_LIMIT_MS);
    const cancel = request({ host, port, path: '/cancel', agent: false, signal }, (response) => {
      response.destroy();
      resolve();
    });
    cancel.on('error', () => {}); // `close` follows
    cancel.on('close', resolve); // alone, after an answer that switches protocols
    cancel.end();
  });
}
