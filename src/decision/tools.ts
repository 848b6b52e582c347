import type { Budget } from "./bindings.js";
import { type Decider, decideOperation, factsOf, heldBy } from "./decide.js";
import {
  allowed,
  type Decision,
  type DecisionCode,
  INVALID_TOKEN,
  UNAUTHENTICATED,
} from "./decision.js";
import { type Facts, isMet, judgeForToken, refuse, scopesOf } from "./judge.js";
import type { PreparedOperation } from "./prepare.js";

/** A tool as a list shows it. */
export interface ToolView {
  /** Its name. */
  readonly name: string;
  /**
   * What a call would be answered. Of a tool with parameters: `allowed` if a binding that the token holds meets it;
   * else what stands in the way, naming only scopes whose values are known: never a placeholder. Its `missing` can
   * therefore be empty, and what a challenge names is the decision about a call.
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

/** How many held bindings are looked at in search of values that agree: for a whole list, for one tool, and for one tool at least. */
const STEPS = { list: 100_000, most: 10_000, least: 100 } as const;

/** The exact tools of a policy in declared order, hidden ones left out, as one token sees them. */
export function listTools(decider: Decider, token: unknown): ToolView[] {
  const views: ToolView[] = [];
  const values: Budget["values"] = new Map();
  let left: number = STEPS.list;
  for (const [name, { kind, hidden }] of decider.policy.operations) {
    const operation = decider.operations.get(name);
    if (kind !== "tool" || hidden || operation === undefined) continue;
    const steps = Math.max(STEPS.least, Math.min(STEPS.most, left));
    const budget: Budget = { steps, values };
    const decision =
      operation.plain === undefined
        ? decideForToken(decider, operation, token, budget)
        : decideOperation(decider, operation, token, undefined);
    left -= steps - budget.steps;
    if (VISIBLE.has(decision.code)) views.push({ name, decision });
  }
  return views;
}

/** The decision for the values that the token itself is bound to. */
function decideForToken(
  decider: Decider,
  operation: PreparedOperation,
  token: unknown,
  budget: Budget,
): Decision {
  if (operation.denied !== undefined) return operation.denied;
  if (token === undefined) return UNAUTHENTICATED;
  const held = heldBy(decider, token);
  if (held === undefined) return INVALID_TOKEN;
  const facts = factsOf(decider.policy, operation, token);
  const judge = (facts: Facts, budget: Budget) =>
    operation.rules.map((rule) => judgeForToken(rule, held, facts, budget));
  const judged = judge(facts, budget);
  // an exact entry has one rule
  const met = judged.flat().find((one) => isMet(one.alternative, held, facts, one.values));
  if (met !== undefined) return allowed(scopesOf(met.alternative, met.values));
  // a copy: what the message costs is not taken from the tools after this one
  return refuse(decider.policy, judged, held, facts, (upgraded) => judge(upgraded, { ...budget }));
}
