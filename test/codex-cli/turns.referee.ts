import { type CodexEmulator, codexFailures, type RecordedRequest, startCodexEmulator } from 'ai-sdk-codex/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CodexHome, createCodexHome } from './run-codex';

let emulator: CodexEmulator;
let home: CodexHome;

beforeEach(async () => {
  emulator = await startCodexEmulator();
});
afterEach(async () => {
  await home.remove();
  await emulator.close();
});

/** The posts to the Responses endpoint, upgrades left out. */
function posts(): RecordedRequest[] {
  return emulator.requests.filter((request) => request.method === 'POST' && request.path.endsWith('/codex/responses'));
}

/** The input items of one type. */
function ofType(request: RecordedRequest | undefined, type: string): Record<string, unknown>[] {
  const body = request?.body as { input: Record<string, unknown>[] } | undefined;
  return body?.input.filter((item) => item.type === type) ?? [];
}

const PATCH = '*** Begin Patch\n*** Add File: new.txt\n+hello\n*** End Patch';

describe('the real Codex CLI', () => {
  it('prints the text of a turn', async () => {
    home = await createCodexHome(emulator, emulator.login());
    emulator.reply('The answer is forty-two.');
    const run = await home.run('What is the answer?');
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('The answer is forty-two.') });
    expect(posts().map((request) => request.status)).toEqual([200]);
    expect(emulator.violations).toEqual([]);
  });

  it('runs a tool, sends its output back with the reasoning, and prints the final answer', async () => {
    home = await createCodexHome(emulator, emulator.login());
    emulator.reply(
      {
        reasoning: ['**Looking around**'],
        text: 'Let me look.',
        toolCalls: [
          { name: 'exec_command', input: { cmd: 'echo from-the-tool' } },
          { name: 'exec_command', input: { cmd: 'echo from-another' } },
        ],
      },
      { toolCalls: [{ name: 'apply_patch', input: PATCH, type: 'custom' }], reasoning: 'Now a file' },
      'Both tools ran.',
    );
    const run = await home.run('Run two tools.');
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('Both tools ran.') });
    expect(posts().map((request) => request.status)).toEqual([200, 200, 200]);
    expect(ofType(posts()[1], 'function_call_output')).toMatchObject([
      { output: expect.stringContaining('from-the-tool') },
      { output: expect.stringContaining('from-another') },
    ]);
    expect(ofType(posts()[2], 'custom_tool_call_output')).toMatchObject([
      { output: expect.stringContaining('new.txt') },
    ]);
    expect(ofType(posts()[1], 'reasoning')).toMatchObject([
      { encrypted_content: expect.any(String), summary: [{ type: 'summary_text', text: '**Looking around**' }] },
    ]);
    expect(ofType(posts()[2], 'reasoning')).toHaveLength(2);
    const states = posts().map((request) => request.headers['x-codex-turn-state']);
    expect(states).toEqual([undefined, expect.any(String), states[1]]);
    expect(emulator.violations).toEqual([]);
  });

  it('goes on with a conversation in another process', async () => {
    home = await createCodexHome(emulator, emulator.login());
    emulator.reply(
      { reasoning: 'Hm', toolCalls: [{ name: 'exec_command', input: { cmd: 'true' } }] },
      'First.',
      'Second.',
    );
    await home.run('one');
    const run = await home.run('two', { resume: true });
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('Second.') });
    expect(posts().map((request) => request.status)).toEqual([200, 200, 200]);
    expect(ofType(posts()[2], 'reasoning')).toHaveLength(1);
    expect(posts()[2]?.headers).not.toHaveProperty('x-codex-turn-state');
    expect(emulator.violations).toEqual([]);
  });

  it('speaks the lite form to a model that has it', async () => {
    home = await createCodexHome(emulator, emulator.login());
    emulator.reply('Lite.');
    const run = await home.run('hi', { model: 'gpt-5.6-sol' });
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('Lite.') });
    expect(posts()).toMatchObject([
      {
        status: 200,
        headers: { 'x-openai-internal-codex-responses-lite': 'true' },
        body: { input: expect.any(Array) },
      },
    ]);
    expect(posts()[0]?.body).not.toHaveProperty('instructions');
    expect(emulator.violations).toEqual([]);
  });

  it('reads every framing of the stream', async () => {
    home = await createCodexHome(emulator, emulator.login());
    const framing = {
      contentType: false,
      eventLines: false,
      comments: true,
      crlf: true,
      keepalive: true,
      chunkBytes: 7,
    };
    emulator.reply({ text: 'Grüße 🗼', framing: { ...framing, contentType: false } });
    const run = await home.run('hi');
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('Grüße 🗼') });
    expect(posts()).toHaveLength(1);
  });

  it('reads our catalogue once, and is told by each answer that it is still the same', async () => {
    home = await createCodexHome(emulator, emulator.login());
    await home.run('hi');
    const body = {
      reasoning: { effort: 'medium', summary: 'auto' },
      text: { verbosity: 'low' },
      parallel_tool_calls: true,
    };
    expect(posts()[0]?.body).toMatchObject(body);
    const catalogues = emulator.requests.filter((request) => request.path.endsWith('/codex/models'));
    expect(catalogues.map((request) => request.status)).toEqual(catalogues.map(() => 200));
    const last = posts()[0]?.receivedAt ?? 0;
    expect(catalogues.length).toBeGreaterThan(0);
    expect(catalogues.filter((request) => request.receivedAt > last)).toEqual([]);
  });

  it.each([
    ['a used-up plan', codexFailures.usageLimit(), 1, /usage limit/i],
    ['a plan without Codex', codexFailures.usageNotIncluded(), 1, /upgrade/i],
    ['a model at capacity', codexFailures.overloaded(), 5, /at capacity/i],
    ['a context that is full', { failed: 'context_length_exceeded' }, 1, /ran out of room/i],
  ])('understands %s', async (_, reply, requests, message) => {
    home = await createCodexHome(emulator, emulator.login());
    emulator.reply(...Array.from({ length: requests }, () => reply));
    const run = await home.run('hi');
    expect(run.code).not.toBe(0);
    expect(run.stdout + run.stderr).toMatch(message);
    expect(posts()).toHaveLength(requests);
  });
});
