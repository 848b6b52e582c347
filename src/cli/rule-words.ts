import { printedScope } from "../grammar/scope-syntax.js";
import type { Alternative, CompiledPolicy, Operation } from "../policy/compiled.js";
import type { OperationDefinition, RequirementOptions } from "../policy/definition.js";

/** A piece of a rule in words: the name of a scope, or what stands between names. */
export type Word = { readonly scope: string } | { readonly text: string };

/** How a rule is open: by scopes, to any valid token, to everybody, or to nobody. */
export type Access = "scopes" | "authenticated" | "public" | "denied";

/** How an operation is open; a pattern that denies it counts. */
export function accessOf(entry: OperationDefinition, operation: Operation): Access {
  if (operation.denial !== undefined) return "denied";
  if (operation.public) return "public";
  return typeof entry === "object" && entry.authenticated === true ? "authenticated" : "scopes";
}

/** The requirement as it is written: `a and (b or c)`; without gates, which {@link gatesOf} tells. */
export function requirementWords(entry: OperationDefinition | RequirementOptions): readonly Word[] {
  if (typeof entry === "string") return [{ scope: printedScope(entry) }];
  if (entry.scope !== undefined) return [{ scope: printedScope(entry.scope) }];
  const [list, between] = entry.anyOf ? [entry.anyOf, " or "] : [entry.allOf ?? [], " and "];
  return list.flatMap((part, index) => {
    const words = requirementWords(part);
    const grouped =
      list.length > 1 && words.length > 1 ? [{ text: "(" }, ...words, { text: ")" }] : words;
    return index === 0 ? grouped : [{ text: between }, ...grouped];
  });
}

/** Words as plain text. */
export function plainWords(words: readonly Word[]): string {
  return words.map((word) => ("scope" in word ? word.scope : word.text)).join("");
}

/** `pro plan or above`; the highest plan has none above it. */
export function planWords(tier: string, tiers: readonly string[]): string {
  return tier === tiers.at(-1) ? `${tier} plan` : `${tier} plan or above`;
}

/** `mentor or studio accounts`; a gate that nobody passes is said to be one. */
export function accountWords(types: readonly string[]): string {
  return types.length === 0 ? "no kind of account" : `${types.join(" or ")} accounts`;
}

/** What stands before an operation besides scopes, each as a few words; ways in that differ say which they are. */
export function gatesOf(operation: Operation, policy: CompiledPolicy): readonly string[] {
  const alternatives = operation.rules.flatMap((rule) => rule.alternatives);
  const waysByGate = new Map<string, Alternative[]>();
  for (const alternative of alternatives) {
    for (const gate of gatesOfWay(alternative, policy)) {
      waysByGate.set(gate, [...(waysByGate.get(gate) ?? []), alternative]);
    }
  }
  return [...waysByGate].map(([gate, ways]) =>
    ways.length === alternatives.length ? gate : `${gate}, with ${listWays(ways, policy)}`,
  );
}

const MOST_WAYS_NAMED = 3;

function listWays(ways: readonly Alternative[], { baseline }: CompiledPolicy): string {
  const named = ways.slice(0, MOST_WAYS_NAMED).map(({ uses }) => {
    const own = uses.filter(({ scope }) => !baseline.includes(scope));
    return own.map(({ scope }) => scope.name).join(" and ");
  });
  const rest = ways.length - named.length;
  return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(" or ");
}

/** The gates of one way in. */
function gatesOfWay(
  { tier, accountTypes, reserved }: Alternative,
  policy: CompiledPolicy,
): readonly string[] {
  const plan = policy.tiers[tier];
  return [
    ...(plan === undefined ? [] : [planWords(plan, policy.tiers)]),
    ...(accountTypes === undefined ? [] : [accountWords(accountTypes)]),
    ...(reserved ? [`clients of ${policy.definition.name} itself (reserved)`] : []),
  ];
}

/** Which parameter of a call fills a placeholder that has another name. */
export function renamingsOf(operation: Operation): readonly string[] {
  const texts = operation.rules.flatMap((rule) =>
    rule.alternatives.flatMap(({ uses }) =>
      uses.flatMap(({ scope, params }) =>
        params.flatMap((place, index) => {
          const placeholder = scope.template.names[index] ?? "";
          const param = rule.params[place]?.name ?? placeholder;
          return param === placeholder ? [] : [`{${placeholder}} is the parameter ${param}`];
        }),
      ),
    ),
  );
  return [...new Set(texts)];
}
