import { PolicyError } from "../errors.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { isInternalName } from "../policy/internal.js";
import { oncePerPolicy } from "../policy/once-per-policy.js";
import { escapeControls } from "../policy/report.js";
import type { CallOrigin } from "./decide.js";
import type { Decider } from "./decider.js";
import type { Decision } from "./decision.js";

/** Decides on a call by its origin. */
type OriginDecider = (
  decider: Decider,
  token: unknown,
  name: unknown,
  params: unknown,
  origin: CallOrigin,
) => Decision;

/** A decider with its function, so that a gate that only looks up operations does not load it. */
interface Stored {
  readonly decider: Decider;
  readonly decide: OriginDecider;
}

const deciders = new WeakMap<object, Stored>();

/** Stores the decider of a policy, and how it decides by the origin of a call. */
export function storeDecider(policy: object, decider: Decider, decide: OriginDecider): void {
  deciders.set(policy, { decider, decide });
}

/**
 * Returns the decider of a policy.
 *
 * @param policy - a value that `definePolicy` or `loadPolicy` returned
 */
export function deciderOf(policy: object): Decider {
  return (deciders.get(policy) as Stored).decider;
}

/**
 * Decides on a call by its origin.
 *
 * @param policy - a value that `definePolicy` or `loadPolicy` returned
 */
export function decideByOrigin(
  policy: object,
  token: unknown,
  name: unknown,
  params: unknown,
  origin: CallOrigin,
): Decision {
  const { decider, decide } = deciders.get(policy) as Stored;
  return decide(decider, token, name, params, origin);
}

/** What a gate needs of an operation at startup. */
interface GateOperation {
  readonly name: string;
  readonly params: readonly string[];
}

type GatePolicy = Parameters<typeof operationForGate>[0];

/**
 * Returns the function that returns the parameters of an operation by policy, for a gate whose policy can be replaced. A policy that
 * does not have the operation has no parameters for it: it denies every call.
 */
export function createParamsReader(name: string): (policy: GatePolicy) => readonly string[] {
  return oncePerPolicy((policy) => {
    try {
      return operationForGate(policy, name).params;
    } catch {
      return [];
    }
  });
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
