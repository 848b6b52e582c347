import { PolicyError } from "../errors.js";
import { anyText } from "../grammar/any-value.js";
import { printedScope } from "../grammar/scope-syntax.js";
import { type BindParams, type BindResult, bindCompiled } from "../grammar/template.js";
import { bundleScopes } from "./bundles.js";
import type { CompiledPolicy } from "./compiled.js";
import type { PolicyTypes } from "./definition.js";
import { checkOptions, isBoolean, optional } from "./option-checks.js";
import { oneLine } from "./report.js";
import { expandScope, missingScope, reduceScope } from "./scope-meanings.js";
import { nearest } from "./suggest.js";

/** Whose token is read. */
export interface MeaningOptions {
  /** Whether the client belongs to the API's owner. For a third party, a reserved scope has no meaning. Default: `false`. */
  readonly firstParty?: boolean;
}

/** A scope as texts hold it: a space-delimited list, or a list of scope tokens; `""` and `[]` are the empty scope. */
export type ScopeInput = string | readonly string[];

/** The scopes of a policy: their names, and what the scope tokens of a request, a grant or a token mean to it. */
export interface PolicyScopes<Types extends PolicyTypes = PolicyTypes> {
  /** The declared scopes in declared order, placeholders in braces. Reserved scopes are left out. */
  readonly scopeNames: readonly ScopeName<Types["scope"]>[];
  /** The tools in declared order. Patterns and hidden tools are left out. */
  readonly toolNames: readonly Types["tool"][];
  /** The endpoints in declared order. Hidden endpoints are left out. */
  readonly endpointNames: readonly Types["endpoint"][];

  /**
   * Returns everything that a scope means, as scope tokens under their current names, in declared order: each scope that is
   * named, or every scope that replaces an older name, and all that these imply. Tokens that the policy does not know are
   * left out. Empty for a malformed scope, and for one that still has a placeholder. Never throws on a scope.
   *
   * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`
   */
  expand(scope: ScopeInput, options?: MeaningOptions): string[];

  /**
   * Returns whether a granted scope covers another: both are well formed, and every token of `wanted` has a meaning, all of
   * which are in `expand(granted)`. The empty scope is covered by every well-formed one. Never throws on a scope.
   *
   * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`
   */
  covers(granted: ScopeInput, wanted: ScopeInput, options?: MeaningOptions): boolean;

  /**
   * Returns the scope to ask for so that `granted` covers `wanted`: `""` exactly where it does already, `undefined` for a
   * malformed scope. What the missing scopes imply is left out; a token of `wanted` without a meaning is returned as written.
   *
   * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`
   */
  missing(granted: ScopeInput, wanted: ScopeInput, options?: MeaningOptions): string | undefined;

  /**
   * Returns the smallest scope with the same `expand`: current names, without what others of them imply. Tokens without a
   * meaning are left out; `""` where none is left.
   *
   * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`
   */
  reduce(scope: ScopeInput, options?: MeaningOptions): string;

  /**
   * Returns the scope of a bundle in declared order, the baseline included. Reserved scopes and templates are left out.
   *
   * @throws {@link PolicyError} `ERR_BUNDLE_UNKNOWN` for a name that the policy does not declare
   */
  bundleScope(bundle: Types["bundle"]): string;

  /**
   * Puts values into the placeholders of a declared scope, as the function `bindScope` does. Values of a client never make it
   * throw: they are checked, and the result names the first placeholder without a safe value.
   *
   * @throws {@link PolicyError} `ERR_SCOPE_INVALID` for a scope that the policy does not declare
   */
  bindScope<const Scope extends Types["scope"]>(
    scope: Scope,
    values: BindParams<NoInfer<Scope>>,
  ): BindResult;
}

/** A declared name as it is printed; the compiler knows only spellings in braces. */
export type ScopeName<Scope extends string> = Scope extends `${string}<${string}` ? string : Scope;

const MEANING_CHECKS = { firstParty: optional(isBoolean) };

function isFirstParty(options: MeaningOptions | undefined): boolean {
  if (options === undefined) return false;
  return checkOptions("the reading of a scope", options, MEANING_CHECKS).firstParty === true;
}

/** Creates the part of a policy that is about its scopes. */
export function createPolicyScopes(policy: CompiledPolicy): PolicyScopes {
  const shown = [...policy.operations.values()].filter(({ hidden }) => !hidden);
  const named = (kind: "tool" | "endpoint") =>
    Object.freeze(shown.filter((one) => one.kind === kind).map(({ name }) => name));
  const offered = policy.scopes.filter(({ reserved }) => !reserved);
  const scopesByName = new Map(policy.scopes.map((scope) => [scope.name, scope]));
  const missing = (granted: unknown, wanted: unknown, options?: MeaningOptions) =>
    missingScope(policy, granted, wanted, isFirstParty(options));
  return {
    scopeNames: Object.freeze(offered.map(({ name }) => name)),
    toolNames: named("tool"),
    endpointNames: named("endpoint"),
    expand: (scope, options) => expandScope(policy, scope, isFirstParty(options)),
    covers: (granted, wanted, options) => missing(granted, wanted, options) === "",
    missing,
    reduce: (scope, options) => reduceScope(policy, scope, isFirstParty(options)),
    bundleScope: (bundle) => {
      const listed = new Set([...bundleScopes(policy, bundle), ...policy.baseline]);
      const given = offered.filter(
        (scope) => listed.has(scope) && scope.template.names.length === 0,
      );
      return given.map(({ name }) => name).join(" ");
    },
    bindScope: (scope, values) => {
      const declared = scopesByName.get(printedScope(scope));
      if (declared !== undefined) return bindCompiled(declared.template, values);
      const text = anyText(scope);
      const meant = nearest(text, scopesByName.keys());
      const hint = meant === undefined ? "" : `; did you mean \`${meant}\`?`;
      throw new PolicyError(
        "ERR_SCOPE_INVALID",
        oneLine(`the policy declares no scope \`${text}\`${hint}`),
      );
    },
  };
}
