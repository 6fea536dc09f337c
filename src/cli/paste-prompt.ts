import type { Key } from 'node:readline';
import { onAbort } from '../shared/abort';
import type { Context } from './context';
import { type LineSource, readLines } from './line-source';
import { isInteractive, type Terminal, widthOf } from './terminal';

/** There is nothing to paste: the input is at its end, or the question was taken back. */
export class NothingPasted extends Error {
  override readonly name = 'NothingPasted';
  constructor(readonly isInputClosed: boolean) {
    super('Nothing was pasted.');
  }
}

export interface PastePrompt {
  /** Asks for an address. Rejects with {@link NothingPasted}; `signal` takes the question back. */
  ask(message: string, signal: AbortSignal): Promise<string>;
  /** Lets go of the input. */
  close(): void;
}

/**
 * Asks for addresses as often as need be; what came too early is the next answer. What is typed into a terminal is not
 * shown: it holds a code, which would stay in the scrollback.
 *
 * @param isWhole Whether a text is surely the address that is asked for.
 */
export function createPastePrompt({ terminal, screen }: Context, isWhole: (text: string) => boolean): PastePrompt {
  let source: LineSource | undefined;
  return {
    async ask(message, signal) {
      if (terminal.stdin.isTTY && isInteractive(terminal))
        return pick(await prompt(message, terminal, signal), isWhole)[0];
      screen.paragraph(`${message}, then Enter:`);
      source ??= readLines(terminal.stdin);
      const lines = await source.next(signal);
      if (!lines) throw new NothingPasted(!signal.aborted);
      const [answer, early] = pick(lines, isWhole);
      source.putBack(early);
      return answer;
    },
    close: () => source?.close(),
  };
}

/** Of lines that came together, the one that is the address; all of them, when it was wrapped; else the first. */
function pick(lines: string[], isWhole: (text: string) => boolean): [answer: string, rest: string[]] {
  const whole = [...lines, lines.join('\n')].find(isWhole);
  if (whole !== undefined) return [whole, []];
  const [first = '', ...rest] = lines;
  return [first, rest];
}

async function prompt(message: string, terminal: Terminal, signal: AbortSignal): Promise<string[]> {
  const { isCancel, password } = await import('@clack/prompts');
  // A question that was never drawn must not be wiped away.
  if (signal.aborted) throw new NothingPasted(false);
  const { stdin, stderr } = terminal;
  const question = `${message} (it is not shown):`;
  // Its own signal: clack goes on listening after an answer, and would end the prompt a second time.
  const takenBack = new AbortController();
  const stop = onAbort(signal, () => takenBack.abort());
  let isEnded = false;
  let isAnswered = false;
  let rest = '';
  const onKey = (text: string | undefined, key: Key) => {
    if (key.ctrl && key.name === 'd') {
      isEnded = true;
      takenBack.abort();
    } else if (isAnswered) rest += text ?? '';
    else isAnswered = key.name === 'return';
  };
  stdin.on('keypress', onKey);
  const streams = { input: stdin, output: stderr };
  const answer = await password({
    message: question,
    mask: '',
    ...streams,
    signal: takenBack.signal,
    withGuide: false,
  });
  stdin.off('keypress', onKey);
  stop();
  // What was taken back stands there with its cursor and an empty line.
  const rows = Math.max(1, Math.ceil((question.length + 3) / (widthOf(stderr) ?? 80))) + 1;
  stderr.write(`\u001b[${takenBack.signal.aborted ? rows + 2 : rows}A\r\u001b[J`);
  if (!isCancel(answer)) return [answer, ...rest.split(/[\r\n]+/)].filter((line, at) => at === 0 || line !== '');
  if (!signal.aborted && !isEnded) terminal.interrupt();
  throw new NothingPasted(isEnded);
}
