import type { Terminal } from './terminal';
import { plainText } from './text';

const HALF = /[\ud800-\udbff]$/;

/** Prints an answer as it comes. A terminal gets plain text alone, everything else what the model wrote. */
export class AnswerWriter {
  readonly #stdout: Terminal['stdout'];
  /** The first half of a character whose second half has not come. */
  #half = '';
  #isLineOpen = false;

  constructor(stdout: Terminal['stdout']) {
    this.#stdout = stdout;
  }

  write(delta: string): void {
    const text = this.#half + delta;
    this.#half = HALF.exec(text)?.[0] ?? '';
    const whole = text.slice(0, text.length - this.#half.length);
    const shown = this.#stdout.isTTY ? plainText(whole) : whole;
    if (shown === '') return;
    this.#stdout.write(shown);
    this.#isLineOpen = !shown.endsWith('\n');
  }

  /** Ends the last line. */
  end(): void {
    if (this.#isLineOpen) this.#stdout.write('\n');
    this.#isLineOpen = false;
  }
}
