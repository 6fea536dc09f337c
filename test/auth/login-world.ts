import { inspect } from 'node:util';
import { onTestFinished } from 'vitest';
import { DEFAULT_CLIENT_ID } from '../../src/shared/constants';
import type { Logger } from '../../src/shared/logger';
import { createRuntime, type Runtime } from '../../src/shared/runtime';
import { type CodexEmulatorOptions, startCodexEmulator } from '../../src/testing/emulator';

/** One request as it left, with its parameters whatever their encoding. */
export interface Sent {
  path: string;
  params: Record<string, string>;
  headers: Record<string, string>;
  /** Milliseconds since the world began. */
  at: number;
}

const SECRET_FIELDS = [
  'code',
  'code_verifier',
  'authorization_code',
  'device_auth_id',
  'user_code',
  'usercode',
  'token',
  'access_token',
  'refresh_token',
  'id_token',
];

/**
 * An emulator and a runtime whose clock moves with its own, but stands still otherwise. A pause that somebody waits for is
 * over at once and moves both clocks; a time limit never comes, until `expire()`.
 */
export async function startWorld(options: CodexEmulatorOptions = {}) {
  const emulator = await startCodexEmulator(options);
  onTestFinished(() => emulator.close());
  const sent: Sent[] = [];
  const pauses: number[] = [];
  const limits: { ms: number; expire: () => void }[] = [];
  const logged: unknown[] = [];
  const secrets = new Set<string>();
  const startedAt = Date.now();
  let ahead = 0;
  let onPause: (count: number) => void = () => {};
  const now = () => startedAt + ahead;

  const advance = (ms: number) => {
    ahead += ms;
    emulator.advance(ms);
  };
  const note = (fields: Record<string, unknown>) => {
    for (const name of SECRET_FIELDS) if (typeof fields[name] === 'string') secrets.add(fields[name]);
  };
  const fetch: Runtime['fetch'] = async (input, init = {}) => {
    const headers = init.headers as Record<string, string>;
    const params = paramsOf(String(init.body ?? ''));
    note(params);
    sent.push({ path: new URL(String(input)).pathname, params, headers, at: now() - startedAt });
    const response = await globalThis.fetch(input, init);
    note(
      fieldsOf(
        await response
          .clone()
          .text()
          .catch(() => ''),
      ),
    );
    return response;
  };
  const sleep: Runtime['sleep'] = async (ms, signal, { keepAlive = false } = {}) => {
    signal?.throwIfAborted();
    if (!keepAlive) return new Promise((resolve) => limits.push({ ms, expire: resolve }));
    pauses.push(ms);
    onPause(pauses.length);
    signal?.throwIfAborted();
    advance(ms);
  };
  const log = (message: string, details?: Record<string, unknown>) => void logged.push({ message, details });

  return {
    emulator,
    issuer: emulator.issuer,
    runtime: createRuntime({ fetch, now, sleep }),
    logger: { debug: log, warn: log } satisfies Logger,
    logged,
    /** What left, in order. */
    sent,
    paths: () => sent.map(({ path }) => path),
    /** Milliseconds of every pause, in order. */
    pauses,
    limits,
    /** Every time limit that waits comes now. */
    expire: () => {
      for (const { expire } of limits) expire();
    },
    now,
    advance,
    /** Called with the number of the pause, before it is over. */
    atPause: (listener: (count: number) => void) => {
      onPause = listener;
    },
    /** All codes and tokens that went over the wire. */
    secrets,
    /** Those of them that `values` show, printed in every way. */
    leaked: (...values: unknown[]) => {
      const text = values.map(printed).join('\n');
      return [...secrets].filter((secret) => text.includes(secret));
    },
  };
}

export type LoginWorld = Awaited<ReturnType<typeof startWorld>>;

/** Every way in which a value ends up in a log. */
function printed(value: unknown): string {
  const stack = value instanceof Error ? value.stack : '';
  return [inspect(value, { depth: 20, showHidden: true }), JSON.stringify(value), String(value), stack].join('\n');
}

function paramsOf(body: string): Record<string, string> {
  return (body.startsWith('{') ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body))) as Record<
    string,
    string
  >;
}

function fieldsOf(text: string): Record<string, unknown> {
  return text.startsWith('{') && text.endsWith('}') ? (JSON.parse(text) as Record<string, unknown>) : {};
}

export const VERIFIER = 'v'.repeat(86);
export const REDIRECT = 'http://localhost:1455/auth/callback';

/** A code for {@link VERIFIER} and {@link REDIRECT}, from the emulator's authorization page. */
export async function newCode({ issuer, secrets }: LoginWorld, challenge: string): Promise<string> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: DEFAULT_CLIENT_ID,
    redirect_uri: REDIRECT,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state: 'state-1',
    scope: 'openid profile email offline_access',
  });
  const response = await globalThis.fetch(`${issuer}/oauth/authorize?${query}`, { redirect: 'manual' });
  const code = new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? '';
  secrets.add(code);
  return code;
}

export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;
}

export async function rejection(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    (value) => {
      throw new Error(`expected a rejection, got ${JSON.stringify(value)}`);
    },
    (reason: unknown) => reason,
  );
}
