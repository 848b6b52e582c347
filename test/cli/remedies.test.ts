import type { AccessToken, Policy } from "scope-policy";
import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { policy as localisation } from "../../examples/localisation/policy.js";
import { policy as loopwise } from "../../examples/loopwise/policy.js";
import { policy as moov } from "../../examples/moov/policy.js";
import { policy as movementors } from "../../examples/movementors/policy.js";
import { decideOn, findCall } from "../../src/cli/explain/question.js";
import { remedyFor } from "../../src/cli/explain/remedies.js";
import { titled } from "../titled.js";
import { SMALL } from "./small-policy.js";

describe("the changes that allow a call", () => {
  const policies: readonly Policy[] = [
    loopwise,
    movementors,
    moov,
    localisation,
    loadPolicy(SMALL),
  ];
  const tokens: readonly (AccessToken | undefined)[] = [
    undefined,
    { scope: "" },
    { scope: "mcp:tools read:public /accounts/other/ courses:read", tier: "free" },
    { scope: "/accounts/other/transfers.write /accounts/other/", account_type: "studio" },
    { scope: ["admin:read", "root"], tier: "gone" },
  ];
  const beyond = new Set(["denied", "unknown_operation", "invalid_params", "invalid_token"]);

  it.each(titled(policies, ({ name }) => name))(
    "start with the denial and are sufficient for every operation of %s",
    (_title, policy) => {
      const { tools = {}, endpoints = {} } = policy.definition;
      let tried = 0;
      for (const name of [...Object.keys(tools), ...Object.keys(endpoints)]) {
        if (/[*?]/.test(name)) continue;
        const params = Object.fromEntries(
          policy.operation(name).params.map((param) => [param, "mine"]),
        );
        for (const token of tokens) {
          const question = findCall(policy, name, params, token);
          const decision = decideOn(question, token);
          const { steps, token: enough } = remedyFor(question, decision);
          if (decision.allowed) {
            expect(steps).toEqual([]);
          } else if (!beyond.has(decision.code)) {
            tried += 1;
            expect(steps[0]?.code).toBe(decision.code);
            expect(policy.decideUntrusted(enough, name, params).allowed).toBe(true);
          } else {
            expect({ steps, enough }).toEqual({ steps: [], enough: undefined });
          }
        }
      }
      expect(tried).toBeGreaterThan(10);
    },
  );

  it("keep the entitlements that the account has", () => {
    const policy = loadPolicy({
      name: "Shop",
      version: "1",
      entitlements: ["exports", "reports"],
      scopes: { a: "A" },
      tools: { export_all: { scope: "a", entitlement: "exports" } },
    });
    const question = findCall(policy, "export_all", {}, { scope: "a", entitlements: ["reports"] });
    expect(remedyFor(question, decideOn(question, question.token))).toMatchObject({
      token: { scope: "a", entitlements: ["reports", "exports"] },
      steps: [{ code: "upgrade_required" }],
    });
  });
});
