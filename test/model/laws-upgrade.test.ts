// Laws of the message of `upgrade_required`, for any policy.

import fc from "fast-check";
import type { Decision } from "scope-policy";
import { describe, expect, it } from "vitest";
import { tally } from "../often.js";
import { drawGoodCase } from "./arbitrary-request.js";
import { type Draw, drawn } from "./draw.js";
import { assertLaw } from "./law.js";
import type { Definition, RuleOptions } from "./model.js";
import { load, tokenOf } from "./observe.js";

const RUNS = { numRuns: 1000 };
const goodCase = (draw: Draw) => drawGoodCase(draw);
const MENTION = ", and a scope that has not been granted";

/** Returns the token of an account with the named tier and every entitlement. */
function upgradedBy<Token extends object>(
  token: Token,
  { tier }: { readonly tier?: string },
  { entitlements = [] }: Definition,
): Token & { entitlements: string[] } {
  return { ...token, ...(tier !== undefined && { tier }), entitlements };
}

/** Returns whether a token meets an alternative, however its user authenticated. */
function metBy({ allowed, code }: Decision): { readonly allowed: boolean } {
  return { allowed: allowed || code === "insufficient_user_authentication" };
}

describe("the message of upgrade_required", { timeout: 300_000 }, () => {
  it("mentions a missing scope exactly if a call is still denied on the tier that it names", () => {
    const seen = {
      tierOnly: tally("only the tier is missing", 11),
      both: tally("a scope is missing in addition", 11),
    };
    assertLaw(
      fc.property(drawn(goodCase), ({ definition, held, facts, name, params }) => {
        const policy = load(definition);
        const token = tokenOf(held, facts);
        const decision = policy.decideUntrusted(token, name, params);
        if (decision.code !== "upgrade_required") return;
        const upgraded = upgradedBy(token, decision, definition);
        const { allowed } = metBy(policy.decideUntrusted(upgraded, name, params));
        const bare =
          decision.entitlement === undefined
            ? `upgrade required: this needs the plan \`${decision.tier}\` or above`
            : `upgrade required: this needs the add-on \`${decision.entitlement}\``;
        expect(decision.message).toBe(allowed ? bare : bare + MENTION);
        seen[allowed ? "tierOnly" : "both"].count += 1;
      }),
      RUNS,
      Object.values(seen),
    );
  });

  it("mentions a missing scope exactly if a tool in a list is still denied on the tier that it names", () => {
    const seen = {
      tierOnly: tally("only the tier is missing", 11),
      both: tally("a scope is missing in addition", 11),
    };
    assertLaw(
      fc.property(drawn(goodCase), ({ definition, held, facts }) => {
        const policy = load(definition);
        const token = tokenOf(held, facts) as never as { scope: string[] };
        for (const { name, decision } of policy.toolsFor(token)) {
          // with cases, the upgrade may open another branch than the one whose decision is listed
          const rule = definition.tools?.[name];
          if (decision.code !== "upgrade_required" || (rule as RuleOptions).cases) continue;
          const upgraded = policy.toolsFor(upgradedBy(token, decision, definition));
          const allowed = upgraded.some(
            (view) => view.name === name && metBy(view.decision).allowed,
          );
          expect(decision.message.includes(MENTION)).toBe(!allowed);
          seen[allowed ? "tierOnly" : "both"].count += 1;
        }
      }),
      RUNS,
      Object.values(seen),
    );
  });
});
