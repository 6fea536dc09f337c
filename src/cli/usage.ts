import type { Context } from './context';
import { formatUsage } from './describe-usage';
import { openProvider } from './services';
import { toJson } from './text';

export type UsageArguments = { profile: string; json: boolean };

/** `usage`: what is left of the plan, asked of the backend now. */
export async function runUsage({ profile, json }: UsageArguments, context: Context): Promise<number> {
  const { terminal, screen } = context;
  const codex = await openProvider(context, profile);
  const stopWaiting = screen.wait('Asking how much of the plan is used');
  const usage = await codex.usage({ signal: terminal.interrupted }).finally(stopWaiting);
  terminal.stdout.write(`${json ? toJson(usage) : formatUsage(usage, context)}\n`);
  return 0;
}
