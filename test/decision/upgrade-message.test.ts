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

const SEVERAL = loadPolicy({
  name: "School",
  version: "1",
  tiers: ["free", "pro", "premium"],
  entitlements: ["exports"],
  scopes: { a: {}, b: {}, owner: { reserved: true } },
  tools: {
    "pro_*": { scope: "a", tier: "pro" },
    "*_premium": { scope: "b", tier: "premium" },
    "*_pro": { scope: "b", tier: "pro" },
    "owner_*": { anyOf: ["owner", { scope: "a", tier: "premium" }] },
    export_or_pro: {
      anyOf: [
        { scope: "a", tier: "free", entitlement: "exports" },
        { scope: "a", tier: "pro" },
      ],
    },
    export_or_premium: {
      anyOf: [
        { scope: "a", entitlement: "exports" },
        { scope: "a", tier: "premium" },
      ],
    },
    export_or_either: {
      anyOf: [
        { scope: "a", entitlement: "exports" },
        { scope: "a", tier: "premium" },
        { scope: "a", tier: "pro" },
      ],
    },
  },
});

const NAMED: readonly {
  readonly title: string;
  readonly tool: string;
  readonly scope: string;
  readonly message: string;
}[] = [
  {
    title: "the highest tier that one of the patterns needs",
    tool: "pro_premium",
    scope: "a b",
    message: "upgrade required: this needs the plan `premium` or above",
  },
  {
    title: "a missing scope in addition if only the first of two patterns would be met",
    tool: "pro_pro",
    scope: "a",
    message: A_SCOPE,
  },
  {
    title: "a missing scope in addition if only the last of two patterns would be met",
    tool: "pro_pro",
    scope: "b",
    message: A_SCOPE,
  },
  {
    title: "the tier of a pattern that is otherwise for clients of the owner only",
    tool: "owner_pro",
    scope: "a b",
    message: "upgrade required: this needs the plan `premium` or above",
  },
  {
    title: "the tier that is missing, not the one beside a missing entitlement",
    tool: "export_or_pro",
    scope: "a",
    message: NOTHING_ELSE,
  },
  {
    title: "the only tier, if an entitlement would be enough too",
    tool: "export_or_premium",
    scope: "a",
    message: "upgrade required: this needs the plan `premium` or above",
  },
  {
    title: "the lowest of two tiers, if an entitlement would be enough too",
    tool: "export_or_either",
    scope: "a",
    message: NOTHING_ELSE,
  },
];

describe("the message of a missing tier, where there are several ways or patterns,", () => {
  it.each(titled(NAMED))("names %s", (_title, { tool, scope, message }) => {
    expect(SEVERAL.decideUntrusted({ scope, tier: "free" }, tool)).toMatchObject({
      code: "upgrade_required",
      message,
    });
  });
});
