import { readScopeTokens } from "../grammar/scope.js";
import type { AnyPolicy } from "../policy/any-policy.js";
import type { CompiledPolicy } from "../policy/compiled.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import {
  checkOptions,
  isBoolean,
  isText,
  type OptionCheck,
  optional,
} from "../policy/option-checks.js";
import { createCeiling } from "../policy/scope-ceiling.js";
import {
  closeOver,
  expandScope,
  expandTokens,
  type Meaning,
  namedMeanings,
  readGrantedTokens,
  withoutImplied,
} from "../policy/scope-meanings.js";
import { OFFLINE_ACCESS, scopeTokens } from "./public-scopes.js";

/** What limits a refresh in addition to the grant and the policy. */
export interface RefreshOptions {
  /**
   * The scope that the client may have now: its registration, if that has been narrowed since the grant. A template stands for
   * each of its values.
   */
  readonly clientScope?: string;
  /** Whether the client belongs to the API's owner: others lose scopes that are reserved by now. Default: `false`. */
  readonly first_party?: boolean;
  /**
   * What `policy.expand` returned for the grant when it was given. With it, an older name that means more by now is replaced by
   * the current names of what it meant then.
   */
  readonly originalMeanings?: string | readonly string[];
}

const CHECKS = {
  clientScope: optional(isText),
  first_party: optional(isBoolean),
  originalMeanings: optional((value) =>
    readScopeTokens(value) === undefined
      ? "expected a scope, or a list of scope tokens"
      : undefined,
  ),
} satisfies Record<keyof RefreshOptions, OptionCheck>;

/** What a refreshed token may hold. */
export type RefreshResult =
  | {
      readonly ok: true;
      /** The scope of the new token. */
      readonly scope: string;
      /** The same as a list. */
      readonly scopes: readonly string[];
      /** Whether it differs from what was granted: then the response must name `scope` (RFC 6749, section 5.1). */
      readonly narrowed: boolean;
    }
  | {
      readonly ok: false;
      /** As RFC 6749, section 5.2 names it. */
      readonly error: "invalid_scope";
    };

const REFUSED: RefreshResult = Object.freeze({ ok: false, error: "invalid_scope" });

/**
 * Returns the scope that a refresh token may be exchanged for: what was granted, or the part of it that is requested, less what the
 * policy no longer grants. Never more than the grant covers, however it is asked for. A grant shrinks with the policy; with
 * `originalMeanings` it does not grow with it either, as far as names allow: a name that implies more by now means more.
 *
 * A token of the grant stays as it is where the client may have all of its meanings, else it is replaced by those that the client
 * may have. A request may also name what the grant covers by implication or by another name; the result has current names then.
 *
 * @param original - the scope of the grant
 * @param requested - the `scope` of the refresh request; `undefined` where it names none. `""` is refused: leave it out instead
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN` for a policy that is none
 *
 * {@link https://www.rfc-editor.org/rfc/rfc6749.html#section-6 RFC 6749, section 6}
 *
 * @example
 * ```ts
 * import { loadPolicy, refreshScope } from "scope-policy";
 *
 * const policy = loadPolicy({ name: "Shop", version: "2", scopes: { "orders:read": {} } });
 * refreshScope(policy, "orders:read orders:write").ok; // true: `orders:read` is left
 * refreshScope(policy, "orders:read", "orders:read orders:write").ok; // false
 * ```
 */
export function refreshScope(
  policy: AnyPolicy,
  original: string,
  requested?: string,
  options: RefreshOptions = {},
): RefreshResult {
  const compiled = compiledPolicyOf(policy);
  const {
    clientScope,
    originalMeanings,
    first_party: firstParty = false,
  } = checkOptions("the refresh", options, CHECKS);
  const granted = readGrantedTokens(original);
  if (granted === undefined) return REFUSED;
  const asked = requested === undefined ? granted : scopeTokens(requested);
  if (asked === undefined) return REFUSED;
  const held = expandTokens(compiled, granted, firstParty);
  const written = new Set(granted);
  const limit =
    clientScope === undefined
      ? undefined
      : createCeiling(compiled, scopeTokens(clientScope) ?? [], firstParty);
  const recorded =
    originalMeanings === undefined
      ? undefined
      : recordedTexts(compiled, readScopeTokens(originalMeanings) as readonly string[], firstParty);
  const mayStay = (meaning: Meaning) =>
    limit?.covers(meaning) !== false && recorded?.has(meaning.text) !== false;
  const scopes = new Set<string>();
  for (const token of asked) {
    const named = namedMeanings(compiled, token, firstParty);
    // what the policy has no more is dropped where the grant holds it, and was never granted otherwise
    if (named.length === 0 && !written.has(token)) return REFUSED;
    if (!named.every(({ text }) => held.has(text))) return REFUSED;
    const all = [...closeOver(compiled, named).values()];
    const staying = all.filter(mayStay);
    // an older name that the grant does not hold could mean more one day than the grant does
    if (named.length > 0 && written.has(token) && staying.length === all.length) scopes.add(token);
    else for (const { text } of withoutImplied(compiled, staying)) scopes.add(text);
  }
  if (scopes.size === 0) return REFUSED;
  return {
    ok: true,
    scope: [...scopes].join(" "),
    scopes: [...scopes],
    narrowed: scopes.size !== written.size || granted.some((token) => !scopes.has(token)),
  };
}

/**
 * The recorded meanings under their current names. A recorded name that is an older one by now was renamed or split since, so all
 * that replaces it was in it.
 */
function recordedTexts(
  policy: CompiledPolicy,
  recorded: readonly string[],
  firstParty: boolean,
): ReadonlySet<string> {
  const named = recorded.flatMap((token) => namedMeanings(policy, token, firstParty));
  return new Set(named.map(({ text }) => text));
}

/**
 * Returns whether a granted scope asks for a refresh token: the policy declares `offline_access`, and the scope covers it.
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN` for a policy that is none
 *
 * {@link https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess OpenID Connect Core, section 11}
 */
export function issuesRefreshToken(policy: AnyPolicy, scope: string): boolean {
  return expandScope(compiledPolicyOf(policy), scope, false).includes(OFFLINE_ACCESS);
}
