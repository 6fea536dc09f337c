import { describe, expect, it } from 'vitest';
import { Concealed } from '../../src/shared/concealed';
import { createLineLogger } from '../../src/shared/line-logger';
import { inLayer } from '../../src/shared/logger';

const AT = Date.UTC(2026, 5, 1, 17, 3, 44, 120);

function setUp(isVerbose = true) {
  const lines: string[] = [];
  const state = { isVerbose };
  const options = { isVerbose: () => state.isVerbose, now: () => AT };
  const logger = createLineLogger((line) => void lines.push(line), options);
  return { logger, lines, state };
}

describe('a verbose logger', () => {
  it('gives each record as one line with its time, layer and details', () => {
    const { logger, lines } = setUp();
    inLayer('HTTP', logger).debug('answer', { status: 200, requestId: 'req_1', ms: 12.5 });
    logger.warn('The login could not be renewed.', { profile: 'default' });
    logger.debug('Nothing else.');
    expect(lines).toEqual([
      '17:03:44.120Z debug: [HTTP] answer status=200 requestId=req_1 ms=12.5',
      '17:03:44.120Z warning: The login could not be renewed. profile=default',
      '17:03:44.120Z debug: Nothing else.',
    ]);
  });

  it.each<[string, unknown, string]>([
    ['text of one word', 'word', 'word'],
    ['text with spaces', 'two words', '"two words"'],
    ['text that looks like a pair', 'a=b', '"a=b"'],
    ['text with quotation marks', 'say "hi"', '"say \\"hi\\""'],
    ['no text', '', '""'],
    ['an address', 'https://example.com/models', 'https://example.com/models'],
    ['a number', 0, '0'],
    ['a flag', false, 'false'],
    ['nothing', null, 'null'],
    ['a list', ['a', 1], '["a",1]'],
    ['an object', { events: { 'response.created': 1 } }, '{"events":{"response.created":1}}'],
    ['a secret', new Concealed('CANARY'), '[redacted]'],
    ['an empty secret', new Concealed(''), '"[empty]"'],
    ['a secret within', { authorization: new Concealed('CANARY') }, '{"authorization":"[redacted]"}'],
    ['an error', new TypeError('no way'), '"TypeError: no way"'],
    ['a number without a form', { big: 1n }, '"[not shown]"'],
    ['a big number', 12n, '12'],
  ])('shows %s', (_name, value, shown) => {
    const { logger, lines } = setUp();
    logger.debug('A record.', { value });
    expect(lines).toEqual([`17:03:44.120Z debug: A record. value=${shown}`]);
  });

  it('leaves out what is undefined', () => {
    const { logger, lines } = setUp();
    logger.debug('A record.', { code: undefined, ms: 1 });
    expect(lines).toEqual(['17:03:44.120Z debug: A record. ms=1']);
  });

  it('survives a circle', () => {
    const { logger, lines } = setUp();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    logger.debug('A record.', { circle });
    expect(lines[0]).toContain('circle="[not shown]"');
  });

  it('redacts texts of servers, and values of secret names', () => {
    const { logger, lines } = setUp();
    logger.warn('Sent Bearer CANARY-1', {
      reason: 'token rt_CANARY_123456789',
      refresh_token: 'CANARY',
      list: [{ accessToken: 'CANARY' }],
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('CANARY');
  });

  it('keeps a record in one line that steers no terminal', () => {
    const { logger, lines } = setUp();
    logger.debug('One\r\ntwo\u001b[2J', { reason: 'three\u2028four\u009b', code: 'a\u202eb' });
    expect(lines[0]).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
  });

  it('cuts a value that would hide the rest', () => {
    const { logger, lines } = setUp();
    logger.debug('A record.', { body: 'x'.repeat(100_000), ms: 1 });
    expect(lines[0]?.length).toBeLessThan(2_200);
    expect(lines[0]).toMatch(/x\.\.\."? ms=1$/);
  });
});

describe('a logger that is not verbose', () => {
  it('gives warnings alone, without layer, time and details', () => {
    const { logger, lines } = setUp(false);
    logger.debug('Not this.', { ms: 1 });
    logger.warn('This.', { ms: 1 });
    inLayer('TOKEN', logger).warn('And this.');
    expect(lines).toEqual(['warning: This.', 'warning: And this.']);
  });

  it('can become verbose at any time', () => {
    const { logger, lines, state } = setUp(false);
    logger.debug('Not this.');
    state.isVerbose = true;
    logger.debug('This.');
    state.isVerbose = false;
    logger.debug('Nor this.');
    expect(lines).toEqual(['17:03:44.120Z debug: This.']);
  });
});

it('tells of which level a line is', () => {
  const levels: string[] = [];
  const logger = createLineLogger((_line, level) => void levels.push(level), { isVerbose: () => true, now: () => AT });
  logger.debug('One.');
  logger.warn('Two.');
  expect(levels).toEqual(['debug', 'warn']);
});

it('has a line for a clock that tells nothing', () => {
  const lines: string[] = [];
  const options = { isVerbose: () => true, now: () => Number.NaN };
  createLineLogger((line) => void lines.push(line), options).debug('One.');
  expect(lines).toEqual(['no time debug: One.']);
});
