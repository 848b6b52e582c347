import type { Case, Operation, Rule } from "../../policy/compiled-policy.js";
import {
  type CedarContext,
  conditionOfCase,
  conditionsOfAlternative,
  HAS_TOKEN,
} from "./cedar-condition.js";
import { quote } from "./cedar-text.js";

/** One policy of Cedar about one action. */
interface ActionPolicy {
  readonly effect: "permit" | "forbid";
  readonly conditions: readonly string[];
  /** The reason of a denial. */
  readonly reason?: string;
}

/** Returns the text of the policies that decide an operation as the policy does. */
export function policiesOfOperation(operation: Operation, context: CedarContext): string {
  const policies = branchesInOrder(operation).flatMap(({ branch, reached }) =>
    policiesOfBranch(branch, context).map((one) => ({
      ...one,
      conditions: [...reached, ...one.conditions],
    })),
  );
  const { name } = operation;
  return policies
    .map((policy, at) =>
      policyText(policy, name, policies.length === 1 ? name : `${name} #${at + 1}`),
    )
    .join("\n");
}

/** A branch of an operation with the conditions on arguments under which it decides. */
interface ReachedBranch {
  readonly branch: Operation;
  readonly reached: readonly string[];
}

/** Returns the branches of an operation, `otherwise` last. A call that meets several cases is decided by the first. */
function branchesInOrder(operation: Operation): readonly ReachedBranch[] {
  const not = (cases: readonly Case[]) => cases.map(({ when }) => `!(${conditionOfCase(when)})`);
  return [
    ...operation.cases.map(({ when, branch }, at, all) => ({
      branch,
      reached: [...not(all.slice(0, at)), conditionOfCase(when)],
    })),
    { branch: operation, reached: not(operation.cases) },
  ];
}

/** Returns one policy for each alternative of a branch, or its denial. */
function policiesOfBranch(
  { denial, public: isPublic, rules }: Operation,
  context: CedarContext,
): readonly ActionPolicy[] {
  if (denial !== undefined) return [{ effect: "forbid", conditions: [], reason: denial }];
  if (isPublic) {
    const isRead = `if ${HAS_TOKEN} then ${context.form.isRead} else true`;
    return [{ effect: "permit", conditions: [isRead] }];
  }
  return rules.flatMap((rule: Rule) =>
    rule.alternatives.map(
      (alternative): ActionPolicy => ({
        effect: "permit",
        conditions: conditionsOfAlternative(alternative, rule, context),
      }),
    ),
  );
}

/** Returns the text of a policy about one action. */
function policyText(
  { effect, conditions, reason }: ActionPolicy,
  action: string,
  id: string,
): string {
  return [
    `@id(${quote(id)})`,
    ...(reason === undefined ? [] : [`@reason(${quote(reason)})`]),
    `${effect} (principal, action == Action::${quote(action)}, resource)${whenText(conditions)};`,
    "",
  ].join("\n");
}

function whenText(conditions: readonly string[]): string {
  return conditions.length === 0 ? "" : `\nwhen {\n  ${conditions.join(" &&\n  ")}\n}`;
}

/** Returns the policy that denies every request whose scope claim is malformed: the library denies these too. */
export function malformedClaimPolicy(conditions: readonly string[]): string {
  const clauses = conditions.map((one) => `(${one})`);
  return [
    `@id("malformed scope claim")`,
    "forbid (principal, action, resource)",
    `when {\n  ${HAS_TOKEN} && (\n    ${clauses.join(" ||\n    ")}\n  )\n};`,
    "",
  ].join("\n");
}
