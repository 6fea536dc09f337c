/** Ids known when this version was published; any other string is taken as well. */
export type CodexModelId =
  | 'gpt-6-sol'
  | 'gpt-6-luna'
  | 'gpt-6-astra'
  | 'gpt-5.6-sol'
  | 'gpt-5.6-terra'
  | 'gpt-5.6-luna'
  | 'gpt-5.5'
  | 'gpt-5.4'
  | 'gpt-5.4-mini'
  | 'gpt-5.3-codex'
  | 'gpt-5.3-codex-spark'
  | (string & {});
