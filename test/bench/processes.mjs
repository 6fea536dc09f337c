import { fork } from 'node:child_process';
import { once } from 'node:events';

const here = (file) => new URL(file, import.meta.url);

/** A child that answers one message with one message. */
export async function startChild(file, execArgv = []) {
  const child = fork(here(file), { execArgv });
  const [hello] = await once(child, 'message');
  return {
    hello,
    async ask(message) {
      child.send(message);
      const [answer] = await once(child, 'message');
      if (answer.error) throw new Error(answer.error);
      return answer;
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
