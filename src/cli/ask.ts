import { getModelStatus } from '../catalog/model-status';
import { type Answer, readAnswer } from './answer';
import { AnswerWriter } from './answer-writer';
import type { Context } from './context';
import { describeFullLimits } from './full-limits';
import { readQuestion } from './read-question';
import { openProvider } from './services';
import { plain, plainName, toJson } from './text';

export type AskArguments = {
  profile: string;
  question: string | undefined;
  model: string | undefined;
  effort: string | undefined;
  json: boolean;
};

type Provider = Awaited<ReturnType<typeof openProvider>>;

/** `ask`: one question, whose answer is printed as it comes. 0: it is complete; 1: it is not, or empty. */
export async function runAsk(args: AskArguments, context: Context): Promise<number> {
  const { terminal, screen } = context;
  const question = await readQuestion(args.question, terminal);
  const provider = await openProvider(context, args.profile);
  const gone = new AbortController();
  const leave = () => gone.abort();
  terminal.stdout.once('error', leave);
  const signal = AbortSignal.any([terminal.interrupted, gone.signal]);
  try {
    const model = args.model ?? (await chooseModel(provider, signal));
    const answer = await ask(provider, { ...args, question, model, signal }, context);
    if (args.json) terminal.stdout.write(`${toJson(answer)}\n`);
    tell(answer, context);
    return answer.finishReason === 'stop' && answer.text.trim() !== '' ? 0 : 1;
  } catch (error) {
    // Whoever read the answer has had enough of it; that is no failure, and nobody is left to be told.
    if (gone.signal.aborted && !terminal.interrupted.aborted) return 0;
    throw error;
  } finally {
    terminal.stdout.off('error', leave);
    screen.stop();
  }
}

/** The first model that the account has; without its list, the first that was seen to work. */
async function chooseModel(provider: Provider, signal: AbortSignal): Promise<string> {
  const models = await provider.models({ signal });
  const live = models.filter(({ source }) => source === 'live');
  const model =
    live.find(({ isListed, retiredSince }) => isListed !== false && retiredSince === undefined) ??
    live[0] ??
    models.find(({ id }) => getModelStatus(id) === 'working');
  if (!model) throw new Error('No model is known to work. Name one with --model.');
  return model.id;
}

interface Question {
  question: string;
  model: string;
  effort: string | undefined;
  json: boolean;
  signal: AbortSignal;
}

async function ask(
  provider: Provider,
  { question, model, effort, json, signal }: Question,
  { terminal, screen }: Context,
): Promise<Answer> {
  const stopWaiting = screen.wait(`Asking ${plainName(model)}`);
  const writer = new AnswerWriter(terminal.stdout);
  try {
    const { stream } = await provider(model).doStream({
      prompt: [{ role: 'user', content: [{ type: 'text', text: question }] }],
      abortSignal: signal,
      ...(effort !== undefined && { providerOptions: { codex: { reasoningEffort: effort } } }),
    });
    return await readAnswer(stream, model, (delta) => {
      if (json) return;
      stopWaiting();
      writer.write(delta);
    });
  } finally {
    stopWaiting();
    // What follows on the other stream must not stand behind the answer.
    writer.end();
  }
}

/** What a person should know beside the answer. */
function tell({ text, model, warnings, finishReason, rateLimits }: Answer, { terminal, screen }: Context): void {
  const { yellow, dim } = screen.style;
  const notes = [...warnings, ...describeFullLimits(rateLimits, terminal.runtime.now())];
  if (finishReason !== 'stop') notes.push(`The answer is not complete (${finishReason}).`);
  else if (text.trim() === '') notes.push('The answer has no text.');
  for (const note of notes) screen.paragraph(`warning: ${plain(note)}`, yellow);
  screen.line(dim(`Answered by ${plainName(model)}.`));
}
