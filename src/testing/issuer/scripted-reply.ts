import type { JSONObject, JSONValue } from '../../shared/json';
import type { LoginOptions } from './identity';
import type { IssuerRequest } from './issuer-request';

/** What one request gets in place of the issuer's own answer, or what is different about that answer. */
export interface IssuerReply {
  /** With this or `body`, the answer is made up here. Default 200. */
  status?: number;
  headers?: Record<string, string>;
  /** Text as it is, anything else as JSON. Default: empty. */
  body?: JSONValue;
  /** Fields that a success leaves out. */
  omit?: readonly string[];
  /** Fields that a success has besides, or has with another value. */
  fields?: JSONObject;
  /** Sends the first half of the body, as if that were all. */
  truncate?: boolean;
  /**
   * `reset`: the connection breaks before the headers; `reset-mid-body`: in the middle of the body; `stall`: nothing is
   * sent, and the connection stays open until the client leaves.
   */
  connection?: 'reset' | 'reset-mid-body' | 'stall';
  /**
   * Whether the issuer does what was asked, which spends a code or refresh token. Default: not when the answer is made up
   * here, nor before a `reset` or a `stall`.
   */
  carriedOut?: boolean;
}

/** A scripted answer of the token endpoint. */
export interface ScriptedTokenReply extends IssuerReply {
  /** What is different about the one that the new tokens speak for, such as the account. */
  login?: LoginOptions;
  /** Merged over the namespaced claim of the new tokens; a value of `undefined` removes a claim. */
  authClaims?: JSONObject;
}

/** A reply, or a function of the request that returns one. The parameters of the request do not print. */
export type Scripted<Reply> = Reply | ((request: IssuerRequest) => Scripted<Reply> | Promise<Scripted<Reply>>);

/** A scripted answer of any endpoint but the token endpoint. */
export type EndpointReply = Scripted<IssuerReply>;

/** A scripted answer of the token endpoint, or a function of the request that returns one. */
export type TokenReply = Scripted<ScriptedTokenReply>;

/** The next reply of a queue, with functions called; without one, a reply that changes nothing. */
export async function nextReply<Reply extends IssuerReply>(
  queue: Scripted<Reply>[],
  request: IssuerRequest,
): Promise<Reply | IssuerReply> {
  let current: Scripted<Reply> | undefined = queue.shift();
  while (typeof current === 'function') current = await current(request);
  return current ?? {};
}

/** Whether the answer is made up by the script. */
export function isMadeUp(reply: IssuerReply): boolean {
  return reply.status !== undefined || reply.body !== undefined;
}

/** Whether the issuer does what was asked. */
export function isCarriedOut(reply: IssuerReply): boolean {
  const unheard = reply.connection === 'reset' || reply.connection === 'stall';
  return reply.carriedOut ?? !(isMadeUp(reply) || unheard);
}

/** Whether a client may ask for the same once more: the answer is lost on the way, or names a time to try again. */
export function mayRepeat(reply: IssuerReply): boolean {
  const names = Object.keys(reply.headers ?? {}).map((name) => name.toLowerCase());
  return reply.connection !== undefined || names.includes('retry-after');
}
