import type { Decider } from "../decision/decider.js";
import type { DecisionCode } from "../decision/decision.js";
import { needsOf } from "../decision/operation-needs.js";
import type { ScopeNeed } from "../decision/scope-cover.js";
import { boundValueText } from "../grammar/bound-value.js";
import { bindTemplate } from "../grammar/template.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { CaseValue } from "../policy/definition.js";
import { expandTokens, isCovered, type Meaning } from "../policy/scope-meanings.js";
import { type Account, accountClaims } from "./account.js";
import { minimalItems } from "./minimal-items.js";
import { operationFor } from "./operation-branches.js";

/** A step of a plan as the program passes it. Names in `params` and `returns` are those of ids. */
export interface NamedStep {
  readonly operation: string;
  readonly params?: { readonly [param: string]: string };
  readonly returns?: { readonly [member: string]: string };
}

/** A step that a token of the account can be allowed to take. */
export interface StepNeed {
  readonly operation: string;
  /** For each rule that must be met: its ways. Empty for a public operation. */
  readonly needs: readonly ScopeNeed[];
  /** The ids without a value that its scopes can contain. */
  readonly scopeIds: readonly string[];
  /** All ids without a value that it has as parameters. */
  readonly ids: readonly string[];
  /** The ids that it returns. */
  readonly returns: readonly string[];
}

/** The texts of a scope in a plan. */
export interface PlannedScope {
  /** The scope token, with `{id}` for each id without a value. */
  readonly scope: string;
  /** The scope token with `{id}` for every id. */
  readonly template: string;
  /** The ids without a value. */
  readonly ids: readonly string[];
}

/** What the steps of one plan have in common. */
export interface PlanContext {
  readonly policy: object;
  readonly decider: Decider;
  readonly account: Account;
  /** The values of ids that are known from the start. */
  readonly known: ReadonlyMap<string, CaseValue>;
  /** Returns the value of an id: the known one, or a word in its place, of which each id has its own. */
  readonly readValue: (id: string) => CaseValue;
  /** The scopes of all steps by their text with these values. */
  readonly scopes: Map<string, PlannedScope>;
}

/** Returns what a step needs; the code of the denial if no token of a third party with this account can be allowed to take it. */
export function needOf(step: NamedStep, context: PlanContext): StepNeed | DecisionCode {
  const { policy, decider, known, readValue } = context;
  const compiled = decider.policy;
  const params = Object.entries(step.params ?? {});
  const args = Object.fromEntries(params.map(([name, id]) => [name, readValue(id)]));
  const operation = operationFor(policy, step.operation);
  const token = { ...accountClaims(context.account), scope: "" };
  const found = needsOf(decider, operation, token, args);
  if (found.kind === "unreachable") return found.reason;
  const ids = params.map(([, id]) => id);
  const needs = found.needs.map((need) => neededWays(compiled, need));
  const scopes = needs.flat(2).map((text) => planScope(text, ids, context));
  const unknown = (all: readonly string[]) => [...new Set(all)].filter((id) => !known.has(id));
  return {
    operation: step.operation,
    needs,
    scopeIds: unknown(scopes.flatMap((scope) => scope.ids)),
    ids: unknown(ids),
    returns: unknown(Object.values(step.returns ?? {})),
  };
}

/** Returns the texts of a scope whose values are those of ids. */
function planScope(text: string, ids: readonly string[], context: PlanContext): PlannedScope {
  const { known, readValue, scopes } = context;
  const planned = scopes.get(text);
  if (planned !== undefined) return planned;
  // a need of a call is the name of a scope with values that it accepts
  const { scope, values } = expandTokens(context.decider.policy, [text], false).get(
    text,
  ) as Meaning;
  const idOf = (value: string) =>
    ids.find((id) => boundValueText(readValue(id)) === value) as string;
  const textWith = (isReplaced: (id: string) => boolean) =>
    bindTemplate(
      scope.template,
      values.map((value) => (isReplaced(idOf(value)) ? `{${idOf(value)}}` : value)),
    );
  const isUnknown = (id: string) => !known.has(id);
  const made = {
    scope: textWith(isUnknown),
    template: textWith(() => true),
    ids: [...new Set(values.map(idOf))].filter(isUnknown),
  };
  scopes.set(text, made);
  return made;
}

/** Returns the ways without those that another way makes needless, because they have all that it needs. */
function neededWays(policy: CompiledPolicy, need: ScopeNeed): ScopeNeed {
  const all = need.map((way) => ({ way, granted: expandTokens(policy, way, false) }));
  const needed = minimalItems(all, (less, more) =>
    less.way.every((text) => isCovered(more.granted, less.granted.get(text) as Meaning)),
  );
  return needed.map(({ way }) => way);
}
