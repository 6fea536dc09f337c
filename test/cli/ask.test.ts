import { describe, expect, it } from 'vitest';
import type { CodexReply } from '../../src/testing/script';
import { once, type RunOptions, startCliWorld } from './cli-world';

/** A world with somebody logged in, and what was asked of its models. */
async function setUp(...replies: CodexReply[]) {
  const world = await startCliWorld();
  await world.store.update('default', async () => world.emulator.login({ accountId: 'acct-1' }));
  world.emulator.reply(...replies);
  const asked = () =>
    world.emulator.requests
      .filter(({ path }) => path.endsWith('/responses'))
      .map(({ body }) => body as { model: string; input: unknown[]; reasoning?: object });
  // The world's own fetch reads an answer to its end before it hands it on.
  const ask = (argv: string[], options: RunOptions = {}) =>
    world.run(['ask', ...argv], { fetch: globalThis.fetch, ...options });
  return { ...world, ask, asked };
}

/** A stream that says a text, and no more once it was `seen`. */
async function* cutShort(text: string, seen: Promise<void>) {
  const item = { id: 'msg_1', type: 'message', role: 'assistant', content: [] };
  const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  yield { type: 'response.created', response: { id: 'resp_1', model: 'gpt-5.5' } };
  yield { type: 'response.output_item.added', output_index: 0, item };
  yield { type: 'response.output_text.delta', ...place, delta: text };
  await seen;
}

const user = (text: string) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });

describe('an answer', () => {
  it('is all that stands in stdout', async () => {
    const { ask, asked, leaks } = await setUp({ reasoning: 'Hidden thought.', text: 'It is *blue*.' });
    const { code, stdout, stderr } = await ask(['What colour?', '--model', 'gpt-5.5', '--effort', 'high']);
    expect([code, stdout]).toEqual([0, 'It is *blue*.\n']);
    expect(stderr).toBe('Asking gpt-5.5 ...\nAnswered by gpt-5.5.\n');
    expect(asked()).toHaveLength(1);
    expect(asked()[0]).toMatchObject({
      model: 'gpt-5.5',
      input: [user('What colour?')],
      reasoning: { effort: 'high' },
    });
    expect(leaks()).toEqual([]);
  });

  it('comes piece by piece', async () => {
    const seen: string[] = [];
    const { ask } = await setUp('One two three four five.');
    const { stdout } = await ask(['Count.', '--model', 'gpt-5.5'], { onStdout: (text) => seen.push(text) });
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.at(-1)).toBe(stdout);
  });

  it('has no second line break at its end', async () => {
    const { ask } = await setUp('One.\n');
    expect((await ask(['?', '--model', 'gpt-5.5'])).stdout).toBe('One.\n');
  });

  it('keeps a comment on the way apart from what follows', async () => {
    const part = (text: string, phase: string) => ({
      type: 'message',
      role: 'assistant',
      phase,
      content: [{ type: 'output_text', text, annotations: [] }],
    });
    const { ask } = await setUp({ text: 'I look.', items: [part('Found.', 'final_answer')] as never });
    expect((await ask(['?', '--model', 'gpt-5.5'])).stdout).toBe('I look.\n\nFound.\n');
  });

  it('has no control characters for a terminal, and all of them for a pipe', async () => {
    const text = 'a\u001b]0;x\u0007b\r\n\tc\u202ed\u009b1m 👩‍💻 नि \u{e000}.';
    const { ask } = await setUp({ text, framing: { chunkBytes: 1 } }, text);
    const onTerminal = await ask(['?', '--model', 'gpt-5.5'], { tty: ['stdout'] });
    expect(onTerminal.stdout).toBe('a]0;xb\n\tcd1m 👩‍💻 नि .\n');
    expect((await ask(['?', '--model', 'gpt-5.5'])).stdout).toBe(`${text}\n`);
  });
});

describe('the question', () => {
  it.each([
    ['the input for -', ['-']],
    ['the input where none is given', []],
  ])('is %s', async (_name, argv) => {
    const { ask, asked } = await setUp('Yes.');
    const { code, stdout } = await ask([...argv, '--model', 'gpt-5.5'], { input: 'Grüße,\n--help?\n' });
    expect([code, stdout]).toEqual([0, 'Yes.\n']);
    expect(asked()[0]?.input).toEqual([user('Grüße,\n--help?')]);
  });

  it('may look like anything', async () => {
    const { ask, asked } = await setUp('Yes.', 'Yes.', 'Yes.');
    const questions = ['https://x.test/cb?code=1&state=2', '- a\n- b: which?', '--help'];
    for (const question of questions) {
      const argv = question === '--help' ? ['--model', 'gpt-5.5', '--', question] : [question, '--model', 'gpt-5.5'];
      expect((await ask(argv)).code).toBe(0);
    }
    expect(asked().map(({ input }) => input)).toEqual(questions.map((question) => [user(question)]));
  });

  it.each<[string[], string, RunOptions]>([
    [[], 'There is no question; put it in quotes.', { tty: ['stdin'] }],
    [[''], 'The question is empty.', {}],
    [['-'], 'The question is empty.', { input: ' \n' }],
    [['what', 'is', 'it'], 'There is one question; put it in quotes.', {}],
    [['hi', '--model'], "--model needs a model's id.", {}],
    [['hi', '--effort='], '--effort needs a word.', {}],
    [['hi', '--effort', 'turbo'], '--effort is one of none, minimal, low, medium, high, xhigh, max, ultra.', {}],
    [['hi', '--efort', 'low'], 'There is no option --efort.', {}],
  ])('%j is refused with 2', async (argv, problem, options) => {
    const { ask, emulator } = await setUp();
    const { code, stdout, stderr } = await ask(argv, options);
    expect([code, stdout, stderr]).toEqual([2, '', `error: ${problem} See ai-sdk-codex --help.\n`]);
    expect(emulator.requests).toEqual([]);
  });

  it('that does not come is not waited for after Ctrl-C', async () => {
    const { ask, emulator } = await setUp();
    const { code, stdout, stderr } = await ask([], { onStart: (keys) => keys.interrupt() });
    expect([code, stdout, stderr]).toEqual([130, '', 'Cancelled. No login was changed.\n']);
    expect(emulator.requests).toEqual([]);
  });
});

it('asks the first model of the account where none is named', async () => {
  const { ask, asked, emulator } = await setUp('Hi.');
  const { code, stderr } = await ask(['Hello.']);
  expect(code).toBe(0);
  expect(emulator.requests.map(({ path }) => path.split('/').at(-1))).toEqual(['models', 'responses']);
  // The other one of this account is known to be retired.
  expect(asked()[0]?.model).toBe('gpt-5.5');
  expect(stderr).toContain('Answered by gpt-5.5.');
});

it('prints one JSON object with --json', async () => {
  const { ask } = await setUp({ text: 'Hi \u001b[0m.', usage: { inputTokens: 7, outputTokens: 3 } });
  const { code, stdout } = await ask(['Hello.', '--model', 'gpt-5.5', '--effort', 'max', '--json'], {
    tty: ['stdout'],
  });
  expect(code).toBe(0);
  expect(stdout).not.toContain('\u001b');
  expect(JSON.parse(stdout)).toEqual({
    text: 'Hi \u001b[0m.',
    model: 'gpt-5.5',
    finishReason: 'stop',
    usage: expect.objectContaining({ inputTokens: 7, outputTokens: 3, totalTokens: 10 }),
    responseId: expect.stringMatching(/^resp_/),
    rateLimits: expect.objectContaining({ primary: expect.objectContaining({ usedPercent: expect.any(Number) }) }),
    warnings: ['gpt-5.5 does not take max; xhigh was sent.'],
  });
});

it('tells on stderr what was changed, and which limit is nearly reached', async () => {
  const rateLimits = {
    primary: { usedPercent: 93.7, windowMinutes: 300, resetsInSeconds: 3600 },
    secondary: { usedPercent: 89, windowMinutes: 10_080, resetsInSeconds: 86_400 },
  };
  const { ask } = await setUp({ text: 'Hi.', rateLimits });
  const { stdout, stderr } = await ask(['Hello.', '--model', 'gpt-5.5', '--effort', 'max']);
  expect(stdout).toBe('Hi.\n');
  expect(stderr).toContain('warning: gpt-5.5 does not take max; xhigh was sent.\n');
  const limits = stderr.split('\n').filter((line) => line.includes('limit'));
  expect(limits).toEqual([
    expect.stringMatching(
      /^warning: 93 % of the 5-hour limit of the plan is used; it resets .* \(in (1 hour|\d\d minutes)\)\.$/,
    ),
  ]);
});

describe('a failure', () => {
  it.each<[string, CodexReply, string]>([
    ['before the answer', { failed: 'server_is_overloaded' }, ''],
    ['at its end', { text: 'One two.', failed: 'server_error' }, 'One two.\n'],
  ])('%s ends with 1 and a line of its own', async (_name, reply, start) => {
    const { ask, asked } = await setUp(reply);
    const { code, stdout, stderr } = await ask(['Hello.', '--model', 'gpt-5.5']);
    expect(code).toBe(1);
    expect(stdout).toMatch(start === '' ? /^$/ : new RegExp(`^${start}`));
    expect(stdout === '' || stdout.endsWith('\n')).toBe(true);
    expect(stderr).toMatch(/^error: \w/m);
    expect(stderr).not.toContain('Answered by');
    expect(stderr).not.toContain('CODEX_DEBUG');
    expect(asked()).toHaveLength(1);
  });

  it('within the answer ends with 1, although the connection ended in good order', async () => {
    let see = () => {};
    const seen = new Promise<void>((resolve) => {
      see = resolve;
    });
    const { ask, asked } = await setUp({ events: cutShort('One two', seen) });
    const onStdout = (text: string) => text === 'One two' && see();
    const { code, stdout, stderr } = await ask(['Hello.', '--model', 'gpt-5.5'], { onStdout });
    expect([code, stdout]).toEqual([1, 'One two\n']);
    expect(stderr).toMatch(/^error: \w/m);
    expect(stderr).not.toContain('Answered by');
    expect(asked()).toHaveLength(1);
  });

  it('is JSON with its code with --json', async () => {
    const { ask } = await setUp({ status: 429, body: { error: { type: 'usage_limit_reached', plan_type: 'plus' } } });
    const { code, stdout, stderr } = await ask(['Hello.', '--model', 'gpt-5.5', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'usage_limit_reached', message: expect.any(String) } });
    expect(stderr).toMatch(/^error: /m);
  });

  it('is an answer that was cut at its greatest length, too', async () => {
    const { ask } = await setUp({ text: 'One two', incomplete: 'max_output_tokens' });
    const { code, stdout, stderr } = await ask(['Hello.', '--model', 'gpt-5.5']);
    expect([code, stdout]).toEqual([1, 'One two\n']);
    expect(stderr).toContain('warning: The answer is not complete (length).\n');
  });

  it.each([['without any'], ['of white space alone']])('is an answer %s text, too', async (name) => {
    const item = {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: '  \n', annotations: [] }],
    };
    const call = { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{}' };
    const { ask } = await setUp({ items: [name.startsWith('of') ? item : call] as never, text: '' });
    const { code, stderr } = await ask(['Hello.', '--model', 'gpt-5.5']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^warning: The answer (has no text|is not complete \(tool-calls\))\.$/m);
  });

  it('of a missing login says how to log in', async () => {
    const { ask, store, emulator } = await setUp();
    await store.update('default', async () => undefined);
    const { code, stdout, stderr } = await ask(['Hello.', '--model', 'gpt-5.5']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('ai-sdk-codex login');
    expect(emulator.requests).toEqual([]);
  });
});

describe('Ctrl-C', () => {
  it('ends an answer that does not go on, and the request', async () => {
    const { ask, emulator } = await setUp({ text: 'One two three four five six.', stallAfter: 7 });
    const onStdout = once(
      (text) => text || undefined,
      (_, keys) => keys.interrupt(),
    );
    const { code, stdout, stderr } = await ask(['Hello.', '--model', 'gpt-5.5'], { onStdout });
    expect(code).toBe(130);
    expect(stdout).toMatch(/^One.*\n$/);
    expect(stderr).toMatch(/^Cancelled\. No login was changed\.$/m);
    // It closes only when nobody holds its connections.
    await emulator.close();
  });

  it('ends the wait for an answer', async () => {
    const { ask } = await setUp({ text: 'One.', stallAfter: 0 });
    const onStderr = once(
      (text) => (text.includes('Asking') ? text : undefined),
      (_, keys) => keys.interrupt(),
    );
    const { code, stdout, stderr } = await ask(['Hello.', '--model', 'gpt-5.5', '--json'], { onStderr });
    expect([code, JSON.parse(stdout).error.code]).toEqual([130, 'interrupted']);
    expect(stderr).not.toContain('Answered by');
  });
});
