import type { Terminal } from './terminal';

export interface Bar {
  /** 0 to 100; more is drawn as 100. */
  percent: number;
  /** Columns in all. */
  width: number;
  isAscii: boolean;
}

/** A bar that is empty for nothing alone, and full for everything alone. */
export function drawBar({ percent, width, isAscii }: Bar): string {
  const cells = isAscii ? width - 2 : width;
  const [full, empty] = isAscii ? ['#', '-'] : ['█', '░'];
  const count = Math.min(Math.max(Math.round((percent / 100) * cells), percent > 0 ? 1 : 0), cells);
  const drawn = percent < 100 ? Math.min(count, cells - 1) : count;
  const bar = full.repeat(drawn) + empty.repeat(cells - drawn);
  return isAscii ? `[${bar}]` : bar;
}

/** Whether more than ASCII may have no form there: in files, on the Linux console. */
export function isAsciiOnly({ stdout, env }: Pick<Terminal, 'stdout' | 'env'>): boolean {
  return stdout.isTTY !== true || env.TERM === 'linux' || env.TERM === 'dumb';
}
