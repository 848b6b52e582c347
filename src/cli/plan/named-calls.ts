import type { Policy } from "../../decision/define-policy.js";
import type { CaseValue } from "../../policy/definition.js";
import { isInternalName } from "../../policy/internal.js";
import { findCall, whyUnknown } from "../explain/question.js";
import { UsageError } from "../terminal/io.js";

/** Operations by their names in the policy, and the values of their parameters. */
export interface NamedCalls {
  readonly names: readonly string[];
  readonly params: Readonly<Record<string, CaseValue>>;
}

/**
 * Returns the operations that a user named: tools, endpoints, or requests whose path has the values of parameters.
 *
 * @throws {@link UsageError} for an unknown operation, and for two values of one parameter
 */
export function namedCalls(
  policy: Policy,
  asked: readonly string[],
  given: Readonly<Record<string, string>>,
): NamedCalls {
  const params = new Map<string, CaseValue>(Object.entries(given));
  const names = asked.map((name) => {
    const call = findCall(policy, name, given, undefined);
    const { operation, compiled } = call;
    if (operation === undefined) {
      if (isInternalName(compiled, name)) return name;
      const { why, meant } = whyUnknown(call);
      const hint = meant === undefined ? "" : `; did you mean \`${meant}\`?`;
      throw new UsageError(`unknown operation \`${name}\`: ${why}${hint}`);
    }
    for (const [param, value] of Object.entries(call.params)) {
      const other = params.get(param);
      if (other !== undefined && String(other) !== String(value)) {
        throw new UsageError(`two values of \`${param}\`: \`${other}\` and \`${value}\``);
      }
      params.set(param, value);
    }
    return operation.name;
  });
  return { names, params: Object.fromEntries(params) };
}
