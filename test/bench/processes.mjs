import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A child that answers one message with one message. */
export async function startChild(file, execArgv = []) {
  const child = fork(new URL(file, import.meta.url), { execArgv });
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ended with ${code}`);
  });
  // After stop() nobody asks any more.
  died.catch(() => {});
  const answer = async () => {
    const [message] = await Promise.race([once(child, 'message'), died]);
    if (message.error) throw new Error(message.error);
    return message;
  };
  return {
    hello: await answer(),
    ask(message) {
      child.send(message);
      return answer();
    },
    stop: () => child.disconnect(),
  };
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** One line for a goal, in the words of a person. */
export function verdict(name, value, limit, unit = '') {
  const met = value <= limit ? 'met' : 'MISSED';
  return `${met}: ${name}: ${value.toFixed(2)}${unit} (goal: at most ${limit}${unit})`;
}
