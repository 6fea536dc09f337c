import { createLineLogger } from '../shared/line-logger';
import type { Logger } from '../shared/logger';
import type { CriticalWork } from './critical-work';
import { type Environment, readEnvironment } from './environment';
import { Screen } from './screen';
import type { Terminal } from './terminal';
import { plainMessage } from './text';

/** What every command works with. */
export interface Context extends Environment {
  terminal: Terminal;
  screen: Screen;
  logger: Logger;
  /** What must not be broken off. */
  critical: CriticalWork;
}

export function createContext(terminal: Terminal, critical: CriticalWork): Context {
  const environment = readEnvironment(terminal);
  const screen = new Screen(terminal);
  const { dim, yellow } = screen.style;
  const logger = createLineLogger(
    (line, level) => {
      // Records of a program are for its programmer, so they stay in one piece.
      if (level === 'warn') screen.paragraph(plainMessage(line), yellow);
      else screen.line(dim(plainMessage(line)));
    },
    { isVerbose: () => environment.isVerbose, now: terminal.runtime.now },
  );
  return { ...environment, terminal, screen, logger, critical };
}
