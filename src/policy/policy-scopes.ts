import { PolicyError } from "../errors.js";
import { anyText } from "../grammar/any-value.js";
import { once } from "../grammar/once.js";
import { printedScope } from "../grammar/scope-syntax.js";
import { type BindParams, type BindResult, bindCompiled } from "../grammar/template.js";
import { isOpen } from "./approval.js";
import { bundleScopes } from "./bundles.js";
import type { CompiledPolicy } from "./compiled-policy.js";
import { checkOptions, isBoolean, optional } from "./option-checks.js";
import type { PolicyTypes } from "./policy-types.js";
import { escapeControls } from "./report.js";
import { expandScope, missingScope, reduceScope } from "./scope-meanings.js";
import { hintAt } from "./suggest.js";

/** The client whose scopes are read. */
export interface MeaningOptions {
  /** Whether the client belongs to the owner of the API. For a third party, a reserved scope has no meaning. Default: `false`. */
  readonly firstParty?: boolean;
}

/** A scope as input: a space-delimited string, or a list of scope tokens. `""` and `[]` are the empty scope. */
export type ScopeInput = string | readonly string[];

/** The scopes of a policy: their names, and the meaning of the scope tokens in a request, a grant or an access token. */
export interface PolicyScopes<Types extends PolicyTypes = PolicyTypes> {
  /** Names of the declared scopes, in declared order, with placeholders in braces, without reserved and restricted ones. */
  readonly scopeNames: readonly ScopeName<Types["scope"]>[];
  /** Names of the tools, in declared order. Patterns and hidden tools are omitted. */
  readonly toolNames: readonly Types["tool"][];
  /** Names of the endpoints, in declared order. Hidden endpoints are omitted. */
  readonly endpointNames: readonly Types["endpoint"][];

  /**
   * Returns all meanings of a scope as scope tokens with current names, in declared order. These are the scopes that it names,
   * the scopes that replace older names in it, and every scope that these imply. Tokens that the policy does not know are
   * omitted. Returns `[]` for a malformed scope and for one with a placeholder. Never throws on a scope.
   *
   * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` for invalid options
   */
  expand(scope: ScopeInput, options?: MeaningOptions): string[];

  /**
   * Returns whether a granted scope covers a wanted one: both are well formed, every token of `wanted` has a meaning, and all of
   * its meanings are in `expand(granted)`. Every well-formed scope covers the empty scope. Never throws on a scope.
   *
   * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` for invalid options
   */
  covers(granted: ScopeInput, wanted: ScopeInput, options?: MeaningOptions): boolean;

  /**
   * Returns the scope to request so that `granted` covers `wanted`: `""` exactly if it already does, `undefined` if either scope
   * is malformed. Scopes that other missing scopes imply are omitted. A token of `wanted` without a meaning is returned unchanged.
   *
   * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` for invalid options
   */
  missing(granted: ScopeInput, wanted: ScopeInput, options?: MeaningOptions): string | undefined;

  /**
   * Returns the smallest scope with the same `expand`: current names, without scopes that others of them imply. Tokens without a
   * meaning are omitted. Returns `""` if no token remains.
   *
   * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` for invalid options
   */
  reduce(scope: ScopeInput, options?: MeaningOptions): string;

  /**
   * Returns the scope of a bundle in declared order, including the baseline, without templates, reserved and restricted scopes.
   *
   * @throws {@link PolicyError} `ERR_BUNDLE_UNKNOWN` for a name that the policy does not declare
   */
  bundleScope(bundle: Types["bundle"]): string;

  /**
   * Fills the placeholders of a declared scope with values, as the function `bindScope` does. Never throws on values from a
   * client: it checks them, and the result names the first placeholder without a safe value.
   *
   * @throws {@link PolicyError} `ERR_SCOPE_INVALID` for a scope that the policy does not declare
   */
  bindScope<const Scope extends Types["scope"]>(
    scope: Scope,
    values: BindParams<NoInfer<Scope>>,
  ): BindResult;
}

/** A declared name as printed. The compiler can type only the spelling in braces. */
export type ScopeName<Scope extends string> = Scope extends `${string}<${string}` ? string : Scope;

const MEANING_CHECKS = { firstParty: optional(isBoolean) };

function readFirstParty(options: MeaningOptions | undefined): boolean {
  if (options === undefined) return false;
  return checkOptions("reading a scope", options, MEANING_CHECKS).firstParty === true;
}

/** Creates the members of a policy that concern its scopes. */
export function createPolicyScopes(policy: CompiledPolicy): PolicyScopes {
  const shown = [...policy.operations.values()].filter(({ hidden }) => !hidden);
  const named = (kind: "tool" | "endpoint") =>
    Object.freeze(shown.filter((one) => one.kind === kind).map(({ name }) => name));
  const offered = policy.scopes.filter(isOpen);
  const scopesByName = once(() => new Map(policy.scopes.map((scope) => [scope.name, scope])));
  const missing = (granted: unknown, wanted: unknown, options?: MeaningOptions) =>
    missingScope(policy, granted, wanted, readFirstParty(options));
  return {
    scopeNames: Object.freeze(offered.map(({ name }) => name)),
    toolNames: named("tool"),
    endpointNames: named("endpoint"),
    expand: (scope, options) => expandScope(policy, scope, readFirstParty(options)),
    covers: (granted, wanted, options) => missing(granted, wanted, options) === "",
    missing,
    reduce: (scope, options) => reduceScope(policy, scope, readFirstParty(options)),
    bundleScope: (bundle) => {
      const listed = new Set([...bundleScopes(policy, bundle), ...policy.baseline]);
      const given = offered.filter(
        (scope) => listed.has(scope) && scope.template.names.length === 0,
      );
      return given.map(({ name }) => name).join(" ");
    },
    bindScope: (scope, values) => {
      const declared = scopesByName().get(printedScope(scope));
      if (declared !== undefined) return bindCompiled(declared.template, values);
      const text = anyText(scope);
      const message = `the policy declares no scope \`${text}\`${hintAt(text, "scopes", scopesByName())}`;
      throw new PolicyError("ERR_SCOPE_INVALID", escapeControls(message));
    },
  };
}
