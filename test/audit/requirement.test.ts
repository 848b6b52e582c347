import { describe, expect, it } from "vitest";
import { eventOf } from "./audit-events.js";

const policy = {
  name: "Fleet",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["person", "firm"],
  entitlements: ["fleet", "beta"],
  boundaries: { project: { claim: "projects" }, region: { claim: "regions" } },
  scopes: {
    "fleet:read": {},
    "fleet:sync": { restricted: true },
    "fleet:all": { reserved: true },
    "beta:read": { entitlement: "beta" },
  },
  tools: {
    read: "fleet:read",
    sync: "fleet:sync",
    all: "fleet:all",
    any: { anyOf: ["fleet:all", "fleet:sync", "fleet:read"] },
    map: { scope: "fleet:read", entitlement: "fleet" },
    beta: { scope: "beta:read", entitlement: "fleet" },
    firm: { scope: "fleet:read", tier: "pro", accountTypes: ["firm"] },
    move: { scope: "fleet:read", within: { project: "projectId", region: "regionId" } },
    pay: { scope: "fleet:read", acr: ["mfa", "phr"], maxAge: 300 },
  },
};

const READ = { scopes: ["fleet:read"] };

/** Operations with the rules of their requirement. */
const REQUIREMENTS: readonly (readonly [operation: string, rules: readonly object[]])[] = [
  ["read", [{ anyOf: [READ] }]],
  ["sync", [{ anyOf: [{ scopes: ["fleet:sync"], restricted: true }] }]],
  ["all", [{ anyOf: [{ scopes: ["fleet:all"], reserved: true }] }]],
  [
    "any",
    [
      {
        anyOf: [
          { scopes: ["fleet:all"], reserved: true },
          { scopes: ["fleet:sync"], restricted: true },
          READ,
        ],
      },
    ],
  ],
  ["map", [{ anyOf: [{ ...READ, entitlements: ["fleet"] }] }]],
  ["beta", [{ anyOf: [{ scopes: ["beta:read"], entitlements: ["fleet", "beta"] }] }]],
  ["firm", [{ anyOf: [{ ...READ, tier: "pro", accountTypes: ["firm"] }] }]],
  ["move", [{ anyOf: [{ ...READ, within: { project: "projectId", region: "regionId" } }] }]],
  ["pay", [{ anyOf: [READ], acr: ["mfa", "phr"], maxAge: 300 }]],
];

describe("the requirement in an event", () => {
  it.each(REQUIREMENTS)("has every condition of the operation %s", async (operation, rules) => {
    // a copy, because what an operation requires is kept with the policy
    const event = await eventOf({ ...policy }, { operation, token: { scope: "" } });
    expect(event.requirement).toStrictEqual({ rules });
  });
});
