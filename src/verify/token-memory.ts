import type { Accepted } from "../resource-server/token-verifier.js";

/** How many verified tokens are remembered, and for how long. */
export interface CacheOptions {
  /** The most tokens that are remembered at a time, 10,000 by default: some 2 KB each. */
  readonly entries?: number;
  /** After how many seconds a token is verified anew, whatever its `exp`: a removed key or a revocation goes unnoticed for no longer. */
  readonly seconds?: number;
}

/** Verified tokens by their exact text. Refusals are not kept. */
export interface TokenMemory {
  get(rawToken: string, now: number): Accepted | undefined;
  /** @param end - when the token ends, in milliseconds since 1970 */
  set(rawToken: string, verdict: Accepted, now: number, end: number): void;
}

interface Entry {
  readonly rawToken: string;
  readonly verdict: Accepted;
  readonly from: number;
  readonly until: number;
}

/** A token ends in what nobody but its issuer can choose; hashing the whole text would cost ten times as much. */
const TAIL = -32;

const NO_MEMORY: TokenMemory = { get: () => undefined, set: () => undefined };

/**
 * Two generations: what is asked for again moves into the young one; when that is full, the old one is forgotten whole. A
 * hit costs one look and no bookkeeping. Two texts with one tail take each other's place.
 */
export function newTokenMemory(options: Required<CacheOptions> | false): TokenMemory {
  if (options === false) return NO_MEMORY;
  const most = Math.floor(options.entries / 2);
  let young = new Map<string, Entry>();
  let old = new Map<string, Entry>();
  const put = (tail: string, entry: Entry): void => {
    if (young.size >= most) {
      old = young;
      young = new Map();
    }
    young.set(tail, entry);
  };
  return {
    get(rawToken, now) {
      const tail = rawToken.slice(TAIL);
      const recent = young.get(tail);
      const entry = recent ?? old.get(tail);
      if (entry?.rawToken !== rawToken) return undefined;
      // before `from` the clock has been set back: nothing is known of that time
      if (now < entry.from || now >= entry.until) return undefined;
      if (recent === undefined) put(tail, entry);
      return entry.verdict;
    },
    set(rawToken, verdict, now, end) {
      const until = Math.min(now + options.seconds * 1_000, end);
      put(rawToken.slice(TAIL), { rawToken, verdict, from: now, until });
    },
  };
}
