import type { Template } from "../grammar/template.js";
import type { PolicyDefinition, ScopeOptions } from "./definition.js";
import type { RouterOf } from "./route.js";
import type { NamedScope, ScopeLookup } from "./scope-lookup.js";

/** No gate by plan. */
export const ANY_TIER = -1;

/** A scope that holding another one gives, and where its values come from. */
export interface Implied {
  readonly scope: number;
  /** For each placeholder of the implied scope: which value of the implier it carries. */
  readonly values: readonly number[];
}

/** One scope of the policy, with everything resolved that can be resolved at start-up. */
export interface CompiledScope {
  readonly id: number;
  /** As it is printed: placeholders in braces. */
  readonly name: string;
  readonly template: Template;
  readonly options: ScopeOptions;
  readonly reserved: boolean;
  /** The rank of its plan, or {@link ANY_TIER}. */
  readonly tier: number;
  readonly accountTypes: readonly string[] | undefined;
  /** What it implies in one step. */
  readonly implies: readonly Implied[];
  /** Itself and everything it implies, however far away. */
  readonly closure: readonly Implied[];
}

/** A scope as one alternative uses it. */
export interface ScopeUse {
  readonly scope: CompiledScope;
  /** For each placeholder: which of the rule's parameters it takes its value from. */
  readonly params: readonly number[];
}

/** One way to meet a rule: all of its scopes, under all of its gates. */
export interface Alternative {
  readonly uses: readonly ScopeUse[];
  /** The scopes as text where no use is bound; else they are made for each request. */
  readonly scopes: readonly string[] | undefined;
  readonly tier: number;
  readonly accountTypes: readonly string[] | undefined;
  readonly reserved: boolean;
}

/** A parameter of a rule, with places that its value goes into: of those that accept the same values, one. */
export interface Param {
  readonly name: string;
  readonly sites: readonly { readonly template: Template; readonly index: number }[];
}

/** What one entry of `tools` or `endpoints` demands. */
export interface Rule {
  readonly params: readonly Param[];
  /** Empty for a public rule, which demands nothing. */
  readonly alternatives: readonly Alternative[];
  readonly public: boolean;
  /** What a token needs to be shown more of a public operation. */
  readonly enriched: Alternative | undefined;
}

/** A tool or an endpoint under its name, or under the pattern that gave it its rule. */
export interface Operation {
  readonly name: string;
  readonly kind: "tool" | "endpoint";
  /** The reason of a hard denial. */
  readonly denial: string | undefined;
  /** All must hold: one for an exact entry, several where patterns meet. Empty for a denial. */
  readonly rules: readonly Rule[];
  readonly params: readonly string[];
  readonly public: boolean;
  readonly hidden: boolean;
}

/** A pattern of tool names with what it demands. */
export interface ToolPattern {
  readonly matches: (name: string) => boolean;
  readonly operation: Operation;
}

/** A policy made ready to decide: nothing in it is undeclared, and nothing is parsed again. */
export interface CompiledPolicy {
  readonly definition: PolicyDefinition;
  readonly tiers: readonly string[];
  readonly tierRank: ReadonlyMap<string, number>;
  readonly scopes: readonly CompiledScope[];
  readonly baseline: readonly CompiledScope[];
  /** For the reader of tokens; everything else asks `scope-meanings.ts`. */
  readonly lookups: readonly ScopeLookup[];
  /** The names with placeholders, older ones too, by their text. */
  readonly templates: ReadonlyMap<string, readonly NamedScope[]>;
  /** Exact tools and endpoints; tool names hold no space and endpoint names hold one. */
  readonly operations: ReadonlyMap<string, Operation>;
  readonly patterns: readonly ToolPattern[];
  readonly router: RouterOf<Operation>;
}
