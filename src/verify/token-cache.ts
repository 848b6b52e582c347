import { createBoundedCache } from "../decision/bounded-cache.js";
import type { AcceptedToken } from "../resource-server/verifier-result.js";

/** How many verified tokens are cached, and for how long. */
export interface CacheOptions {
  /** Maximum number of cached tokens; each takes some 3 KB. Default: `10000`. */
  readonly entries?: number;
  /**
   * Seconds after which a token is verified again, whatever its `exp`: the verifier notices a removed key or a revocation after
   * this time at the latest.
   */
  readonly seconds?: number;
}

/** A cache of verified tokens by their exact text. Rejected tokens are not cached. */
export interface TokenCache {
  get(rawToken: string, now: number): AcceptedToken | undefined;
  /** Returns the same text as it was cached, even if its entry is no longer valid. */
  textOf(rawToken: string): string | undefined;
  /** @param end - when the token ends, in milliseconds since 1970 */
  set(rawToken: string, verdict: AcceptedToken, now: number, end: number): void;
}

interface Entry {
  readonly rawToken: string;
  readonly verdict: AcceptedToken;
  readonly from: number;
  readonly until: number;
}

/** Only the issuer can choose how a token ends; hashing the whole text would cost ten times as much. */
const TAIL = -32;

const NO_CACHE: TokenCache = {
  get: () => undefined,
  textOf: () => undefined,
  set: () => undefined,
};

/** Creates the cache of a verifier. Of two tokens that end alike, it keeps the last one. */
export function createTokenCache(options: Required<CacheOptions> | false): TokenCache {
  if (options === false) return NO_CACHE;
  // each of the two generations holds half of the entries
  const cache = createBoundedCache<Entry>(Math.floor(options.entries / 2));
  return {
    get(rawToken, now) {
      const tail = rawToken.slice(TAIL);
      const entry = cache.peek(tail);
      if (entry?.rawToken !== rawToken) return undefined;
      // before `from` the clock has been set back: the verdict does not count for that time
      if (now < entry.from || now >= entry.until) return undefined;
      cache.get(tail);
      return entry.verdict;
    },
    textOf(rawToken) {
      const known = cache.peek(rawToken.slice(TAIL))?.rawToken;
      return known === rawToken ? known : undefined;
    },
    set(rawToken, verdict, now, end) {
      const until = Math.min(now + options.seconds * 1_000, end);
      cache.set(rawToken.slice(TAIL), { rawToken, verdict, from: now, until }, 1);
    },
  };
}
