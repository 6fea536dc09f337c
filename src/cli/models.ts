import { getModelStatus } from '../catalog/model-status';
import { VERSION } from '../shared/version';
import type { Context } from './context';
import { type CodexModel, openProvider } from './services';
import { styleOf, widthOf } from './terminal';
import { plain, plainName, toJson, wrap } from './text';

export type ModelsArguments = { profile: string; refresh: boolean; json: boolean };

/**
 * `models`: what the account can be asked for. When the backend does not tell, what it told before, or what this version
 * knows; that is said.
 */
export async function runModels({ profile, refresh, json }: ModelsArguments, context: Context): Promise<number> {
  const { terminal, screen } = context;
  const codex = await openProvider(context, profile);
  const stopWaiting = screen.wait('Asking which models this account has');
  const models = await codex.models({ refresh, signal: terminal.interrupted }).finally(stopWaiting);
  const text = json
    ? toJson(models.map((model) => ({ ...model, status: getModelStatus(model.id) })))
    : formatModels(models, context);
  terminal.stdout.write(`${text}\n`);
  return 0;
}

/** For people: a table, or one model below the other where there is no room for one. */
function formatModels(models: readonly CodexModel[], { terminal }: Context): string {
  const { stdout, env } = terminal;
  const { bold, dim, yellow } = styleOf(stdout, env);
  const isBundle = models.length > 0 && models.every(({ source }) => source === 'bundled');
  const shown = models.filter(({ isListed }) => isListed !== false);
  const lines: string[] = [];
  if (shown.length === 0) lines.push('The backend lists no model for this account.');
  else {
    const rows = shown.map((model) => ({ cells: cellsOf(model), notes: notesOf(model, isBundle) }));
    lines.push(...layOut(rows, widthOf(stdout), { head: bold, note: dim }));
  }
  const didNotTell = 'The backend did not tell which models this account has; these are';
  const doubt = isBundle
    ? `${didNotTell} known to version ${VERSION}.`
    : models.some(({ source }) => source === 'cached') && `${didNotTell} from an earlier answer.`;
  if (doubt) lines.push('', yellow(wrap(doubt, widthOf(stdout))));
  return lines.join('\n');
}

const HEADINGS = ['model', 'context', 'efforts', 'input'] as const;

interface Row {
  cells: readonly string[];
  notes: readonly string[];
}

function layOut(
  rows: readonly Row[],
  width: number | undefined,
  style: Record<'head' | 'note', (text: string) => string>,
): string[] {
  const widths = HEADINGS.map((heading, at) =>
    Math.max(...[heading, ...rows.map(({ cells }) => cells[at] ?? '')].map((cell) => cell.length)),
  );
  const toLine = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  const isNarrow = width !== undefined && widths.reduce((sum, one) => sum + one + 2, 0) > width;
  const notes = (row: Row) => row.notes.map((note) => style.note(wrap(note, width, '    ')));
  if (!isNarrow) return [style.head(toLine(HEADINGS)), ...rows.flatMap((row) => [toLine(row.cells), ...notes(row)])];
  return rows.flatMap((row) => {
    const [id = '', ...facts] = row.cells;
    const known = facts.filter((fact) => fact !== '-').join('; ');
    return [style.head(id), ...(known ? [wrap(known, width, '    ')] : []), ...notes(row)];
  });
}

function cellsOf({ id, contextWindow, reasoningEfforts = [], inputModalities = [] }: CodexModel): string[] {
  const context = contextWindow === undefined ? '' : formatTokens(contextWindow);
  const cells = [plainName(id), context, reasoningEfforts.map(plainName).join(' '), inputModalities.join(', ')];
  return cells.map((cell) => cell || '-');
}

/** `272000` as `272k`, `1050000` as `1.05M`. */
function formatTokens(count: number): string {
  return count < 1_000_000 ? `${Math.round(count / 1_000)}k` : `${Math.round(count / 10_000) / 100}M`;
}

function notesOf(model: CodexModel, isBundle: boolean): string[] {
  const { source, retiredSince, successors = [], planNote } = model;
  const notes: string[] = [];
  if (!isBundle && source === 'bundled') notes.push('Not in the list of the backend, which may serve it all the same.');
  if (retiredSince !== undefined) {
    const instead = successors.length > 0 ? `; use ${successors.join(', ')}` : '';
    notes.push(`Reported as refused for ChatGPT sign-in since ${retiredSince}${instead}.`);
  }
  if (planNote !== undefined) notes.push(planNote);
  return notes.map(plain);
}
