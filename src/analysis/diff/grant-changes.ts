import type { AccessToken } from "../../decision/access-token.js";
import type { Decider } from "../../decision/decider.js";
import type { Decision } from "../../decision/decision.js";
import { findEndpoint } from "../../decision/find-endpoint.js";
import { mayMeanMore } from "../../policy/grant-growth.js";
import { withoutPrototype } from "../../policy/own-members.js";
import { namedMeanings, readGrantedTokens } from "../../policy/scope-meanings.js";
import { requestOf } from "./call-values.js";
import { branchOfCall, decideCall, gradeOf, NOW } from "./compare-call.js";
import { type ExistingGrant, type GrantGroup, groupGrants } from "./existing-grant.js";
import { callsOfToken, namedValues } from "./grant-calls.js";
import type { ParamValues } from "./param-values.js";
import type { ProbeCall } from "./probe-calls.js";
import type { Sides } from "./sides.js";

/** What a change of a policy does to existing grants. Each number counts grants. */
export interface GrantChanges {
  readonly total: number;
  /** Grants that lose an operation, or additional detail of it. */
  readonly losing: number;
  /** Grants that gain an operation, or additional detail of it. */
  readonly gaining: number;
  /** Grants whose `consent` is `missing_scope`. */
  readonly missingScope: number;
  /** Grants whose `consent` is `policy_changed`. */
  readonly policyChanged: number;
  /** The groups of equal grants to which something happens, in the order of the grants. */
  readonly groups: readonly GrantChange[];
  /** Operations for which not every call of a grant was compared. */
  readonly unproved: readonly string[];
}

/** What a change of a policy does to grants that differ in client and user only. */
export interface GrantChange {
  /** The members that the grants have in common. */
  readonly grant: Omit<ExistingGrant, "client" | "user">;
  readonly count: number;
  /** The clients of the grants, each once. */
  readonly clients: readonly string[];
  /** The users of the grants, each once. */
  readonly users: readonly string[];
  /** Operations of which a call was allowed or enriched, and no longer is. */
  readonly loses: readonly string[];
  /** Operations of which a call is allowed or enriched that was not. */
  readonly gains: readonly string[];
  /** The scopes, by their names in the policy, with which a new consent gives back what is lost, as far as consent can. */
  readonly missing: readonly string[];
  /**
   * Whether the user must consent again. `missing_scope`: yes, to keep what the grant opened. `policy_changed`: the consent page asks
   * at the next authorization request for the same scope, and until then the grant keeps what it has. `none`: no.
   */
  readonly consent: "missing_scope" | "policy_changed" | "none";
}

/** An operation that is not equal under both policies, with its calls under each. */
export interface ChangedOperation {
  readonly name: string;
  readonly before: readonly ProbeCall[];
  readonly after: readonly ProbeCall[];
}

/** Maximum number of calls of one operation that are compared for one group of equal grants. */
const MAX_GRANT_CALLS = 5_000;

/** Returns what happens to grants. Operations that are equal under both policies change nothing. */
export function grantChanges(
  grants: readonly ExistingGrant[],
  changed: readonly ChangedOperation[],
  sides: Sides,
): GrantChanges {
  const unproved = new Set<string>();
  const all = groupGrants(grants).map((group) => changeOfGroup(group, changed, sides, unproved));
  const count = (isCounted: (one: GrantChange) => boolean) =>
    all.reduce((sum, one) => sum + (isCounted(one) ? one.count : 0), 0);
  return {
    total: grants.length,
    losing: count(({ loses }) => loses.length > 0),
    gaining: count(({ gains }) => gains.length > 0),
    missingScope: count(({ consent }) => consent === "missing_scope"),
    policyChanged: count(({ consent }) => consent === "policy_changed"),
    groups: all.filter(
      ({ loses, gains, consent }) => loses.length + gains.length > 0 || consent !== "none",
    ),
    unproved: [...unproved],
  };
}

function changeOfGroup(
  { token, ...group }: GrantGroup,
  changed: readonly ChangedOperation[],
  sides: Sides,
  unproved: Set<string>,
): GrantChange {
  const compare = createComparison(token, sides);
  const loses: string[] = [];
  const gains: string[] = [];
  const missing = new Set<string>();
  for (const { name, before, after } of changed) {
    const lost = before.map((target) => compare(target, sides.before, sides.after));
    const gained = after.map((target) => compare(target, sides.after, sides.before));
    if ([...lost, ...gained].some(({ isComplete }) => !isComplete)) unproved.add(name);
    if (gained.some(({ found }) => found !== undefined)) gains.push(name);
    const [first] = lost.flatMap(({ found }) => found ?? []);
    if (first === undefined) continue;
    loses.push(name);
    for (const scope of missingScopes(first, token, sides.after)) missing.add(scope);
  }
  return {
    ...group,
    loses,
    gains,
    missing: [...missing],
    consent:
      missing.size > 0
        ? "missing_scope"
        : isAskedAgain(group.grant, sides)
          ? "policy_changed"
          : "none",
  };
}

/** Returns the names of the scopes that a denial asks consent for. */
function missingScopes(denial: Decision, { first_party }: AccessToken, { policy }: Decider) {
  if (denial.code !== "insufficient_scope") return [];
  return denial.missing.flatMap((text) =>
    namedMeanings(policy, text, first_party === true).map(({ scope }) => scope.name),
  );
}

/** Returns whether a consent page asks again for the scope of a grant that covers what it covered. */
function isAskedAgain(grant: ExistingGrant, sides: Sides): boolean {
  const { scope, policyVersion, first_party } = withoutPrototype(grant);
  const tokens = readGrantedTokens(scope) ?? [];
  const meaningsUnder = ({ policy }: Decider) =>
    tokens.flatMap((token) => namedMeanings(policy, token, first_party === true));
  const meanings = meaningsUnder(sides.after);
  // a grant of which nothing is left is a first consent
  if (meanings.length === 0) return meaningsUnder(sides.before).length > 0;
  return mayMeanMore(sides.after.policy, policyVersion, meanings, tokens);
}

/** The result of the comparison of one operation for one token. */
interface Comparison {
  /** The decision of the other policy about the first call of which it allows less. */
  readonly found: Decision | undefined;
  readonly isComplete: boolean;
}

/** Creates the search for a call that one policy allows more of than the other for a token, as far as authentication is not the reason. */
function createComparison(token: AccessToken, { before, after, values: { fresh } }: Sides) {
  const named = namedValues([before.policy, after.policy], token);
  return (target: ProbeCall, one: Decider, other: Decider): Comparison => {
    let left = MAX_GRANT_CALLS;
    for (const { call, values } of callsOfToken(target, named, fresh)) {
      if (left === 0) return { found: undefined, isComplete: false };
      left -= 1;
      if (!isServed(call, one, values)) continue;
      const least = decideAuthenticated(call, other, token, values);
      if (gradeOf(decideAuthenticated(call, one, token, values)) > gradeOf(least))
        return { found: least, isComplete: true };
    }
    return { found: undefined, isComplete: true };
  };
}

/** Returns whether a policy serves a call with the operation of the target, and not with a nearer endpoint. */
function isServed(target: ProbeCall, { policy }: Decider, values: ParamValues): boolean {
  const request = requestOf(target, values);
  return request === undefined || findEndpoint(policy, request)?.name === target.name;
}

/** Returns the decision about a call of a user who has just authenticated as the operation requires. */
function decideAuthenticated(
  target: ProbeCall,
  decider: Decider,
  token: AccessToken,
  values: ParamValues,
): Decision {
  const authentication = branchOfCall(target, decider, values)?.authentication;
  const [acr] = authentication?.acr ?? [];
  const shown = { auth_time: NOW, ...(acr === undefined ? {} : { acr }) };
  return decideCall(target, decider, authentication ? { ...token, ...shown } : token, values);
}
