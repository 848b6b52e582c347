import { printedScope } from "../grammar/scope-syntax.js";
import type {
  Alternative,
  AuthenticationCondition,
  Boundary,
  CompiledPolicy,
  Operation,
  When,
} from "../policy/compiled-policy.js";
import type { CaseOptions, OperationDefinition, RequirementOptions } from "../policy/definition.js";
import { withoutPrototype } from "../policy/own-members.js";

/** A piece of a rule in words: the name of a scope, or the text between names. */
export type Word = { readonly scope: string } | { readonly text: string };

/** Returns the result of one of two functions: the first takes the name of a scope, the other one a text between names. */
export function wordAs<Result>(
  word: Word,
  ofScope: (scope: string) => Result,
  ofText: (text: string) => Result,
): Result {
  return "scope" in word ? ofScope(word.scope) : ofText(word.text);
}

/** The access that a rule gives: with scopes, with any valid token, without a token, or never. */
export type Access = "scopes" | "authenticated" | "public" | "denied";

/** Returns the access to an operation. A pattern that denies the operation counts. */
export function accessOf(entry: OperationDefinition, operation: Operation): Access {
  if (operation.denial !== undefined) return "denied";
  if (operation.public) return "public";
  return typeof entry === "object" && entry.authenticated === true ? "authenticated" : "scopes";
}

/** A branch of an entry, which has an operation of its own; the entry itself if it has no cases. */
export interface DescribedBranch {
  readonly entry: OperationDefinition;
  readonly operation: Operation;
  /** The condition of the branch, such as `mode: "explain"`; `undefined` for an entry without cases. */
  readonly when: string | undefined;
}

/** Returns the branches of an entry in the order in which they are compared: its cases, then `otherwise`. */
export function describedBranches(
  entry: OperationDefinition,
  operation: Operation,
): readonly DescribedBranch[] {
  const { cases = [], otherwise } = typeof entry === "string" ? {} : entry;
  if (otherwise === undefined) return [{ entry, operation, when: undefined }];
  return [
    ...operation.cases.map(({ when, branch }, index) => {
      const members = Object.entries(cases[index] as CaseOptions);
      return {
        entry: withoutPrototype(Object.fromEntries(members.filter(([key]) => key !== "when"))),
        operation: branch,
        when: whenText(when),
      };
    }),
    { entry: otherwise, operation: { ...operation, cases: [] }, when: "otherwise" },
  ];
}

/** Returns the condition of a case as text: `mode: "explain" or "plan", dry: true`. */
export function whenText(when: When): string {
  return when
    .map(([argument, values]) => {
      const texts = [...values].map((value) => JSON.stringify(value));
      return `${argument}: ${texts.join(" or ")}`;
    })
    .join(", ");
}

/** Returns a requirement as the policy writes it: `a and (b or c)`. Conditions are left to {@link conditionsOf}. */
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

/** Returns words as plain text. */
export function plainWords(words: readonly Word[]): string {
  return words.map((word) => ("scope" in word ? word.scope : word.text)).join("");
}

/** Returns a tier as text, such as `pro tier or above`; without `or above` for the highest tier. */
export function tierText(tier: string, tiers: readonly string[]): string {
  return tier === tiers.at(-1) ? `${tier} tier` : `${tier} tier or above`;
}

/** Returns account types as text, such as `mentor or studio accounts`. An empty list is a condition that no account meets. */
export function accountTypesText(types: readonly string[]): string {
  return types.length === 0 ? "no account type" : `${types.join(" or ")} accounts`;
}

/** Returns entitlements as text, such as `fleet and beta entitlements`. */
export function entitlementsText(names: readonly string[]): string {
  return `${names.join(" and ")} ${names.length === 1 ? "entitlement" : "entitlements"}`;
}

/** Returns as text that the value of a parameter must be within a boundary. */
function withinText(param: string, { name, isOpen }: Boundary): string {
  const open = isOpen ? ", if it names any" : "";
  return `${param} within the token's ${name} values${open}`;
}

/** Returns the conditions of an operation as text. A condition of only some alternatives names these alternatives. */
export function conditionsOf(operation: Operation, policy: CompiledPolicy): readonly string[] {
  const alternatives = operation.rules.flatMap((rule) => rule.alternatives);
  const authentication = operation.rules.flatMap((rule) =>
    authenticationTexts(rule.authentication),
  );
  const waysByGate = new Map<string, Alternative[]>();
  for (const { alternatives: own, params } of operation.rules) {
    for (const alternative of own) {
      const within = alternative.within.map(({ boundary, param }) =>
        withinText(params[param]?.name ?? "", boundary),
      );
      for (const gate of [...conditionsOfAlternative(alternative, policy), ...within]) {
        waysByGate.set(gate, [...(waysByGate.get(gate) ?? []), alternative]);
      }
    }
  }
  const conditions = [...waysByGate].map(([gate, ways]) =>
    ways.length === alternatives.length ? gate : `${gate}, with ${alternativesText(ways, policy)}`,
  );
  return [...conditions, ...authentication];
}

/** Returns as text how and when the user must have authenticated. */
export function authenticationTexts(
  condition: Partial<AuthenticationCondition> = {},
): readonly string[] {
  const { acr, maxAge } = condition;
  return [
    ...(acr === undefined ? [] : [`user authenticated with ${acr.join(" or ")}`]),
    ...(maxAge === undefined ? [] : [`user authenticated in the last ${maxAge} seconds`]),
  ];
}

const MAX_NAMED_ALTERNATIVES = 3;

function alternativesText(ways: readonly Alternative[], { baseline }: CompiledPolicy): string {
  const named = ways.slice(0, MAX_NAMED_ALTERNATIVES).map(({ uses }) => {
    const own = uses.filter(({ scope }) => !baseline.includes(scope));
    return own.map(({ scope }) => scope.name).join(" and ");
  });
  const rest = ways.length - named.length;
  return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(" or ");
}

/** Returns the conditions of one alternative as text. */
function conditionsOfAlternative(
  { tier, accountTypes, entitlements, reserved, restricted }: Alternative,
  policy: CompiledPolicy,
): readonly string[] {
  const plan = policy.tiers[tier];
  return [
    ...(plan === undefined ? [] : [tierText(plan, policy.tiers)]),
    ...(accountTypes === undefined ? [] : [accountTypesText(accountTypes)]),
    ...(entitlements.length === 0 ? [] : [entitlementsText(entitlements)]),
    ...(reserved ? [`first-party clients of ${policy.definition.name} (reserved)`] : []),
    ...(restricted ? [`clients that ${policy.definition.name} approved (restricted)`] : []),
  ];
}

/** Returns as text which parameters of a call fill placeholders with another name. */
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
