import { isObject } from "../grammar/is-object.js";
import { isSecure, urlParts } from "../grammar/url.js";
import {
  isFunction,
  type OptionCheck,
  type OptionChecks,
  oneOf,
  optional,
  positive,
} from "../policy/option-checks.js";
import { ownMembers } from "../policy/own-members.js";
import type { Fetch } from "./ask-json.js";
import { isText } from "./claim-checks.js";
import type { CacheOptions } from "./token-memory.js";

/** The options of both verifiers. */
export interface VerifierOptions {
  /**
   * Accepts tokens that are bound to a key (`cnf`) as plain bearer tokens, without their proof of possession: set it only where
   * something in front of this server has verified that proof. A type that says DPoP (`typ`, `token_type`) stays refused.
   * Default: `false`.
   */
  readonly dangerouslyIgnoreConfirmation?: boolean;
  /** How many seconds the issuer's clock may be off, up to 300; none by default. */
  readonly clockTolerance?: number;
  /** The memory of verified tokens; `false` for none. */
  readonly cache?: CacheOptions | false;
  /** After how many milliseconds a server that does not answer is out; 3,000 by default. Keep it below the authorizer's `timeout`. */
  readonly timeout?: number;
  /** Takes the place of the runtime's `fetch`: for a proxy, for client certificates, for tests. */
  readonly fetch?: Fetch;
  /** The clock, in milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number;
}

/**
 * Returns a copy of the options: own members only, lists copied. The copy has no prototype, so that reading an option that was
 * not given finds nothing.
 */
export function snapshotOf<Options extends object>(options: Options): Options {
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries<unknown>(ownMembers(options) ?? {})) {
    copy[name] = Array.isArray(value) ? Array.from<unknown>(value) : value;
  }
  return copy as Options;
}

/** A text that is not empty. */
export const isTextOption: OptionCheck = (value) =>
  isText(value) ? undefined : "expected a text that is not empty";

/** A text, or a list of at least one. */
export const isTexts: OptionCheck = (value) =>
  isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText))
    ? undefined
    : "expected a text, or a list of at least one";

/** An option that another one leaves no place for. */
export function absent(reason: string): OptionCheck {
  return (value) => (value === undefined ? undefined : reason);
}

/** Where a server is asked: `https`, or `http` on this machine, without credentials and fragment. */
export const isServer: OptionCheck = (value) => {
  const url = urlParts(value instanceof URL ? value.href : value);
  if (url === undefined) return "expected an absolute URL";
  if (url.username !== "" || url.password !== "") return "a URL with credentials in it";
  if (url.hash !== "") return "a URL with a fragment";
  return isSecure(url) ? undefined : "expected `https`, or a loopback host";
};

/** A number from nought, up to `most`. */
function upTo(most: number): OptionCheck {
  return (value) =>
    typeof value === "number" && value >= 0 && value <= most
      ? undefined
      : `expected a number from 0 to ${most}`;
}

const CACHE = {
  entries: (value: unknown) =>
    Number.isInteger(value) && (value as number) >= 2 && (value as number) <= 1_000_000,
  seconds: (value: unknown) => positive(3_600)(value) === undefined,
};

const isCache: OptionCheck = (value) => {
  const isGood =
    value === false ||
    (isObject(value) &&
      Object.entries(value).every(
        ([name, member]) => Object.hasOwn(CACHE, name) && CACHE[name as keyof typeof CACHE](member),
      ));
  return isGood
    ? undefined
    : "expected `false`, or `entries` (a whole number from 2 to 1000000) and `seconds` (above 0, up to 3600)";
};

export const VERIFIER_CHECKS = {
  dangerouslyIgnoreConfirmation: optional(oneOf(true, false)),
  clockTolerance: optional(upTo(300)),
  cache: optional(isCache),
  timeout: optional(positive(60_000)),
  fetch: optional(isFunction),
  now: optional(isFunction),
} satisfies OptionChecks & Record<keyof VerifierOptions, OptionCheck>;

/** Returns the bounds of the cache of verified tokens. `seconds` is the default of the verifier. */
export function cacheOf(
  cache: CacheOptions | false | undefined,
  seconds: number,
): Required<CacheOptions> | false {
  if (cache === false) return false;
  return { entries: 10_000, seconds, ...cache };
}

/** The runtime's `fetch`, looked up when it is called. */
export const runtimeFetch: Fetch = (url, init) => fetch(url, init);

export const DEFAULT_TIMEOUT = 3_000;
