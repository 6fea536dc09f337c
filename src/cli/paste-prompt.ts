import { createInterface } from 'node:readline';
import { onAbort } from '../shared/abort';
import type { Context } from './context';
import { isInteractive, type Terminal, widthOf } from './terminal';

/** The person left the prompt, or the input is at its end. */
class NothingPasted extends Error {
  override readonly name = 'NothingPasted';
}

/**
 * Asks for one line. Rejects when there will be none; `signal` takes the question back. In a terminal what was typed is
 * wiped away afterwards: it holds a code.
 */
export function askForAddress(message: string, { terminal, screen }: Context, signal: AbortSignal): Promise<string> {
  if (terminal.stdin.isTTY && isInteractive(terminal)) return prompt(message, terminal, signal);
  screen.paragraph(`${message}, then Enter:`);
  return readLine(terminal, signal);
}

async function prompt(message: string, terminal: Terminal, signal: AbortSignal): Promise<string> {
  const { isCancel, text } = await import('@clack/prompts');
  const { stdin, stderr } = terminal;
  // Its own signal: clack goes on listening after an answer, and would end the prompt a second time.
  const takenBack = new AbortController();
  const stop = onAbort(signal, () => takenBack.abort());
  const streams = { input: stdin, output: stderr };
  const answer = await text({ message, ...streams, signal: takenBack.signal, withGuide: false });
  stop();
  const rows = frameRows(message, isCancel(answer) ? '' : answer, widthOf(stderr) ?? 80);
  // What was taken back stands there with its cursor and an empty line.
  stderr.write(`\u001b[${takenBack.signal.aborted ? rows + 2 : rows}A\r\u001b[J`);
  if (!isCancel(answer)) return answer;
  if (!signal.aborted) terminal.interrupt();
  throw new NothingPasted('Nothing was pasted.');
}

/** How far below its first line the cursor stands after the prompt: question, answer, and the line it ends with. */
function frameRows(message: string, typed: string, width: number): number {
  const rows = (length: number) => Math.max(1, Math.ceil(length / width));
  return rows(message.length + 3) + rows(typed.length);
}

function readLine({ stdin }: Terminal, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const nothing = new NothingPasted('Nothing was pasted.');
    if (signal.aborted || stdin.readableEnded || stdin.destroyed) return reject(nothing);
    const lines = createInterface({ input: stdin, terminal: false });
    const end = () => lines.close();
    signal.addEventListener('abort', end, { once: true });
    lines.once('line', (line) => {
      resolve(line);
      lines.close();
    });
    lines.once('close', () => {
      signal.removeEventListener('abort', end);
      reject(nothing);
    });
  });
}
