import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '../../shared/logger';
import type { Runtime } from '../../shared/runtime';
import { type AuthorizationResponse, parseAuthorizationResponse } from '../authorization-response';
import { listenOnLoopback } from './callback-ports';
import { readCallbackRequest } from './callback-request';
import { answerWith, type LoginPage, type PageAnswer } from './login-pages';

/** The one answer that a login gets. */
export type CallbackAnswer = Exclude<AuthorizationResponse, { kind: 'unusable' }> | { kind: 'cancelled' };

export interface CallbackServer {
  readonly port: number;
  /** The first answer with the right state, or that another login asked for the port. Never rejects. */
  readonly answer: Promise<CallbackAnswer>;
  /** Whether there is one by now. */
  readonly isAnswered: boolean;
  /** Shows `page` to whoever brought the answer, where that is a browser which still waits; then closes. */
  finish(page: LoginPage): Promise<void>;
  /** Ends every connection. The port is free once this resolves. */
  close(): Promise<void>;
}

export interface CallbackServerOptions {
  /** In the order of preference; 0 is any free one. */
  ports: readonly number[];
  /** The one of the authorization request. */
  state: string;
  runtime: Runtime;
  logger: Logger;
  signal: AbortSignal;
  /** Milliseconds in which a connection must have brought its request. Default 10,000. */
  socketTimeoutMs?: number | undefined;
}

const SOCKET_TIMEOUT_MS = 10_000;
const MAX_HEADERS = 16 * 1024;
const MAX_SOCKETS = 64;
/** For the last bytes of a page to leave. */
const FLUSH_LIMIT_MS = 1_000;

/**
 * Waits on this machine for the browser to come back from the issuer. A request that is wrong in any way gets a page, and
 * the wait goes on: nobody but the issuer can end it, except a program that asks for the port.
 *
 * @returns undefined when every port is in use.
 * @throws the reason of `signal`
 */
export async function openCallbackServer(options: CallbackServerOptions): Promise<CallbackServer | undefined> {
  const listener = new CallbackListener(options);
  return (await listener.listen()) ? listener : undefined;
}

class CallbackListener implements CallbackServer {
  readonly answer: Promise<CallbackAnswer>;
  readonly #options: CallbackServerOptions;
  readonly #sockets = new Set<Socket>();
  #servers: Server[] = [];
  #port = 0;
  #settle: (answer: CallbackAnswer) => void = () => {};
  /** To whoever brought the answer. It waits until the login is stored, or has failed. */
  #held: ServerResponse | undefined;

  constructor(options: CallbackServerOptions) {
    this.#options = options;
    this.answer = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get isAnswered(): boolean {
    return this.#held !== undefined;
  }

  get port(): number {
    return this.#port;
  }

  async listen(): Promise<boolean> {
    const bound = await listenOnLoopback({ ...this.#options, createServer: () => this.#createServer() });
    this.#servers = bound?.servers ?? [];
    this.#port = bound?.port ?? 0;
    return bound !== undefined;
  }

  async finish(page: LoginPage): Promise<void> {
    const held = this.#held;
    if (held && !held.destroyed) {
      const closed = new Promise((resolve) => held.once('close', resolve));
      send(held, answerWith(page));
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise((resolve) => {
        timer = setTimeout(resolve, FLUSH_LIMIT_MS);
      });
      await Promise.race([closed, limit]);
      clearTimeout(timer);
    }
    await this.close();
  }

  async close(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)));
    // A browser opens connections ahead of time and says nothing on them.
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  #createServer(): Server {
    const limit = this.#options.socketTimeoutMs ?? SOCKET_TIMEOUT_MS;
    const server = createServer({
      maxHeaderSize: MAX_HEADERS,
      headersTimeout: limit,
      requestTimeout: limit,
      connectionsCheckingInterval: limit / 10,
      keepAlive: false,
      requireHostHeader: false, // refused by us, with the headers that every answer has
    });
    server.setTimeout(limit, (socket) => socket.destroy());
    const handle = (request: IncomingMessage, response: ServerResponse) => this.#handle(request, response);
    for (const event of ['request', 'checkContinue', 'checkExpectation']) server.on(event, handle);
    server.on('connection', (socket) => this.#admit(socket));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseRaw(error, socket as Socket));
    return server;
  }

  /** The newest comes in and the oldest goes, so that nobody can keep the browser out by holding connections open. */
  #admit(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    if (this.#sockets.size <= MAX_SOCKETS) return;
    for (const oldest of this.#sockets) {
      if (oldest === this.#held?.socket) continue;
      oldest.destroy();
      this.#sockets.delete(oldest);
      return;
    }
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => {});
    const answer = this.#reply(request, response);
    if (answer) send(response, answer);
  }

  /** What to answer at once; nothing to whoever ends the wait. */
  #reply(request: IncomingMessage, response: ServerResponse): PageAnswer | undefined {
    const asked = readCallbackRequest(request, this.#port);
    if (asked.kind === 'refused') return asked.answer;
    // By now the port will be free soon, so that even a program that asks for it need not end the login.
    if (this.isAnswered) return answerWith('used');
    if (asked.kind === 'cancel') return this.#accept({ kind: 'cancelled' }, response);
    const answer = parseAuthorizationResponse(asked.query, this.#options.state);
    if (answer.kind !== 'unusable') return this.#accept(answer, response);
    this.#options.logger.debug('A callback without the state of this login was refused.');
    return answerWith('other_login');
  }

  #accept(answer: CallbackAnswer, response: ServerResponse): undefined {
    this.#held = response;
    response.socket?.setTimeout(0);
    this.#settle(answer);
  }
}

function send(response: ServerResponse, { status, headers, body }: PageAnswer): void {
  response.writeHead(status, headers);
  response.end(body);
}

/** For what is no HTTP, comes too slowly or is too long: Node has no response object then. */
function refuseRaw({ code }: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || code === 'ECONNRESET') return void socket.destroy();
  const statuses: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };
  const { status, headers, body } = answerWith('not_here', statuses[code ?? ''] ?? 400);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines].join('\r\n');
  socket.end(`${head}\r\n\r\n${body}`, () => socket.destroy());
}
