/** Where our models tell whose they are, to every copy of this package. */
export const ACCOUNT = Symbol.for('ai-sdk-codex.account');

/** What models of ours share with each other. */
export interface Account {
  /** The same object for all models of one provider, thus of one login. */
  login: object;
  /** The id on the wire: limits are those of the model, however much effort it is asked for. */
  modelId: string;
}

/** Undefined for models of others, and for ours where something is wrapped around them. */
export function accountOf(model: object): Account | undefined {
  return (model as { [ACCOUNT]?: Account })[ACCOUNT];
}
