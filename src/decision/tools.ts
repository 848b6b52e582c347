import type { CompiledPolicy } from "../policy/compiled.js";
import { newValueSearch, type ValueSearch } from "./bindings.js";
import { type Decider, decideOperation, factsOf, heldBy } from "./decide.js";
import {
  allowed,
  type Decision,
  type DecisionCode,
  INVALID_TOKEN,
  UNAUTHENTICATED,
} from "./decision.js";
import type { Held } from "./held.js";
import { type Facts, isMet, isMismatch, judgeForToken, refuse, scopesOf } from "./judge.js";
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

/** The decisions whose tool a list contains: allowed, or a denial that consent, an upgrade or a sign-in would lift. */
export const LISTED_CODES: ReadonlySet<DecisionCode> = new Set<DecisionCode>([
  "allowed",
  "insufficient_scope",
  "upgrade_required",
  "unauthenticated",
]);

/** Returns the exact tools of a policy in declared order, hidden ones left out, as one token sees them. */
export function listTools(decider: Decider, token: unknown): ToolView[] {
  const scopes = token === undefined ? undefined : decider.read(token);
  // read once: a list of scopes would be read anew for each tool
  const reader: Decider = { ...decider, read: () => scopes };
  const held = heldBy(reader, token);
  const seen = held && { held, search: newValueSearch(held), upgrades: newValueSearch(held) };
  const views: ToolView[] = [];
  for (const [name, { kind, hidden }] of decider.policy.operations) {
    const operation = decider.operations.get(name);
    if (kind !== "tool" || hidden || operation === undefined) continue;
    const decision =
      operation.plain === undefined
        ? decideForToken(decider.policy, operation, token, seen)
        : decideOperation(reader, operation, token, undefined);
    if (decision !== undefined && LISTED_CODES.has(decision.code)) views.push({ name, decision });
  }
  return views;
}

/** What a token has, and the search in it. */
interface Seen {
  readonly held: Held;
  readonly search: ValueSearch;
  /** A search of its own, so that it takes nothing from the first: what the token could do with a higher tier. */
  readonly upgrades: ValueSearch;
}

/** The decision for the values that the token itself is bound to; `undefined` for one that a list does not show. */
function decideForToken(
  policy: CompiledPolicy,
  operation: PreparedOperation,
  token: unknown,
  seen: Seen | undefined,
): Decision | undefined {
  if (operation.denied !== undefined) return operation.denied;
  if (token === undefined) return UNAUTHENTICATED;
  if (seen === undefined) return INVALID_TOKEN;
  const { held, search, upgrades } = seen;
  const facts = factsOf(policy, operation, token);
  const judge = (facts: Facts, among: ValueSearch) =>
    operation.rules.map((rule) => judgeForToken(rule, facts, among));
  const judged = judge(facts, search);
  // an exact entry has one rule
  const met = judged.flat().find((one) => isMet(one.alternative, held, facts, one.values));
  if (met !== undefined) return allowed(scopesOf(met.alternative, met.values));
  // which parameter is at fault is not shown, and costs a look at all that is held
  if (isMismatch(judged)) return undefined;
  return refuse(policy, judged, held, facts, (upgraded) => judge(upgraded, upgrades));
}
