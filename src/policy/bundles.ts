import { PolicyError } from "../errors.js";
import { anyText } from "../grammar/any-value.js";
import { printedScope } from "../grammar/scope-syntax.js";
import { isScopeList } from "./compile.js";
import type { CompiledPolicy, CompiledScope } from "./compiled-policy.js";
import type { BundleDefinition } from "./definition.js";
import { escapeControls } from "./report.js";
import { hintAt } from "./suggest.js";

/**
 * Returns the scopes of a bundle by its name.
 *
 * @throws {@link PolicyError} `ERR_BUNDLE_UNKNOWN` if the policy does not declare the bundle
 */
export function bundleScopes(
  { definition, scopes }: CompiledPolicy,
  name: string,
): readonly CompiledScope[] {
  const bundles = new Map(Object.entries(definition.bundles ?? {}));
  const text = anyText(name);
  const bundle = bundles.get(text);
  if (bundle === undefined) {
    const message = `the policy has no bundle \`${text}\`${hintAt(text, "bundles", bundles)}`;
    throw new PolicyError("ERR_BUNDLE_UNKNOWN", escapeControls(message));
  }
  return createMembersReader(scopes)(bundle).members;
}

/** The scopes of a bundle; for "every scope", its exceptions as well. */
export interface BundleMembers {
  readonly members: readonly CompiledScope[];
  readonly except: readonly string[] | undefined;
}

/** Returns what each bundle of a policy contains, in declared order. */
export function bundlesOf({
  definition,
  scopes,
}: Pick<CompiledPolicy, "definition" | "scopes">): ReadonlyMap<string, BundleMembers> {
  const membersOf = createMembersReader(scopes);
  const bundles = Object.entries(definition.bundles ?? {});
  return new Map(bundles.map(([name, bundle]) => [name, membersOf(bundle)]));
}

/**
 * Creates the function that returns what a bundle contains: the scopes that it lists, or every scope that is neither reserved nor an
 * exception.
 */
function createMembersReader(scopes: readonly CompiledScope[]) {
  const byName = new Map(scopes.map((scope) => [scope.name, scope]));
  return (bundle: BundleDefinition): BundleMembers => {
    if (isScopeList(bundle)) {
      // a policy compiles only if it declares each name
      const members = bundle.map((name) => byName.get(printedScope(name)) as CompiledScope);
      return { members, except: undefined };
    }
    const except = (bundle.except ?? []).map(printedScope);
    const excluded = new Set(except);
    const members = scopes.filter(({ name, reserved }) => !reserved && !excluded.has(name));
    return { members, except };
  };
}
