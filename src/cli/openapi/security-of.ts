import { compiledPolicyOf } from "../../policy/compiled-policies.js";
import {
  type Alternative,
  ANY_TIER,
  isHardDenial,
  type Operation,
  type Rule,
} from "../../policy/compiled-policy.js";
import { tryLoad } from "./load-findings.js";

/** One entry of `security` of an operation: scheme names with scopes, all of which are required. */
export type SecurityRequirement = Readonly<Record<string, readonly string[]>>;

/** The value of `security` of an operation: the entries are alternatives. Empty for a public operation. */
export type Security = readonly SecurityRequirement[];

/**
 * The names of the security schemes of an exported document. The last two are not ways to authenticate: no request meets them, so
 * that a reader that does not know `x-scope-policy` denies what `security` cannot express.
 */
export const SCHEMES = { scopes: "oauth2", conditions: "conditions", denied: "denied" } as const;

/** One way to satisfy a requirement, as `security` can express it. */
export interface Way {
  /** The printed names of its scopes, in declared order. */
  readonly scopes: readonly string[];
  /** Whether it has conditions in addition to scopes. */
  readonly hasConditions: boolean;
}

/** The maximum number of alternatives that the branches of an operation are combined to. */
const MAX_COMBINED = 5_000;

/**
 * Returns the `security` that an export writes for an endpoint. It is never wider than the rule: with cases, it is what every branch
 * requires, and a denial and an internal operation require the scheme `denied`.
 *
 * @param operation - an endpoint of a compiled policy, from `compiled.fromCode.operations`
 */
export function securityOf(operation: Operation): Security {
  // a catch-all can deny a public endpoint
  if (operation.internal || isHardDenial(operation)) return [{ [SCHEMES.denied]: [] }];
  const ways = (branch: Operation) =>
    branch.denial === undefined ? branch.rules.flatMap(waysOf) : [];
  if (operation.public) {
    const detail = operation.rules.flatMap((rule) => rule.enrichments);
    return publicSecurity(detail.map((one) => wayOf(one, undefined)));
  }
  return requiredSecurity([...operation.cases.map(({ branch }) => ways(branch)), ways(operation)]);
}

/**
 * Returns what {@link securityOf} returns for each endpoint of a definition, by its key; `undefined` if the definition is not a valid
 * policy. For the import, which compares it with the `security` of a document.
 */
export function securitiesOf(definition: unknown): ReadonlyMap<string, Security> | undefined {
  const loaded = tryLoad(definition);
  if (!loaded.ok) return undefined;
  const endpoints = [...compiledPolicyOf(loaded.policy).fromCode.operations].filter(
    ([, { kind }]) => kind === "endpoint",
  );
  return new Map(endpoints.map(([key, operation]) => [key, securityOf(operation)]));
}

/** Returns the `security` of a public operation: none, beside the scopes for additional detail. */
export function publicSecurity(detail: readonly Way[]): Security {
  return detail.length === 0 ? [] : [{}, ...withoutCovered(detail).map(requirementOf)];
}

/** Returns the `security` that requires one way of each branch. */
export function requiredSecurity(branches: readonly (readonly Way[])[]): Security {
  const [first = [], ...more] = branches.map(withoutCovered);
  const ways = more.reduce(combine, first);
  return ways.length === 0 ? [{ [SCHEMES.denied]: [] }] : ways.map(requirementOf);
}

/** Returns an alternative as a way, with the condition of its rule on the authentication of the user. */
function wayOf(alternative: Alternative, authentication: Rule["authentication"]): Way {
  const { uses, tier, typeConditions, entitlements, reserved, within } = alternative;
  return {
    scopes: uses.map(({ scope }) => scope.name),
    hasConditions:
      authentication !== undefined ||
      tier !== ANY_TIER ||
      typeConditions.length + entitlements.length + within.length > 0 ||
      // in the token of a third party, a reserved scope has no effect
      reserved,
  };
}

function waysOf({ alternatives, authentication }: Rule): readonly Way[] {
  return alternatives.map((one) => wayOf(one, authentication));
}

function requirementOf({ scopes, hasConditions }: Way): SecurityRequirement {
  return {
    [SCHEMES.scopes]: [...new Set(scopes)],
    ...(hasConditions && { [SCHEMES.conditions]: [] }),
  };
}

/** Returns the ways to satisfy both of two requirements; none if there are too many to compare. */
function combine(left: readonly Way[], right: readonly Way[]): readonly Way[] {
  if (left.length * right.length > MAX_COMBINED) return [];
  return withoutCovered(
    left.flatMap((one) =>
      right.map((other) => ({
        scopes: [...new Set([...one.scopes, ...other.scopes])],
        hasConditions: one.hasConditions || other.hasConditions,
      })),
    ),
  );
}

/** Leaves out each way that requires all that another one requires. Of two equal ways, the first stays. */
function withoutCovered(ways: readonly Way[]): readonly Way[] {
  const sized = ways.map((way) => ({ way, set: new Set(way.scopes) }));
  const covers = (one: (typeof sized)[number], other: (typeof sized)[number]) =>
    (!one.way.hasConditions || other.way.hasConditions) &&
    one.way.scopes.every((scope) => other.set.has(scope));
  return sized
    .filter((one, index) =>
      sized.every(
        (other, at) => at === index || !covers(other, one) || (covers(one, other) && index < at),
      ),
    )
    .map(({ way }) => way);
}
