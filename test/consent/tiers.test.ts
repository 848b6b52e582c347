// The tier that a scope needs and the tier of the account. An unknown tier is below the lowest.

import { connectedApp, consentScreen, definePolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { client, factsOf, rowOf } from "./facts.js";

const policy = definePolicy({
  name: "Tiers",
  version: "1",
  tiers: ["free", "pro"],
  scopes: {
    "n:read": {},
    "free:read": { tier: "free" },
    "pro:read": { tier: "pro" },
    "pro:write": { implies: ["pro:read"] },
  },
});

interface TierCase {
  readonly tier: string | undefined;
  readonly scope: string;
  /** Tier that is missing. */
  readonly needed: string | undefined;
}

const TIER_CASES: readonly TierCase[] = [
  { tier: undefined, scope: "n:read", needed: undefined },
  { tier: undefined, scope: "free:read", needed: "free" },
  { tier: "gold", scope: "free:read", needed: "free" },
  { tier: "constructor", scope: "free:read", needed: "free" },
  { tier: "free", scope: "free:read", needed: undefined },
  { tier: "free", scope: "pro:read", needed: "pro" },
  { tier: "pro", scope: "pro:read", needed: undefined },
];

describe("a scope with a tier", () => {
  it.each(
    titled(
      TIER_CASES,
      ({ scope, tier, needed }) =>
        `${scope} with the tier ${tier} ${needed === undefined ? "needs no other tier" : `needs ${needed}`}`,
    ),
  )("%s", (_title, { tier, scope, needed }) => {
    const account = tier === undefined ? {} : { tier };
    const row = rowOf(consentScreen(policy, factsOf({ requested: scope, account })), scope);
    expect([row.state, row.tier?.needed]).toEqual([
      needed === undefined ? "optional" : "tier_locked",
      needed,
    ]);
    const grant = { grantId: "g-1", client, scope, authorizedAt: 1 };
    expect(connectedApp(policy, grant, { account }).scopes).toMatchObject([
      { scope, effect: needed === undefined ? "active" : "dormant_tier" },
    ]);
  });

  it("that is granted and needs a higher tier keeps its state next to a checked scope that implies it", () => {
    const facts = factsOf({
      requested: "pro:read pro:write",
      granted: "pro:read",
      account: { tier: "free" },
    });
    const screen = consentScreen(policy, facts);
    expect(rowOf(screen, "pro:write").checked).toBe(true);
    expect(rowOf(screen, "pro:read")).toMatchObject({ state: "tier_locked", checked: true });
  });
});
