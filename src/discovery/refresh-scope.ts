import { readScopeTokens } from "../grammar/scope.js";
import type { AnyPolicy } from "../policy/any-policy.js";
import { createApproval } from "../policy/approval.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { OFFLINE_ACCESS } from "../policy/openid-scopes.js";
import {
  checkOptions,
  isBoolean,
  isString,
  isStringList,
  type OptionCheck,
  optional,
} from "../policy/option-checks.js";
import { createCeiling } from "../policy/scope-ceiling.js";
import {
  expandScope,
  expandTokens,
  isCovered,
  type Meaning,
  namedMeanings,
  readGrantedTokens,
  withImpliedMeanings,
  withoutImplied,
} from "../policy/scope-meanings.js";
import { scopeTokens } from "./public-scopes.js";

/** The limits on a refresh in addition to the grant and the policy. */
export interface RefreshOptions {
  /**
   * The scope that the client can have now: its registration, if that has been narrowed since the grant. A template covers each
   * of its values. Default: no limit.
   */
  readonly clientScope?: string;
  /** Whether the client belongs to the owner of the API. Other clients lose scopes that are reserved now. Default: `false`. */
  readonly firstParty?: boolean;
  /**
   * The restricted scopes that the client is approved for now. It loses the other restricted ones. A template covers each of its
   * values. Default: none.
   */
  readonly approvedScopes?: readonly string[];
  /**
   * The result of `policy.expand` for the grant, recorded when it was given. With it, an older name that means more now is
   * replaced by the current names of what it meant then.
   */
  readonly originalMeanings?: string | readonly string[];
}

const CHECKS = {
  clientScope: optional(isString),
  firstParty: optional(isBoolean),
  approvedScopes: optional(isStringList),
  originalMeanings: optional((value) =>
    readScopeTokens(value) === undefined
      ? "expected a scope, or a list of scope-tokens"
      : undefined,
  ),
} satisfies Record<keyof RefreshOptions, OptionCheck>;

/** The scope of a refreshed token, or the error. */
export type RefreshResult =
  | {
      readonly ok: true;
      /** The scope of the new token. */
      readonly scope: string;
      /** The scope-tokens of `scope`. */
      readonly scopes: readonly string[];
      /** Whether it differs from the granted scope. If so, the response must have `scope` (RFC 6749, section 5.1). */
      readonly narrowed: boolean;
    }
  | {
      readonly ok: false;
      /** The error code of RFC 6749, section 5.2. */
      readonly error: "invalid_scope";
    };

const INVALID_SCOPE: RefreshResult = Object.freeze({ ok: false, error: "invalid_scope" });

/**
 * Returns the scope for a refreshed token: the granted scope, or the requested part of it, without what the policy no longer
 * grants. The result never exceeds the grant, whatever is requested. A grant shrinks with the policy. With `originalMeanings` it
 * does not grow with the policy either, as far as names allow: a name that implies more now means more.
 *
 * A scope-token of the grant is kept if the client can have all of its meanings. Otherwise it is replaced by those that the
 * client can have. A request can also name a scope that the grant covers by implication or under another name. The result then
 * has current names.
 *
 * @param original - the scope of the grant
 * @param requested - the `scope` of the refresh request; `undefined` if it has none. `""` is refused: omit it instead
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN` for a value that is not a policy, `ERR_OPTIONS_INVALID` for invalid options
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
    approvedScopes,
    firstParty = false,
  } = checkOptions("the refresh", options, CHECKS);
  const granted = readGrantedTokens(original);
  if (granted === undefined) return INVALID_SCOPE;
  const asked = requested === undefined ? granted : scopeTokens(requested);
  if (asked === undefined) return INVALID_SCOPE;
  const covered = expandTokens(compiled, granted, firstParty);
  const written = new Set(granted);
  const limit =
    clientScope === undefined
      ? undefined
      : createCeiling(compiled, scopeTokens(clientScope) ?? [], firstParty);
  const recorded =
    originalMeanings === undefined
      ? undefined
      : recordedTexts(compiled, readScopeTokens(originalMeanings) as readonly string[], firstParty);
  const approval = createApproval(compiled, approvedScopes);
  const mayStay = (meaning: Meaning) =>
    approval.covers(meaning) &&
    limit?.covers(meaning) !== false &&
    (recorded === undefined || isCovered(recorded, meaning));
  const scopes = new Set<string>();
  for (const token of asked) {
    const named = namedMeanings(compiled, token, firstParty);
    // a name that the policy no longer has is dropped if the grant has it; otherwise it was never granted
    if (named.length === 0 && !written.has(token)) return INVALID_SCOPE;
    if (!named.every((meaning) => isCovered(covered, meaning))) return INVALID_SCOPE;
    const all = [...withImpliedMeanings(compiled, named).values()];
    const staying = all.filter(mayStay);
    // an older name that is not in the grant could later mean more than the grant
    if (named.length > 0 && written.has(token) && staying.length === all.length) scopes.add(token);
    else for (const { text } of withoutImplied(compiled, staying)) scopes.add(text);
  }
  if (scopes.size === 0) return INVALID_SCOPE;
  return {
    ok: true,
    scope: [...scopes].join(" "),
    scopes: [...scopes],
    narrowed: scopes.size !== written.size || granted.some((token) => !scopes.has(token)),
  };
}

/**
 * Returns the recorded meanings under their current names. A recorded name that is an older name now has been renamed or split
 * since, so everything that replaces it was part of it.
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
 * Returns whether a granted scope includes a refresh token: the policy declares `offline_access`, and the scope covers it.
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN` for a value that is not a policy
 *
 * {@link https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess OpenID Connect Core, section 11}
 */
export function issuesRefreshToken(policy: AnyPolicy, scope: string): boolean {
  return expandScope(compiledPolicyOf(policy), scope, false).includes(OFFLINE_ACCESS);
}
