import { isKnownModel, modelInfo } from './known-models';
import { normalizeModelId } from './normalize-model-id';

/**
 * - `working`: answered with ChatGPT sign-in according to recent public reports.
 * - `catalog`: known; whether an account has it depends on its plan.
 * - `retired`: reported refused for ChatGPT sign-in.
 * - `unsupported`: a model of another service or of the API alone.
 * - `unknown`: never heard of, which says nothing: such ids are sent as they are.
 */
export type CodexModelStatus = 'working' | 'catalog' | 'retired' | 'unsupported' | 'unknown';

/** `openai/gpt-4o`, `anthropic:claude-x`: a name of another provider before the id. (`gpt-5.4/medium` is none.) */
const FOREIGN_PREFIX = /^(?!gpt-)[\w.-]+[/:]/i;

/** Families that the API or other services have and the Codex backend never had. */
const FOREIGN_FAMILY = new RegExp(
  [
    '^gpt-(?:2|3|3\\.5|4|4\\.\\d+|4o)(?:-|$)',
    '^o[134](?:-|$)',
    '^chatgpt-',
    '^(?:text-|dall-e|whisper|tts-|sora|gpt-image|gpt-audio|gpt-realtime|omni-moderation|computer-use)',
    '^codex-mini-latest$', // refused to ChatGPT sign-in although it has the name
    '^(?:davinci|babbage|curie|ada|gpt-oss)(?:-|$)',
    '^(?:claude|gemini|gemma|llama|mistral|mixtral|codestral|grok|deepseek|qwen|kimi|command-r|phi-)',
  ].join('|'),
  'i',
);

/**
 * What this version of the package knows about an id, however it is written (`openai-codex/` before it, an effort behind
 * it): public reports, not what your account has, which `codex.models()` tells. Pure; asks nobody.
 */
export function getModelStatus(id: string): CodexModelStatus {
  const { modelId } = normalizeModelId(id);
  if (isKnownModel(modelId)) {
    const { retiredSince, lastSeenWorking } = modelInfo(modelId);
    if (retiredSince !== undefined) return 'retired';
    return lastSeenWorking === undefined ? 'catalog' : 'working';
  }
  return FOREIGN_PREFIX.test(modelId) || FOREIGN_FAMILY.test(modelId) ? 'unsupported' : 'unknown';
}
