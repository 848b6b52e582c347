import type { CompiledPolicy, CompiledScope } from "../policy/compiled-policy.js";
import type { Meaning } from "../policy/scope-meanings.js";
import type { ConsentFacts, DroppedScope } from "./model.js";

/** Owner of a bound scope: this user, with a label for each placeholder, or the reason why the scope cannot be offered. */
export type Ownership =
  | { readonly kind: "owned"; readonly labels: readonly string[] }
  | {
      readonly kind: "refused";
      readonly why: Extract<DroppedScope["why"], "foreign" | "needs_owns">;
      /** Whether `owns` threw, so that the owner is unknown. */
      readonly isOutage: boolean;
    };

const UNBOUND: Ownership = Object.freeze({ kind: "owned", labels: [] });
const FOREIGN: Ownership = Object.freeze({ kind: "refused", why: "foreign", isOutage: false });
const UNKNOWN: Ownership = Object.freeze({ kind: "refused", why: "foreign", isOutage: true });
const NEEDS_OWNS: Ownership = Object.freeze({
  kind: "refused",
  why: "needs_owns",
  isOutage: false,
});

/** Creates the check whether this user may grant a bound scope. */
export function createOwnershipCheck(
  policy: CompiledPolicy,
  account: ConsentFacts["account"],
): (meaning: Pick<Meaning, "scope" | "values">) => Ownership {
  const ambiguous = ambiguousPlaceholders(policy);
  const { owns, resources = {} } = account ?? {};
  const ownershipOf = (scope: CompiledScope, values: readonly string[]): Ownership => {
    const { names } = scope.template;
    if (names.length === 0) return UNBOUND;
    if (owns !== undefined) return callOwns(owns, scope, values);
    if (names.length > 1 || names.some((name) => ambiguous.has(name))) return NEEDS_OWNS;
    const label = labelOf(resources, names[0] as string, values[0] as string);
    return label === undefined ? FOREIGN : { kind: "owned", labels: [label] };
  };
  return ({ scope, values }) => {
    // the scope token is an instance of each twin, so the user must own the values as those of each
    const twins = policy.twins.get(scope.id) ?? [scope];
    const all = twins.map((twin) => ownershipOf(twin, values));
    const refused = all.filter(({ kind }) => kind === "refused");
    return refused.find((one) => one !== UNKNOWN) ?? refused[0] ?? (all[0] as Ownership);
  };
}

function callOwns(
  owns: NonNullable<NonNullable<ConsentFacts["account"]>["owns"]>,
  { name, template }: CompiledScope,
  values: readonly string[],
): Ownership {
  const entries = template.names.map((placeholder, index) => [placeholder, values[index]] as const);
  try {
    const label: unknown = owns(
      name,
      Object.freeze(Object.fromEntries(entries)) as Record<string, string>,
    );
    if (typeof label !== "string" || label === "") return FOREIGN;
    return { kind: "owned", labels: template.names.map(() => label) };
  } catch {
    return UNKNOWN;
  }
}

function labelOf(
  resources: { readonly [param: string]: { readonly [value: string]: string } },
  param: string,
  value: string,
): string | undefined {
  const owned = Object.hasOwn(resources, param) ? resources[param] : undefined;
  return owned !== undefined && Object.hasOwn(owned, value) ? owned[value] : undefined;
}

/**
 * Returns the placeholder names that occur under two different prefixes. The `{id}` of `/accounts/{id}/…` and of `/photos/{id}/…` are
 * different types of resource, and a list of values by placeholder name cannot distinguish them.
 */
function ambiguousPlaceholders({ scopes }: CompiledPolicy): ReadonlySet<string> {
  const prefixes = new Map<string, string>();
  const ambiguous = new Set<string>();
  for (const { template } of scopes) {
    for (const [index, name] of template.names.entries()) {
      const before = template.literals.slice(0, template.holes.indexOf(index) + 1);
      const prefix = [template.form, ...before].join(" ");
      if ((prefixes.get(name) ?? prefix) !== prefix) ambiguous.add(name);
      prefixes.set(name, prefix);
    }
  }
  return ambiguous;
}
