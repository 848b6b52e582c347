import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";

const policy = loadPolicy({
  name: "School",
  version: "1",
  tiers: ["free", "pro", "premium"],
  scopes: { "classes:read": {}, "classes:write": {}, "reports:read": { tier: "pro" } },
  tools: {
    update_class: { scope: "classes:write", tier: "pro" },
    read_reports: { allOf: ["classes:read", "reports:read"] },
    export: {
      anyOf: [
        { scope: "classes:write", tier: "pro" },
        { scope: "classes:read", tier: "premium" },
      ],
    },
  },
});

const NOTHING_ELSE = "upgrade required: this needs the plan `pro` or above";
const A_SCOPE = `${NOTHING_ELSE}, and a scope that has not been granted`;

const CASES: readonly (readonly [tool: string, scope: string, message: string])[] = [
  ["update_class", "classes:write", NOTHING_ELSE],
  ["update_class", "classes:read", A_SCOPE],
  ["update_class", "", A_SCOPE],
  ["read_reports", "classes:read reports:read", NOTHING_ELSE],
  ["read_reports", "reports:read", A_SCOPE],
  ["read_reports", "classes:read", A_SCOPE],
  ["export", "classes:write", NOTHING_ELSE],
];

describe("the message of a missing tier", () => {
  const cases = titled(CASES, ([tool, scope, message]) => {
    const rest = message === A_SCOPE ? "names a missing scope in addition" : "names the tier only";
    return `${rest} for the tool ${tool} and ${scope === "" ? "the empty scope" : scope}`;
  });
  it.each(cases)("%s", (_title, [tool, scope, message]) => {
    const decision = policy.decideUntrusted({ scope, tier: "free" }, tool);
    expect(decision).toMatchObject({ code: "upgrade_required", tier: "pro", message });
    expect(decision).not.toHaveProperty("missing");
  });
});
