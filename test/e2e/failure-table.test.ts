import { APICallError, generateText, LoadAPIKeyError, streamText } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CodexAuthError,
  CodexBlockedError,
  CodexCallError,
  CodexContextLengthError,
  CodexModelUnavailableError,
  CodexOverloadedError,
  type CodexProvider,
  CodexRateLimitError,
  CodexStreamError,
  CodexUsageLimitError,
  createCodex,
} from '../../src/index';
import { memoryAuthStore } from '../../src/stores/memory-store';
import {
  type CodexEmulator,
  type CodexReply,
  type RecordedRequest,
  type ScriptedReply,
  startCodexEmulator,
} from '../../src/testing';
import { FAILURE_ROWS, type FailureRow } from './failure-rows';
import { calls } from './setup';

const MODELS = ['gpt-5.3-codex', 'gpt-5.4-mini', 'gpt-5.6-sol', 'gpt-5.5'];
const PROMPT = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi.' }] }];

/** The special ones first. */
const KINDS = Object.entries({
  CodexAuthError,
  CodexUsageLimitError,
  CodexRateLimitError,
  CodexModelUnavailableError,
  CodexContextLengthError,
  CodexOverloadedError,
  CodexBlockedError,
  CodexStreamError,
  CodexCallError,
});

type Model = ReturnType<CodexProvider>;

interface Outcome {
  error: Error & Partial<APICallError> & { code?: string };
  /** The call was refused before it gave anything, so that `ai` could try again. */
  wasRejected: boolean;
  posts: number;
}

/** The same answer with the wait cut short, so that the retries of `ai` take no time. */
function hurried(reply: CodexReply): CodexReply {
  return async (request: RecordedRequest) => {
    let current = reply;
    while (typeof current === 'function') current = await current(request);
    const { headers, ...rest } = current as ScriptedReply;
    return { ...rest, headers: { ...headers, 'retry-after-ms': '1' } };
  };
}

const LOGIN = { accountId: 'acct-1', planType: 'plus' };

/** A call of an account whose backend answers with nothing but `reply`. */
async function withFailing<T>(
  reply: CodexReply,
  use: (model: Model, emulator: CodexEmulator) => Promise<T>,
): Promise<T> {
  const emulator = await startCodexEmulator({ models: MODELS });
  try {
    const { baseURL, issuer } = emulator;
    const codex = createCodex({ baseURL, issuer, authStore: memoryAuthStore(emulator.login(LOGIN)) });
    emulator.reply(...Array.from({ length: 8 }, () => reply));
    return await use(codex('gpt-5.3-codex'), emulator);
  } finally {
    await emulator.close();
  }
}

async function run({ reply, isRetryable, isLate }: FailureRow): Promise<Outcome> {
  const failure = await withFailing(reply, failureOf);
  const posts = await withFailing(isRetryable ? hurried(reply) : reply, async (model, emulator) => {
    const call = { model, prompt: 'Hi.' };
    if (isLate) await streamText({ ...call, onError: () => {} }).consumeStream();
    else await expect(generateText(call)).rejects.toThrow();
    return calls(emulator).length;
  });
  return { ...failure, posts };
}

async function failureOf(model: Model): Promise<Omit<Outcome, 'posts'>> {
  try {
    const { stream } = await model.doStream({ prompt: PROMPT });
    for await (const part of stream)
      if (part.type === 'error') return { error: part.error as Error, wasRejected: false };
  } catch (error) {
    return { error: error as Error, wasRejected: true };
  }
  throw new Error('The call did not fail.');
}

const outcomes = new Map<FailureRow, Outcome>();

beforeAll(async () => {
  const queue = [...FAILURE_ROWS];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) outcomes.set(next, await run(next));
  };
  await Promise.all(Array.from({ length: 8 }, work));
}, 60_000);

afterAll(() => outcomes.clear());

function outcomeOf(row: FailureRow): Outcome {
  const outcome = outcomes.get(row);
  if (!outcome) throw new Error('It was not run.');
  return outcome;
}

describe('a failure of the backend', () => {
  it('is tried in more than sixty ways', () => {
    expect(FAILURE_ROWS.length).toBeGreaterThan(60);
    expect(new Set(FAILURE_ROWS.map(({ name }) => name)).size).toBe(FAILURE_ROWS.length);
  });

  it.each(FAILURE_ROWS)('$name: $kind $code, $posts posts', (row) => {
    const { error, wasRejected, posts } = outcomeOf(row);
    const kind = KINDS.find(([, one]) => one.isInstance(error))?.[0];
    expect({ kind, code: error.code, posts, wasRejected }).toEqual({
      kind: row.kind,
      code: row.code,
      posts: row.posts,
      wasRejected: !row.isLate,
    });
    const failure = (row.kind === 'CodexAuthError' ? error.cause : error) as APICallError;
    expect(APICallError.isInstance(failure)).toBe(true);
    expect(failure.isRetryable).toBe(row.isRetryable);
    expect(LoadAPIKeyError.isInstance(error)).toBe(row.kind === 'CodexAuthError');
    if (row.status !== undefined) expect(failure.statusCode).toBe(row.status);
    expect(failure.requestBodyValues).toMatchObject({ model: 'gpt-5.3-codex' });
  });

  it('explains itself', async () => {
    const lines = FAILURE_ROWS.map((row) => `${row.name}\n    ${timeless(outcomeOf(row).error.message)}\n`);
    await expect(lines.join('\n')).toMatchFileSnapshot('failure-table.messages.txt');
  });

  it('says whose call it was, in one line, without HTML', () => {
    for (const row of FAILURE_ROWS) {
      const { message } = outcomeOf(row).error;
      expect(message).not.toMatch(/[<>\n]/);
      if (row.kind !== 'CodexAuthError') expect(message).toContain('(for gpt-5.3-codex, account acct-1)');
    }
  });
});

/** Clocks and ports differ; the distance does not. */
function timeless(message: string): string {
  return message
    .replace(/\d+ \w+ \d{4}, \d\d:\d\d/g, '<date>')
    .replace(/wait 4\d(?:\.\d)? s/, 'wait <seconds> s')
    .replace(/(?<=127\.0\.0\.1:)\d+/, '<port>');
}
