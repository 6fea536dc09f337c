// Types rather than interfaces: only those can stand where a JSON object is asked for.

/** One window of a limit, as the backend told it last. */
export type RateLimitWindow = {
  /** How much of it is used, in percent; the backend may say more than 100. */
  usedPercent: number;
  /** Length in minutes. Never assume one: `primary` was seen as 5 hours and as a week. Absent when it was not said. */
  windowMinutes?: number;
  /** Epoch milliseconds at which it starts afresh. Absent when it was not said. */
  resetsAt?: number;
};

/** One limit and its windows. */
export type RateLimit = {
  /** `codex`, or that of a limit of its own, such as one of a single model. */
  limitId: string;
  /** What people call it. */
  limitName?: string;
  primary?: RateLimitWindow;
  secondary?: RateLimitWindow;
};

/** Credits bought beside the plan. */
export type RateLimitCredits = {
  hasCredits: boolean;
  unlimited: boolean;
  /** As the backend writes it, such as `"12.50"`. */
  balance?: string;
};

/** The state of a plan's limits at one moment. Plain JSON without undefined values, so that it can stand in metadata. */
export type RateLimits = {
  /** Windows of the plan's own limit, `codex`. */
  primary?: RateLimitWindow;
  secondary?: RateLimitWindow;
  /** Limits beside it, of single models or features. */
  additional?: RateLimit[];
  credits?: RateLimitCredits;
  planType?: string;
  /** Which limit counted for this answer, such as `codex` or `premium`. */
  activeLimit?: string;
  /** Why the account is out of it, such as `workspace_member_credits_depleted`. */
  reachedType?: string;
  /** A sentence of the backend for the person. */
  promoMessage?: string;
  /** Epoch milliseconds at which this was received. */
  observedAt: number;
};
