import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { onAbort } from '../shared/abort';

/** What is pasted comes at once, what is typed does not. */
const TOGETHER_MS = 50;

export interface LineSource {
  /** The lines that came together; undefined when there are none any more, or `signal` aborted. */
  next(signal: AbortSignal): Promise<string[] | undefined>;
  /** These come first, at the next question. */
  putBack(lines: string[]): void;
  close(): void;
}

/** The lines of a pipe, none of which is lost between two questions. */
export function readLines(input: Readable): LineSource {
  const waiting: string[] = [];
  let isOver = input.readableEnded || input.destroyed;
  let wake = () => {};
  const lines = isOver ? undefined : createInterface({ input, terminal: false });
  lines?.on('line', (line) => {
    waiting.push(line);
    wake();
  });
  lines?.once('close', () => {
    isOver = true;
    wake();
  });
  return {
    async next(signal) {
      while (waiting.length === 0 && !isOver && !signal.aborted) {
        const stop = { now: () => {} };
        await new Promise<void>((resolve) => {
          wake = resolve;
          stop.now = onAbort(signal, resolve);
        });
        stop.now();
      }
      if (signal.aborted || waiting.length === 0) return undefined;
      await pause(TOGETHER_MS);
      return waiting.splice(0);
    },
    putBack: (early) => void waiting.unshift(...early),
    close: () => lines?.close(),
  };
}
