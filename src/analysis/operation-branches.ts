import { operationOf } from "../decision/decider.js";
import type { Policy } from "../decision/define-policy.js";
import { deciderOf } from "../decision/gate-decider.js";
import type { PreparedOperation } from "../decision/prepared.js";

/**
 * Returns an operation of a policy by name.
 *
 * @throws {@link index!PolicyError} `ERR_OPERATION_UNKNOWN` for a name that the policy does not declare
 */
export function operationFor(policy: object, name: string): PreparedOperation {
  (policy as Policy).operation(name);
  return operationOf(deciderOf(policy).fromCode, name) as PreparedOperation;
}

/** Returns the names of the parameters of the rules of a branch. */
export function paramsOf({ rules }: PreparedOperation): readonly string[] {
  return rules.flatMap(({ params }) => params.map(({ name }) => name));
}

/** Returns whether two branches are decided by the same rules, as tools are that the same patterns match. */
export function haveSameRules(left: PreparedOperation, right: PreparedOperation): boolean {
  return (
    left.denied === right.denied &&
    left.public === right.public &&
    left.rules.length === right.rules.length &&
    left.rules.every((rule, at) => rule === right.rules[at])
  );
}
