import { orAbort } from '../shared/abort';
import { type Terminal, UsageError } from './terminal';

/**
 * The question that was given, or, for `-` and for none, the whole input. Its last line break belongs to the pipe.
 *
 * @throws UsageError when there is no question; the reason of an interruption.
 */
export async function readQuestion(given: string | undefined, terminal: Terminal): Promise<string> {
  const { stdin, interrupted } = terminal;
  if (given === undefined && stdin.isTTY) throw new UsageError('There is no question; put it in quotes.');
  const isPiped = given === undefined || given === '-';
  const question = isPiped ? (await orAbort(readAll(stdin), interrupted)).replace(/\r?\n$/, '') : given;
  if (question.trim() === '') throw new UsageError('The question is empty.');
  return question;
}

async function readAll(stdin: Terminal['stdin']): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
