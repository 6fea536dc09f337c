import type { Readable, Writable } from 'node:stream';
import { styleText } from 'node:util';
import type { Runtime } from '../shared/runtime';

type MaybeTty = { isTTY?: boolean };

/** Everything that the commands may know and touch of the world around them. */
export interface Terminal {
  stdin: Readable & MaybeTty;
  /** Answers. */
  stdout: Writable & MaybeTty & { columns?: number };
  /** Everything else: what is going on, questions, errors. */
  stderr: Writable & MaybeTty & { columns?: number };
  env: Record<string, string | undefined>;
  platform: NodeJS.Platform;
  isContainer(): boolean;
  runtime: Runtime;
  /** Aborts with an {@link Interrupted} on Ctrl-C. */
  interrupted: AbortSignal;
  /** For a prompt that takes Ctrl-C as a key. */
  interrupt(): void;
  /** Default: the system browser. */
  openBrowser?: (url: string) => void | Promise<void>;
  /** Where a browser login waits. Default: the ports that the issuer knows. */
  callbackPorts?: number[];
}

/** The person, or the system, ended the program. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  constructor(
    readonly exitCode: number,
    /** It did not end in time, and may have done what it was about to. */
    readonly isUnfinished = false,
  ) {
    super(
      isUnfinished
        ? 'Cancelled, but what was under way may have been done; `ai-sdk-codex status` shows how things stand.'
        : 'Cancelled. No login was changed.',
    );
  }
}

/** Wrong arguments or settings; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type Style = Record<'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan', (text: string) => string>;

/** Colours, where the stream shows them. `NO_COLOR` has the last word, `FORCE_COLOR` the one before. */
export function styleOf(stream: MaybeTty, { NO_COLOR, FORCE_COLOR, TERM }: Terminal['env']): Style {
  const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  const isShown = !NO_COLOR && (isForced || (stream.isTTY === true && TERM !== 'dumb' && FORCE_COLOR === undefined));
  const style = (name: keyof Style) => (text: string) =>
    isShown ? styleText(name, text, { validateStream: false }) : text;
  return {
    bold: style('bold'),
    dim: style('dim'),
    green: style('green'),
    red: style('red'),
    yellow: style('yellow'),
    cyan: style('cyan'),
  };
}

/** Whether lines on `stderr` can be drawn anew: spinners and prompts. */
export function isInteractive({ stderr, env }: Pick<Terminal, 'stderr' | 'env'>): boolean {
  return stderr.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** Columns of a terminal; undefined where nobody looks at a line's length. */
export function widthOf(stream: Terminal['stderr']): number | undefined {
  return stream.isTTY ? Math.max(stream.columns ?? 80, 20) : undefined;
}
