/** Something a client did that the backend lets pass, and that costs its user all the same. */
export interface Violation {
  /** A word to switch on, such as `turn_state_missing`. */
  code: string;
  message: string;
  /** Path of the request. */
  path: string;
}
