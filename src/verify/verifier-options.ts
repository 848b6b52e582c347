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
import { type ScopeClaim, scopeClaimFault } from "../resource-server/claims.js";
import { type AudienceClaim, isNonEmptyString, MAX_TOLERANCE } from "./claim-checks.js";
import type { Fetch } from "./fetch-json.js";
import type { CacheOptions } from "./token-cache.js";

/** Options that both verifiers have. */
export interface VerifierOptions {
  /**
   * Accepts tokens that are bound to a key (`cnf`) as plain bearer tokens, without their proof of possession. Set it only if a
   * proxy in front of this server verifies that proof. The type DPoP (`typ`, `token_type`) is still rejected.
   * Default: `false`.
   */
  readonly dangerouslyIgnoreConfirmation?: boolean;
  /**
   * The claim that names this API. `"client_id"` and `"azp"` are for issuers that write no `aud`: then `audience` lists the clients of
   * this API. A token that has an `aud` must name a member of `audience` there too. Default: `"aud"`.
   */
  readonly audienceClaim?: AudienceClaim;
  /**
   * The claim with the scope: its name, which may be a URL, the path of a nested member (`["resource_access", "api", "roles"]`), or
   * `{ firstOf: [...] }`: the first of these that the token has counts, whether its value is valid or not. Other claims with scopes are
   * ignored. Default: `"scope"`.
   */
  readonly scopeClaim?: ScopeClaim;
  /** Maximum age of a token in seconds, counted from `iat`, which is then required. Default: no maximum. */
  readonly maxTokenAge?: number;
  /** The issuer's members to return as `claims` of the access token: `true` for all, or their names. Default: none. */
  readonly claims?: true | readonly string[];
  /** Tolerance for the issuer's clock in seconds, at most 300. Default: `0`. */
  readonly clockTolerance?: number;
  /** Limits of the cache of verified tokens; `false` turns the cache off. */
  readonly cache?: CacheOptions | false;
  /** Timeout of a request in milliseconds, above 0 and at most 60,000. Keep it below the authorizer's `timeout`. Default: `3000`. */
  readonly timeout?: number;
  /** Function to use instead of the runtime's `fetch`: for a proxy, for client certificates, for tests. */
  readonly fetch?: Fetch;
  /** Returns the current time in seconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
}

/**
 * Returns a copy of the options with their own members only and with copied lists. The copy has no prototype, so that a missing
 * option is `undefined` and never inherited.
 */
export function snapshotOf<Options extends object>(options: Options): Options {
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries<unknown>(ownMembers(options) ?? {})) {
    copy[name] = Array.isArray(value) ? Array.from<unknown>(value) : value;
  }
  return copy as Options;
}

/** Checks for a non-empty string. */
export const isTextOption: OptionCheck = (value) =>
  isNonEmptyString(value) ? undefined : "expected a non-empty string";

/** Checks for a non-empty string, or a non-empty list of them. */
export const isTextOrList: OptionCheck = (value) =>
  isNonEmptyString(value) ||
  (Array.isArray(value) && value.length > 0 && value.every(isNonEmptyString))
    ? undefined
    : "expected a non-empty string, or a non-empty list of them";

/** Creates a check that rejects an option which contradicts another one. */
export function rejectWith(reason: string): OptionCheck {
  return (value) => (value === undefined ? undefined : reason);
}

/** Checks for the URL of a server: `https`, or `http` with a loopback host, without credentials and without a fragment. */
export const isServer: OptionCheck = (value) => {
  const url = urlParts(value instanceof URL ? value.href : value);
  if (url === undefined) return "expected an absolute URL";
  if (url.username !== "" || url.password !== "") return "expected a URL without credentials";
  if (url.hash !== "") return "expected a URL without a fragment";
  return isSecure(url) ? undefined : "expected `https` or a loopback host";
};

/** Creates a check for a number from 0 to `most`. */
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
  const isValid =
    value === false ||
    (isObject(value) &&
      Object.entries(value).every(
        ([name, member]) => Object.hasOwn(CACHE, name) && CACHE[name as keyof typeof CACHE](member),
      ));
  return isValid
    ? undefined
    : "expected `false`, or an object with `entries` (an integer from 2 to 1000000) and `seconds` (above 0, at most 3600)";
};

const isClaims: OptionCheck = (value) =>
  value === true || (Array.isArray(value) && value.length > 0 && value.every(isNonEmptyString))
    ? undefined
    : "expected `true`, or a non-empty list of names";

/** Checks of the options that both verifiers have. */
export const VERIFIER_CHECKS = {
  dangerouslyIgnoreConfirmation: optional(oneOf(true, false)),
  audienceClaim: optional(oneOf("aud", "client_id", "azp")),
  scopeClaim: scopeClaimFault,
  maxTokenAge: optional(positive(31_536_000)),
  claims: optional(isClaims),
  clockTolerance: optional(upTo(MAX_TOLERANCE)),
  cache: optional(isCache),
  timeout: optional(positive(60_000)),
  fetch: optional(isFunction),
  now: optional(isFunction),
} satisfies OptionChecks & Record<keyof VerifierOptions, OptionCheck>;

/** Returns the limits of the cache of verified tokens; `false` if it is turned off. `seconds` is the verifier's default. */
export function cacheOf(
  cache: CacheOptions | false | undefined,
  seconds: number,
): Required<CacheOptions> | false {
  if (cache === false) return false;
  return { entries: 10_000, seconds, ...cache };
}

/** Calls the runtime's `fetch`, which it looks up at each call. */
export const runtimeFetch: Fetch = (url, init) => fetch(url, init);

/** Default timeout of a request in milliseconds. */
export const DEFAULT_TIMEOUT = 3_000;
