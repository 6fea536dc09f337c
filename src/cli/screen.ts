import { isInteractive, type Style, styleOf, type Terminal, widthOf } from './terminal';
import { wrap } from './text';

const FRAME_MS = 100;
const CLEAR_LINE = '\r\u001b[K';

/**
 * What goes to stderr: lines, and one last line that moves while something is waited for. The spinner is our own because
 * a program that waits must hear Ctrl-C as a signal, not as a key.
 */
export class Screen {
  readonly style: Style;
  readonly #terminal: Terminal;
  #redraw: (() => void) | undefined;
  #stopWaiting = () => {};

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.style = styleOf(terminal.stderr, terminal.env);
  }

  /** One line, unbroken. */
  line(text = ''): void {
    const { stderr } = this.#terminal;
    if (this.#redraw) stderr.write(CLEAR_LINE);
    stderr.write(`${text}\n`);
    this.#redraw?.();
  }

  /** A paragraph, broken between words to fit. */
  paragraph(text: string, style: (line: string) => string = (line) => line): void {
    for (const line of wrap(text, widthOf(this.#terminal.stderr)).split('\n')) this.line(style(line));
  }

  /** Shows that something is waited for until the function returned is called. */
  wait(text: string): () => void {
    if (!isInteractive(this.#terminal)) {
      this.line(`${text} ...`);
      return () => {};
    }
    const { stderr, env } = this.#terminal;
    const frames = env.TERM === 'linux' ? ['|', '/', '-', '\\'] : [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'];
    let count = 0;
    const draw = () => {
      const room = (widthOf(stderr) ?? 80) - 3;
      stderr.write(`${CLEAR_LINE}${this.style.cyan(frames[count % frames.length] ?? '')} ${text.slice(0, room)}`);
    };
    const timer = setInterval(() => {
      count++;
      draw();
    }, FRAME_MS);
    this.#redraw = draw;
    draw();
    const stop = () => {
      clearInterval(timer);
      if (this.#redraw === draw) {
        this.#redraw = undefined;
        stderr.write(CLEAR_LINE);
      }
    };
    this.#stopWaiting = stop;
    return stop;
  }

  /** For the end of a command that did not end by itself. */
  stop(): void {
    this.#stopWaiting();
  }
}
