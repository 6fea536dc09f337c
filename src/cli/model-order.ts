import { DEFAULT_MODEL_ORDER } from '../catalog/model-order';
import type { Context } from './context';
import { type CodexModel, modelsOf, type OAuthCredentials } from './services';
import { widthOf } from './terminal';
import { plainMessage, plainName, wrap } from './text';

/** The models of a common setup, the first choice first. */
const MODEL_ORDER = [DEFAULT_MODEL_ORDER.primary, ...DEFAULT_MODEL_ORDER.fallbacks] as const;
const PREFIX = 'openai-codex/';
const MAX_LISTED = 20;

export interface OrderedModel {
  id: string;
  /** Null when nobody could be asked. */
  available: boolean | null;
  note: string;
}

/** What of the order this account has: one request, whose failure is a note and no more. */
export async function modelOrder(context: Context, login: OAuthCredentials, profile: string): Promise<OrderedModel[]> {
  const models = await modelsOf(context, login, profile).catch((error: unknown) =>
    plainMessage(error instanceof Error ? error.message : 'unknown'),
  );
  return MODEL_ORDER.map((id) => ({ id, ...judge(id, models) }));
}

function judge(id: string, models: CodexModel[] | string): Omit<OrderedModel, 'id'> {
  if (!id.startsWith(PREFIX)) {
    const note = 'needs an OpenAI API key and @ai-sdk/openai; not part of the ChatGPT plan';
    return { available: false, note };
  }
  if (typeof models === 'string') return { available: null, note: `could not be asked: ${models}` };
  const live = models.filter(({ source }) => source === 'live');
  if (live.some((model) => model.id === id.slice(PREFIX.length))) return { available: true, note: 'available' };
  if (live.length === 0 && models.length > 0) {
    return { available: null, note: 'could not be asked: the backend did not tell which models this account has' };
  }
  const listed = live.filter((model) => model.isListed !== false).map((model) => plainName(model.id));
  const more = listed.length > MAX_LISTED ? ` and ${listed.length - MAX_LISTED} more` : '';
  const others = listed.length > 0 ? `, which has ${listed.slice(0, MAX_LISTED).join(', ')}${more}` : '';
  return { available: false, note: `not served to this account${others}` };
}

/** For people: each model, and below it what is true of it. */
export function formatModelOrder(order: readonly OrderedModel[], { terminal }: Context): string {
  const width = widthOf(terminal.stdout);
  return order.map(({ id, note }, at) => `  ${at + 1}. ${id}\n${wrap(note, width, '     ')}`).join('\n');
}
