import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OAuthCredentials } from '../shared/credentials';
import { createRuntime } from '../shared/runtime';
import { Backend } from './backend/backend';
import type { EmulatorModel } from './backend/model-directory';
import { DEFAULT_RATE_LIMITS } from './backend/rate-limits';
import type { OpenRecord, RecordedRequest } from './backend/recorded-request';
import type { Violation } from './backend/violations';
import { checkRateLimits } from './check-rate-limits';
import { checkAnswer, checkReply } from './check-reply';
import { createIssuer, type Issuer, type TokenReply } from './issuer/issuer';
import type { IssuerSettings } from './issuer/settings';
import { ReplyQueue } from './reply-queue';
import type { AnswerReply, CodexReply, RateLimitState } from './script';
import { serve } from './serve';
import { type LoginOptions, TokenRegistry } from './token-registry';

/** Settings of {@link startCodexEmulator}. */
export interface CodexEmulatorOptions {
  /** The models of the account, in place of the default list. */
  models?: readonly (string | EmulatorModel)[];
  /** Refuse keys of input items that the protocol does not know. Default false: nobody knows whether the backend does. */
  strictItemKeys?: boolean;
  /** What the limit headers and `wham/usage` say. Default: a plan in normal use. */
  rateLimits?: RateLimitState;
  /** The only OAuth client that is known. Default: the public client of the Codex CLI. */
  clientId?: string;
  /** How the issuer behaves from the start. Default: every login is approved. */
  oauth?: Partial<IssuerSettings>;
}

/** A running emulator. */
export interface CodexEmulator {
  /** For `createCodex({ baseURL })`. */
  readonly baseURL: string;
  /** For `createCodex({ issuer })`. */
  readonly issuer: string;
  /** Mints a login that this emulator accepts. */
  login(options?: LoginOptions): OAuthCredentials;
  /** What it received, in order. Tokens are masked. */
  readonly requests: readonly RecordedRequest[];
  /**
   * Appends to what it answers: each accepted request for a response takes one; after the last a fixed text answers. When
   * a function among them throws, the client gets a 400 with the message, and `violations` a `script_error`.
   *
   * @throws TypeError for a reply that cannot be sent, such as one with a misspelt key.
   */
  reply(...replies: CodexReply[]): void;
  /**
   * Appends to what `GET /models` answers, in place of the list: each accepted request takes one.
   *
   * @throws TypeError for a reply that cannot be sent, such as one with a misspelt key.
   */
  modelsReply(...replies: AnswerReply[]): void;
  /** The same for `GET wham/usage`. */
  usageReply(...replies: AnswerReply[]): void;
  /**
   * What the limit headers and `wham/usage` say from now on; set it, or change it.
   *
   * @throws TypeError when it is set with a misspelt key.
   */
  rateLimits: RateLimitState;
  /** Appends to what the token endpoint answers, in place of its own answers. */
  tokenReply(...replies: TokenReply[]): void;
  /** Moves the clock of the emulator forward. Real time goes on beside it. */
  advance(ms: number): void;
  /** What a client did that is allowed but wrong, and `script_error` where a scripted reply threw. */
  readonly violations: readonly Violation[];
  /** What became of the tokens, and ways to spoil them: `invalidateAccessToken`, `revokeFamily`, `refreshCounts`. */
  readonly tokens: TokenRegistry;
  /** The issuer's settings, its waiting logins, and what its other endpoints answer. */
  readonly oauth: Omit<Issuer, 'handle' | 'tokenReply'>;
  /** Ends every connection, the stalled ones too. */
  close(): Promise<void>;
}

const DEFAULT_REPLY = 'Hello from the emulator.';

/**
 * Starts a strict emulator of the Codex backend and of its OAuth issuer on a free port of 127.0.0.1: what the real ones
 * refuse, it refuses.
 *
 * @example
 * const emulator = await startCodexEmulator();
 * const codex = createCodex({
 *   baseURL: emulator.baseURL,
 *   issuer: emulator.issuer,
 *   authStore: memoryAuthStore(emulator.login()),
 * });
 * emulator.reply('Hi', { toolCalls: [{ name: 'weather', input: { city: 'Paris' } }] });
 */
export async function startCodexEmulator(options: CodexEmulatorOptions = {}): Promise<CodexEmulator> {
  const { clientId, oauth, rateLimits = DEFAULT_RATE_LIMITS, ...backendOptions } = options;
  let limits = copyOf(rateLimits);
  const server = createServer();
  const origin = await listen(server);
  const runtime = createRuntime();
  const requests: OpenRecord[] = [];
  const violations: Violation[] = [];
  const replies = new ReplyQueue<CodexReply>(checkReply);
  const modelsReplies = new ReplyQueue<AnswerReply>(checkAnswer);
  const usageReplies = new ReplyQueue<AnswerReply>(checkAnswer);
  let ahead = 0;
  const now = () => runtime.now() + ahead;

  const registry = new TokenRegistry({ now, issuer: () => origin, ...(clientId !== undefined && { clientId }) });
  const onViolation = (violation: Violation) => violations.push(violation);
  const issuer = createIssuer({ registry, now, onViolation, ...(oauth && { settings: oauth }) });
  const backend = new Backend({
    ...backendOptions,
    registry,
    now,
    sleep: runtime.sleep,
    randomBytes: runtime.randomBytes,
    rateLimits: () => limits,
    nextReply: () => replies.next() ?? DEFAULT_REPLY,
    nextModelsReply: () => modelsReplies.next(),
    nextUsageReply: () => usageReplies.next(),
    onViolation,
  });

  const halves = { origin, now, issuer, backend, requests, onViolation };
  server.on('request', (request, response) => void serve(request, response, halves));

  return {
    baseURL: `${origin}/backend-api/codex`,
    issuer: origin,
    login: (login) => registry.login(login),
    requests,
    reply: (...more) => replies.add(...more),
    modelsReply: (...more) => modelsReplies.add(...more),
    usageReply: (...more) => usageReplies.add(...more),
    get rateLimits() {
      return limits;
    },
    set rateLimits(state) {
      limits = copyOf(state);
    },
    tokenReply: (...more) => issuer.tokenReply(...more),
    advance: (ms) => {
      ahead += ms;
    },
    violations,
    tokens: registry,
    oauth: issuer,
    close: () => stop(server),
  };
}

/** A state of its own, so that a change of it is one of this emulator alone. */
function copyOf(limits: RateLimitState): RateLimitState {
  checkRateLimits(limits);
  return structuredClone(limits);
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
