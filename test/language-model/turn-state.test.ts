import { describe, expect, it } from 'vitest';
import type { InputItem } from '../../src/codec/request/request-body';
import { TurnStates } from '../../src/language-model/turn-state';
import { createRuntime } from '../../src/shared/runtime';

const user = (text: string): InputItem => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
const call: InputItem = { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' };
const output: InputItem = { type: 'function_call_output', call_id: 'c1', output: '1' };

describe('turn states', () => {
  it('come back within the turn, for the same account', async () => {
    const states = new TurnStates(createRuntime());
    await states.remember('a', [user('hi')], 'T1');
    expect(await states.find('a', [user('hi'), call, output])).toBe('T1');
    expect(await states.find('b', [user('hi'), call, output])).toBeUndefined();
  });

  it('are absent from the first request of a turn', async () => {
    const states = new TurnStates(createRuntime());
    await states.remember('a', [user('hi')], 'T1');
    expect(await states.find('a', [user('hi')])).toBeUndefined();
    expect(await states.find('a', [user('hi'), call, output, user('and now?')])).toBeUndefined();
  });

  it('keep the first value of a turn, and take the new one when the turn is begun again', async () => {
    const states = new TurnStates(createRuntime());
    await states.remember('a', [user('hi')], 'T1');
    await states.remember('a', [user('hi'), call, output], 'T2');
    expect(await states.find('a', [user('hi'), call, output])).toBe('T1');
    await states.remember('a', [user('hi')], 'T3');
    expect(await states.find('a', [user('hi'), call, output])).toBe('T3');
  });

  it('are forgotten, the oldest first, beyond a thousand', async () => {
    const states = new TurnStates(createRuntime());
    for (let turn = 0; turn <= 1_000; turn++) await states.remember('a', [user(`${turn}`)], `T${turn}`);
    expect(await states.find('a', [user('0'), call, output])).toBeUndefined();
    expect(await states.find('a', [user('1'), call, output])).toBe('T1');
    expect(await states.find('a', [user('1000'), call, output])).toBe('T1000');
  });
});
