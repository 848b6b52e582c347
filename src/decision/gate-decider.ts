import { PolicyError } from "../errors.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { isInternalName } from "../policy/internal.js";
import { escapeControls } from "../policy/report.js";
import type { CallOrigin } from "./decide.js";
import type { Decision } from "./decision.js";

/** Decides on a call by its origin. */
type OriginDecider = (
  token: unknown,
  name: unknown,
  params: unknown,
  origin: CallOrigin,
) => Decision;

const deciders = new WeakMap<object, OriginDecider>();

/** Stores how a policy decides by the origin of a call. */
export function storeOriginDecider(policy: object, decide: OriginDecider): void {
  deciders.set(policy, decide);
}

/**
 * Decides on a call by its origin.
 *
 * @param policy - a value that `definePolicy` or `loadPolicy` returned
 */
export function decideByOrigin(
  policy: object,
  ...call: Parameters<OriginDecider>
): ReturnType<OriginDecider> {
  const decide = deciders.get(policy) as OriginDecider;
  return decide(...call);
}

/** What a gate needs of an operation at startup. */
interface GateOperation {
  readonly name: string;
  readonly params: readonly string[];
}

/**
 * Resolves an operation for a gate, which knows no internal one.
 *
 * @throws {@link PolicyError} `ERR_OPERATION_UNKNOWN`
 */
export function operationForGate(
  policy: { readonly operation: (name: never) => GateOperation },
  name: string,
): GateOperation {
  if (isInternalName(compiledPolicyOf(policy), name)) {
    const message = `\`${name}\` is internal: no gate can serve it; remove \`internal\`, or call \`decide\` of the policy`;
    throw new PolicyError("ERR_OPERATION_UNKNOWN", escapeControls(message));
  }
  return policy.operation(name as never);
}
