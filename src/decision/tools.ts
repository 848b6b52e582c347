import { type PartialValues, valuesOfHeld } from "./bindings.js";
import { type Decider, decideOperation, factsOf, heldBy } from "./decide.js";
import {
  allowed,
  type Decision,
  type DecisionCode,
  INVALID_TOKEN,
  UNAUTHENTICATED,
} from "./decision.js";
import { isMet, refuse, scopesOf } from "./judge.js";
import type { PreparedOperation } from "./prepare.js";

/** A tool as a list shows it. */
export interface ToolView {
  /** Its name. */
  readonly name: string;
  /**
   * What a call would be answered. Of a tool with parameters: `allowed` if a binding that the token holds meets it;
   * else what stands in the way, naming only scopes whose values are known.
   */
  readonly decision: Decision;
}

/** Tools that a list shows: those that can be called, and those that consent, an upgrade or a sign-in would open. */
const VISIBLE: ReadonlySet<DecisionCode> = new Set<DecisionCode>([
  "allowed",
  "insufficient_scope",
  "upgrade_required",
  "unauthenticated",
]);

/** The exact tools of a policy in declared order, hidden ones left out, as one token sees them. */
export function listTools(decider: Decider, token: unknown): ToolView[] {
  const views: ToolView[] = [];
  for (const [name, { kind, hidden }] of decider.policy.operations) {
    const operation = decider.operations.get(name);
    if (kind !== "tool" || hidden || operation === undefined) continue;
    const decision =
      operation.plain === undefined
        ? decideForSomeValue(decider, operation, token)
        : decideOperation(decider, operation, token, undefined);
    if (VISIBLE.has(decision.code)) views.push({ name, decision });
  }
  return views;
}

/** The decision for the values that the token itself is bound to. */
function decideForSomeValue(
  decider: Decider,
  operation: PreparedOperation,
  token: unknown,
): Decision {
  if (operation.denied !== undefined) return operation.denied;
  if (token === undefined) return UNAUTHENTICATED;
  const held = heldBy(decider, token);
  if (held === undefined) return INVALID_TOKEN;
  const facts = factsOf(decider.policy, operation, token);
  for (const alternative of operation.rules.flatMap((rule) => rule.alternatives)) {
    const meets = (values: PartialValues) => isMet(alternative, held, facts, values as string[]);
    const values = valuesOfHeld(alternative, held, meets);
    if (values !== undefined) return allowed(scopesOf(alternative, values as string[]));
  }
  const cases = operation.rules.map((rule) => ({ rule, values: undefined }));
  return refuse(decider.policy, cases, held, facts);
}
