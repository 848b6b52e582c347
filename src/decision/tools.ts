import { type Decider, decideOperation, factsOf, heldBy } from "./decide.js";
import {
  allowed,
  type Decision,
  type DecisionCode,
  INVALID_TOKEN,
  UNAUTHENTICATED,
} from "./decision.js";
import type { Held } from "./held.js";
import { type Facts, isMet, refuse, scopesOf } from "./judge.js";
import type { PreparedAlternative, PreparedOperation } from "./prepare.js";

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
  for (const { alternatives } of operation.rules) {
    for (const alternative of alternatives) {
      const values = valuesThatMeet(alternative, held, facts);
      if (values !== undefined)
        return alternative.granted ?? allowed(scopesOf(alternative, values));
    }
  }
  const cases = operation.rules.map((rule) => ({ rule, values: undefined }));
  return refuse(decider.policy, cases, held, facts);
}

const MOST_STEPS = 10_000;

/**
 * Values for the parameters of an alternative under which it is met, taken from the templates that are held: one
 * template after the other, going back where they disagree. Gives up after 10,000 steps, so that a token with thousands
 * of bindings cannot keep a server busy; the tool then counts as not callable.
 */
function valuesThatMeet(
  alternative: PreparedAlternative,
  held: Held,
  facts: Facts,
): readonly string[] | undefined {
  let steps = 0;
  const extend = (at: number, values: readonly string[]): readonly string[] | undefined => {
    const use = alternative.bound[at];
    if (use === undefined) return isMet(alternative, held, facts, values) ? values : undefined;
    for (const key of held.bound.get(use.scope) ?? []) {
      steps += 1;
      if (steps > MOST_STEPS) return undefined;
      const candidate = key.split(" ");
      const agrees = use.params.every(
        (param, index) => (values[param] ?? candidate[index]) === candidate[index],
      );
      if (!agrees) continue;
      const next = [...values];
      use.params.forEach((param, index) => {
        next[param] = candidate[index] as string;
      });
      const found = extend(at + 1, next);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return extend(0, []);
}
