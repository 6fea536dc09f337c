import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Every address of this machine. */
export const ADDRESSES = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
/** Some containers have no IPv6, and the listener does without it there. */
export const HAS_IPV6 = ADDRESSES.some(({ address }) => address === '::1');

/** Opens a connection to the listener and says nothing. */
export async function openSocket(port: number, host = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ host, port });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Everything that comes back until the other side closes. */
export async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  if (!socket.destroyed) await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

/** Sends `bytes` as they are and reads until the connection ends. */
export async function sendRaw(port: number, bytes: string, host?: string): Promise<string> {
  const socket = await openSocket(port, host);
  const answer = readAll(socket);
  socket.write(bytes);
  return answer;
}

export interface RawReply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface RawRequest {
  method?: string;
  /** Where none is given, the right one. */
  host?: string | null;
  headers?: Record<string, string>;
  /** The address to connect to. */
  address?: string;
}

/** One request whose every byte the test decides on. */
export async function ask(port: number, target: string, request: RawRequest = {}): Promise<RawReply> {
  const { method = 'GET', host = `localhost:${port}`, headers = {}, address } = request;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`${method} ${target} HTTP/1.1`, ...(host === null ? [] : [`Host: ${host}`]), ...lines];
  return parseReply(await sendRaw(port, `${head.join('\r\n')}\r\n\r\n`, address));
}

export function parseReply(text: string): RawReply {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(statusLine.split(' ')[1]), headers: Object.fromEntries(headers), body: text.slice(end + 4) };
}
