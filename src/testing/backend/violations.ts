/** Something that went wrong and that nobody was refused for: most of all what a client did that costs its user. */
export interface Violation {
  /** A word to switch on, such as `turn_state_missing`; `script_error` when a scripted reply threw. */
  code: string;
  message: string;
  /** Path of the request. */
  path: string;
}
