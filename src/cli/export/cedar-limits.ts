import { hasPlaceholder } from "../../grammar/placeholder.js";
import { branchesOf, type Operation } from "../../policy/compiled-policy.js";
import type { ClaimForm } from "./cedar-claim.js";
import type { CedarContext } from "./cedar-condition.js";

/** The type of an argument in Cedar. */
export type ArgumentType = "String" | "Long" | "Bool";

const TYPE_OF: Readonly<Record<string, ArgumentType>> = {
  string: "String",
  number: "Long",
  boolean: "Bool",
};

/** Returns the type of each argument that the cases of an operation compare; `undefined` for one whose values have no common type. */
export function argumentTypes({ cases }: Operation): ReadonlyMap<string, ArgumentType | undefined> {
  const values = new Map<string, unknown[]>();
  for (const [argument, compared] of cases.flatMap(({ when }) => when)) {
    values.set(argument, [...(values.get(argument) ?? []), ...compared]);
  }
  return new Map([...values].map(([argument, all]) => [argument, commonType(all)] as const));
}

function commonType(values: readonly unknown[]): ArgumentType | undefined {
  const types = new Set(values.map(typeOf));
  const [only] = types;
  return types.size === 1 ? only : undefined;
}

function typeOf(value: unknown): ArgumentType | undefined {
  return typeof value === "number" && !Number.isInteger(value) ? undefined : TYPE_OF[typeof value];
}

/** Returns why Cedar cannot decide an operation, so that it has no permit; `undefined` if it can. */
export function whyUnsayable(operation: Operation, form: ClaimForm): string | undefined {
  for (const [argument, type] of argumentTypes(operation)) {
    if (type === undefined) {
      return `its cases compare \`${argument}\` with values that have no common type in Cedar`;
    }
  }
  const scopes = new Set(
    branchesOf(operation)
      .flatMap(({ rules }) => rules)
      .flatMap(({ alternatives }) => alternatives)
      .flatMap(({ uses }) => uses)
      .filter(({ params }) => params.length > 0)
      .map(({ scope }) => scope),
  );
  for (const { name, template } of scopes) {
    if (!form.takesValues) {
      return `it requires \`${name}\` for a value of the call, and a pattern of Cedar cannot contain one; use \`--scope-claim set\``;
    }
    const odd = operation.params.find((param) => !hasPlaceholder(`{${param}}`));
    if (odd !== undefined) {
      return `its parameter \`${odd}\` cannot be the name of a placeholder`;
    }
    if (template.coverage !== undefined) {
      return `it requires \`${name}\`, whose matching rule compares parts of values`;
    }
  }
  return undefined;
}

/** Returns what the policies of Cedar cannot express of a policy, one line each. All but the last ones make Cedar stricter. */
export function cedarLimits(context: CedarContext): readonly string[] {
  const { compiled, form } = context;
  const { operations, fromCode } = compiled;
  const all = [...operations.values()];
  const rules = all.flatMap(branchesOf).flatMap((branch) => branch.rules);
  const enriched = all.filter((one) =>
    branchesOf(one).some((branch) => branch.rules.some((rule) => rule.enrichments.length > 0)),
  );
  const limits = all.flatMap(({ name, ...rest }) => {
    const why = whyUnsayable({ name, ...rest }, form);
    return why === undefined ? [] : [`\`${name}\`: ${why}: Cedar denies every call`];
  });
  const internal = [...fromCode.operations.values()].filter((one) => one.internal);
  return [
    ...limits,
    ...implicationsLeftOut(context),
    ...fromCode.patterns.map(
      ({ operation: { name } }) =>
        `\`${name}\`: actions of Cedar are listed by name: Cedar denies a tool that only this pattern matches`,
    ),
    ...internal.map(
      ({ name }) => `\`${name}\`: it is internal: it has no action, so that no client can call it`,
    ),
    ...(enriched.length === 0
      ? []
      : [
          `\`enrichedBy\` of ${names(enriched)}: Cedar allows or denies, without additional detail`,
        ]),
    ...(rules.some(({ alternatives }) => alternatives.some(({ within }) => within.length > 0))
      ? [
          "the characters of `params` in the context: pass a value only if `isBoundValue` accepts it",
        ]
      : []),
    form.unchecked,
  ];
}

/** Returns a line for each scope that implies a used one for any value of its placeholders. */
function implicationsLeftOut({ compiled, form, grantOf }: CedarContext): readonly string[] {
  const lines = new Set<string>();
  for (const operation of compiled.operations.values()) {
    if (whyUnsayable(operation, form) !== undefined) continue;
    for (const rule of branchesOf(operation).flatMap(({ rules }) => rules)) {
      for (const use of rule.alternatives.flatMap(({ uses }) => uses)) {
        for (const name of grantOf(use, rule).leftOut) {
          lines.add(
            `\`${name}\` implies \`${use.scope.name}\` for any value: Cedar does not know that implication`,
          );
        }
      }
    }
  }
  return [...lines];
}

function names(operations: readonly Operation[]): string {
  return operations.map(({ name }) => `\`${name}\``).join(", ");
}
