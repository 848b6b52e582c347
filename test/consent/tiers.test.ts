// The plan that a scope needs, and the plan that an account has: an unknown plan is below the lowest.

import { connectedApp, consentScreen, definePolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
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

interface Planned {
  readonly tier: string | undefined;
  readonly scope: string;
  /** The plan that is missing. */
  readonly needed: string | undefined;
}

const PLANNED: readonly Planned[] = [
  { tier: undefined, scope: "n:read", needed: undefined },
  { tier: undefined, scope: "free:read", needed: "free" },
  { tier: "gold", scope: "free:read", needed: "free" },
  { tier: "constructor", scope: "free:read", needed: "free" },
  { tier: "free", scope: "free:read", needed: undefined },
  { tier: "free", scope: "pro:read", needed: "pro" },
  { tier: "pro", scope: "pro:read", needed: undefined },
];

describe("a scope of a plan", () => {
  it.each(PLANNED)("$scope on the plan $tier lacks $needed", ({ tier, scope, needed }) => {
    const account = tier === undefined ? {} : { tier };
    const row = rowOf(consentScreen(policy, factsOf({ requested: scope, account })), scope);
    expect([row.state, row.tier?.needed]).toEqual([
      needed === undefined ? "optional" : "tier-locked",
      needed,
    ]);
    const grant = { grantId: "g-1", client, scope, authorizedAt: 1 };
    expect(connectedApp(policy, grant, { account }).scopes).toMatchObject([
      { scope, effect: needed === undefined ? "active" : "dormant-tier" },
    ]);
  });

  it("that is granted and needs a higher plan stays so beside a ticked scope that implies it", () => {
    const facts = factsOf({
      requested: "pro:read pro:write",
      granted: "pro:read",
      account: { tier: "free" },
    });
    const screen = consentScreen(policy, facts);
    expect(rowOf(screen, "pro:write").checked).toBe(true);
    expect(rowOf(screen, "pro:read")).toMatchObject({ state: "tier-locked", checked: true });
  });
});
