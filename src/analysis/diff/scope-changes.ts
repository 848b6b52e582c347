import { printedScope } from "../../grammar/scope-syntax.js";
import { shapeKey } from "../../grammar/template.js";
import { bundlesOf } from "../../policy/bundles.js";
import type { CompiledPolicy, CompiledScope } from "../../policy/compiled-policy.js";

/** One difference between two policies in a scope. */
export interface ScopeChange {
  /** The name of the scope in the newer policy; in the older one if it is removed. */
  readonly name: string;
  /**
   * What changed. `added`, `removed`: only one policy has the scope. `renamed`: the newer scope has the older name `from` in `replaces`.
   * The others are the option of that name, or membership in the list of that name.
   */
  readonly change: "added" | "removed" | "renamed" | ScopeAspect;
  /** The value in the older policy. Absent if there was none. */
  readonly from?: ScopeValue;
  /** The value in the newer policy. Absent if it has no value. */
  readonly to?: ScopeValue;
}

/** A value of an option of a scope. */
export type ScopeValue = string | boolean | readonly string[];

/** An option of a scope, or a list of the policy that can have it. */
export type ScopeAspect =
  | "tier"
  | "account_types"
  | "entitlement"
  | "reserved"
  | "restricted"
  | "implies"
  | "replaces"
  | "match"
  | "default"
  | "required"
  | "baseline"
  | "default_scopes"
  | "bundles"
  | "title"
  | "description"
  | "warning"
  | "group";

/** A policy with its lists of scopes. */
interface ScopeLists {
  readonly policy: CompiledPolicy;
  readonly defaults: ReadonlySet<string>;
  readonly bundles: ReturnType<typeof bundlesOf>;
}

type AspectReader = (scope: CompiledScope, lists: ScopeLists) => ScopeValue | undefined;

/** The value of each aspect of a scope, in the order in which changes are listed. Empty lists count as absent. */
const ASPECTS: Readonly<Record<ScopeAspect, AspectReader>> = {
  tier: ({ options }) => options.tier,
  account_types: ({ options }) => options.accountTypes,
  entitlement: ({ options }) => options.entitlement,
  reserved: ({ reserved }) => reserved,
  restricted: ({ restricted }) => restricted,
  implies: ({ implies }, { policy }) =>
    implies.map(({ scope }) => (policy.scopes[scope] as CompiledScope).name),
  replaces: ({ options }) => options.replaces,
  match: ({ options }) => options.match ?? "exact",
  default: ({ options }) => options.default,
  required: ({ options }) => options.required === true,
  baseline: (scope, { policy }) => policy.baseline.includes(scope),
  default_scopes: ({ name }, { defaults }) => defaults.has(name),
  bundles: (scope, { bundles }) =>
    [...bundles].flatMap(([name, { members }]) => (members.includes(scope) ? name : [])),
  title: ({ options }) => options.title,
  description: ({ options }) => options.description,
  warning: ({ options }) => options.warning,
  group: ({ options }) => options.group,
};

/** Returns the changes of the scopes of two policies: those of `after` in declared order, then the removed ones. */
export function scopeChanges(
  before: CompiledPolicy,
  after: CompiledPolicy,
): readonly ScopeChange[] {
  const earlier = new Map(before.scopes.map((scope) => [scope.name, scope]));
  const names = new Set(after.scopes.map(({ name }) => name));
  const gone = before.scopes.filter(({ name }) => !names.has(name));
  const successions = after.scopes.flatMap((scope) =>
    gone.filter((old) => replaces(scope, old)).map((old) => [scope.name, old.name] as const),
  );
  const [oldLists, newLists] = [listsOf(before), listsOf(after)];
  const kept = after.scopes.flatMap((scope): readonly ScopeChange[] => {
    const { name } = scope;
    const renamed = successions.flatMap(([successor, from]) =>
      successor === name ? { name, change: "renamed" as const, from, to: name } : [],
    );
    const old = earlier.get(name);
    if (old !== undefined) return [...renamed, ...aspectChanges(old, oldLists, scope, newLists)];
    return renamed.length > 0 ? renamed : [{ name, change: "added" }];
  });
  const replaced = new Set(successions.map(([, from]) => from));
  const removed = gone.filter(({ name }) => !replaced.has(name));
  return [...kept, ...removed.map(({ name }) => ({ name, change: "removed" as const }))];
}

/** Returns whether a token with the name of an older scope has a scope: by its older names, or as only placeholder names differ. */
function replaces({ template, options }: CompiledScope, old: CompiledScope): boolean {
  const isShape = template.names.length > 0 && shapeKey(template) === shapeKey(old.template);
  return isShape || options.replaces?.some((name) => printedScope(name) === old.name) === true;
}

function listsOf(policy: CompiledPolicy): ScopeLists {
  const defaults = new Set(policy.definition.defaultScopes?.map(printedScope));
  return { policy, defaults, bundles: bundlesOf(policy) };
}

function aspectChanges(
  old: CompiledScope,
  oldLists: ScopeLists,
  scope: CompiledScope,
  lists: ScopeLists,
): readonly ScopeChange[] {
  return (Object.keys(ASPECTS) as ScopeAspect[]).flatMap((change) => {
    const from = ASPECTS[change](old, oldLists);
    const to = ASPECTS[change](scope, lists);
    if (JSON.stringify(from ?? []) === JSON.stringify(to ?? [])) return [];
    const values = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
    return { name: scope.name, change, ...values };
  });
}
