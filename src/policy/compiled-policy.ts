import type { Template } from "../grammar/template.js";
import type { PolicyDefinition, ScopeOptions } from "./definition.js";
import type { EndpointRouter } from "./route.js";
import type { NamedScope, ScopeLookup } from "./scope-lookup.js";

/** The rank for "no condition on the tier". */
export const ANY_TIER = -1;

/** A scope that another scope implies, and the source of its values. */
export interface ImpliedScope {
  readonly scope: number;
  /** For each placeholder of the implied scope: the index of the value of the implying scope that fills it. */
  readonly values: readonly number[];
}

/** Conditions on account types, each a list of which an account must have one. */
export type TypeConditions = readonly (readonly string[])[];

/** A scope of the policy, resolved at startup. */
export interface CompiledScope {
  /** The index in `scopes`: its own, or that of the first of its twins, which differ in placeholder names alone. */
  readonly id: number;
  /** The printed name, with placeholders in braces. */
  readonly name: string;
  readonly template: Template;
  readonly options: ScopeOptions;
  readonly reserved: boolean;
  readonly restricted: boolean;
  /** The rank of its tier, or {@link ANY_TIER}. */
  readonly tier: number;
  readonly accountTypes: readonly string[] | undefined;
  readonly entitlements: readonly string[];
  /** The scopes that it implies directly. */
  readonly implies: readonly ImpliedScope[];
  /** The scope itself and every scope that it implies, directly or indirectly. */
  readonly closure: readonly ImpliedScope[];
}

/** A scope in one alternative of a rule. */
export interface ScopeUse {
  readonly scope: CompiledScope;
  /** For each placeholder of the scope: the index of the rule's parameter that fills it. */
  readonly params: readonly number[];
}

/** One way to satisfy a rule: all of its scopes, under all of its conditions. */
export interface Alternative {
  readonly uses: readonly ScopeUse[];
  /** The scope texts if no use has parameters. Otherwise `undefined`, and they are bound for each request. */
  readonly scopes: readonly string[] | undefined;
  readonly tier: number;
  /** The account types of which one alone is enough. No single type is if the list is empty. */
  readonly accountTypes: readonly string[] | undefined;
  /** The conditions on account types: the account must have a type of each. */
  readonly typeConditions: TypeConditions;
  /** The entitlements, all of which are required. */
  readonly entitlements: readonly string[];
  readonly reserved: boolean;
  readonly restricted: boolean;
  /** The boundaries, each with the parameter whose value must be within it. */
  readonly within: readonly BoundaryUse[];
}

/** A boundary of the policy. */
export interface Boundary {
  readonly name: string;
  /** The claim of the token that lists the values. */
  readonly claim: string;
  /** The heading of the choice on the consent page. */
  readonly title: string;
  /** Whether a token without the claim has every value, and not none. */
  readonly isOpen: boolean;
}

/** A parameter whose value must be within a boundary. */
export interface BoundaryUse {
  readonly boundary: Boundary;
  /** The index of the rule's parameter. */
  readonly param: number;
}

/**
 * A parameter of a rule, with the placeholders that it fills: one of each group that accepts the same values. One without
 * placeholders is for a boundary only.
 */
export interface Param {
  readonly name: string;
  readonly sites: readonly { readonly template: Template; readonly index: number }[];
}

/** How and when the user must have authenticated (RFC 9470). */
export interface AuthenticationCondition {
  /** The authentication context classes, of which one is enough. */
  readonly acr: readonly string[] | undefined;
  /** Maximum number of seconds since the authentication. */
  readonly maxAge: number | undefined;
}

/** The requirement of one entry of `tools` or `endpoints`. */
export interface Rule {
  readonly params: readonly Param[];
  /** Empty for a public rule, which requires nothing. */
  readonly alternatives: readonly Alternative[];
  readonly public: boolean;
  readonly authentication: AuthenticationCondition | undefined;
  /** The scopes for additional detail, each as an alternative. */
  readonly enrichments: readonly Alternative[];
}

/** The arguments that a case compares, each with the values that it must have one of. */
export type When = readonly (readonly [argument: string, values: ReadonlySet<unknown>])[];

/** A branch of an operation for the calls that meet its condition. */
export interface Case {
  readonly when: When;
  /** The operation that such a call is decided as. It has no cases. */
  readonly branch: Operation;
}

/**
 * A tool or an endpoint under its name, or under the pattern that its rule comes from. With cases, `denial` and `rules` are those
 * of `otherwise`; {@link branchesOf} returns every branch.
 */
export interface Operation {
  readonly name: string;
  readonly kind: "tool" | "endpoint";
  /** The reason of a hard denial. */
  readonly denial: string | undefined;
  /** The rules, all of which apply: one for an exact entry, several if several patterns match. Empty for a denial. */
  readonly rules: readonly Rule[];
  /** The parameters of all rules, of every branch, and the arguments that cases compare. */
  readonly params: readonly string[];
  readonly public: boolean;
  readonly hidden: boolean;
  /** Whether only code of the host may call it, and no gate knows it. */
  readonly internal: boolean;
  /** The cases in declared order; empty without any. */
  readonly cases: readonly Case[];
}

/** Returns whether an operation denies every call, whatever its arguments are. */
export function isHardDenial({ denial, cases }: Operation): boolean {
  return denial !== undefined && cases.length === 0;
}

/** Returns the branches of an operation that can allow a call: those of its cases, then the operation itself, without denials. */
export function branchesOf(operation: Operation): readonly Operation[] {
  const branches = [...operation.cases.map(({ branch }) => branch), operation];
  return branches.filter(({ denial }) => denial === undefined);
}

/** A pattern of tool names and its operation. */
export interface ToolPattern {
  readonly matches: (name: string) => boolean;
  readonly operation: Operation;
}

/** Operations by name and by pattern. */
export interface OperationsByName {
  readonly operations: ReadonlyMap<string, Operation>;
  readonly patterns: readonly ToolPattern[];
}

/** A compiled policy: every name in it is declared, and decisions parse nothing again. */
export interface CompiledPolicy {
  readonly definition: PolicyDefinition;
  readonly tiers: readonly string[];
  readonly tierRank: ReadonlyMap<string, number>;
  readonly boundaries: readonly Boundary[];
  readonly scopes: readonly CompiledScope[];
  /** The scopes that differ in placeholder names alone, by their common id. */
  readonly twins: ReadonlyMap<number, readonly CompiledScope[]>;
  readonly baseline: readonly CompiledScope[];
  /** Lookups for the reader of tokens. All other code uses `scope-meanings.ts`. */
  readonly lookups: readonly ScopeLookup[];
  /** The names with placeholders, older names included, by their text. */
  readonly templates: ReadonlyMap<string, readonly NamedScope[]>;
  /** Exact tools and endpoints by name. A tool name has no space, and an endpoint name has one. */
  readonly operations: ReadonlyMap<string, Operation>;
  readonly patterns: readonly ToolPattern[];
  readonly router: EndpointRouter<Operation>;
  /**
   * The operations that code of the host knows: those above, and the internal ones. Everything else in a compiled policy is what
   * gates know. The same maps if the policy has no internal operation.
   */
  readonly fromCode: OperationsByName;
}
