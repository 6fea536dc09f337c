import type { JSONObject } from '../../shared/json';
import type { ServedModel } from './model-directory';

/**
 * A model's entry of `GET /models`. Every field is there: the Codex CLI discards the whole catalogue when it cannot read
 * one entry of it.
 */
export function catalogEntry(model: ServedModel): JSONObject {
  return { ...identity(model), ...prompts(), ...capabilities(model), ...limits(model), ...model.entry };
}

function identity(model: ServedModel): JSONObject {
  return {
    slug: model.id,
    display_name: model.displayName ?? model.id,
    description: `${model.id}, emulated.`,
    visibility: 'list',
    supported_in_api: true,
    priority: 1,
    minimal_client_version: model.minimalClientVersion ?? '0.0.0',
    available_in_plans: ['free', 'go', 'plus', 'pro', 'team', 'business', 'enterprise', 'edu'],
    availability_nux: null,
    upgrade: null,
    additional_speed_tiers: [],
    service_tiers: [{ id: 'priority', name: 'Fast', description: 'Answers sooner and uses more of the plan.' }],
    default_service_tier: null,
  };
}

function prompts(): JSONObject {
  return {
    base_instructions: 'You are a coding agent in a terminal.',
    model_messages: null,
    include_skills_usage_instructions: false,
    experimental_supported_tools: [],
    auto_review_model_override: null,
  };
}

function capabilities(model: ServedModel): JSONObject {
  const efforts = model.reasoningEfforts ?? ['low', 'medium', 'high'];
  return {
    default_reasoning_level: efforts.includes('medium') ? 'medium' : (efforts[0] ?? null),
    supported_reasoning_levels: efforts.map((effort) => ({ effort, description: `${effort} effort` })),
    supports_reasoning_summaries: true,
    default_reasoning_summary: 'auto',
    reasoning_summary_format: 'none',
    support_verbosity: true,
    default_verbosity: 'low',
    shell_type: 'shell_command',
    apply_patch_tool_type: 'freeform',
    web_search_tool_type: 'text',
    supports_parallel_tool_calls: model.supportsParallelToolCalls ?? true,
    supports_image_detail_original: false,
    supports_search_tool: false,
    prefer_websockets: false,
    use_responses_lite: model.lite,
    tool_mode: model.lite ? 'code_mode_only' : null,
    multi_agent_version: null,
    input_modalities: [...(model.inputModalities ?? ['text', 'image'])],
  };
}

function limits(model: ServedModel): JSONObject {
  const contextWindow = model.contextWindow ?? 272_000;
  return {
    truncation_policy: { mode: 'tokens', limit: 10_000 },
    context_window: contextWindow,
    max_context_window: contextWindow,
    auto_compact_token_limit: null,
    comp_hash: null,
  };
}
