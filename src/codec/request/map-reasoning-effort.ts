import type { ModelInfo } from '../../catalog/model-info';
import type { CallWarning } from '../call';

/** The words of the wire, weakest first. */
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/**
 * The effort to send. With `clamp`, one that the model is known not to take becomes the nearest that is not weaker, else
 * the strongest that it takes, with a warning; none is sent to a model that takes none. A word or a model that nobody knows
 * is left to the backend.
 */
export function mapReasoningEffort(
  effort: string | undefined,
  model: ModelInfo,
  { clamp }: { clamp: boolean },
): { value?: string; warnings: CallWarning[] } {
  if (effort === undefined) return { warnings: [] };
  const wanted = toWire(effort);
  const taken = model.reasoningEfforts?.map(toWire);
  if (clamp && taken?.length === 0) {
    return { warnings: [warning(`${model.id} takes no effort; ${effort} was left out.`)] };
  }
  if (!clamp || !taken || taken.includes(wanted) || !EFFORTS.includes(wanted)) return { value: wanted, warnings: [] };
  const value = nearest(wanted, taken);
  if (value === undefined) return { value: wanted, warnings: [] };
  return { value, warnings: [warning(`${model.id} does not take ${effort}; ${value} was sent.`)] };
}

/** Catalogues list `ultra`, too, which is a mode of the Codex CLI: it sends `max` for it. */
function toWire(effort: string): string {
  return effort === 'ultra' ? 'max' : effort;
}

/** Of efforts that are listed in any order, and with words that have no rank. */
function nearest(wanted: string, taken: readonly string[]): string | undefined {
  const ranked = EFFORTS.filter((effort) => taken.includes(effort));
  return ranked.find((effort) => EFFORTS.indexOf(effort) > EFFORTS.indexOf(wanted)) ?? ranked.at(-1);
}

function warning(details: string): CallWarning {
  return { type: 'unsupported-setting', setting: 'reasoningEffort', details };
}
