import { connectedApp, definePolicy, type Grant, REVOCATION_STEPS } from "scope-policy";
import { expect, it } from "vitest";
import { client } from "./facts.js";

const policy = definePolicy({
  name: "School",
  version: "7",
  tiers: ["free", "pro"],
  scopes: {
    "courses:read": { title: "See courses" },
    "reports:export": { tier: "pro" },
    "admin:all": { reserved: true },
    "courses:publish": {},
    offline_access: {},
  },
  tools: { publish_course: { scope: "courses:publish", tier: "pro" } },
});

const grant: Grant = { grantId: "g-1", client, scope: "courses:read", authorizedAt: 1 };
const effects = (scope: Grant["scope"], tier?: string, more: Partial<Grant> = {}) =>
  connectedApp(
    policy,
    { ...grant, ...more, scope },
    tier === undefined ? {} : { account: { tier } },
  ).scopes.map((one) => [one.scope, one.effect]);

it.each([
  ["courses:read", undefined, [["courses:read", "active"]]],
  ["reports:export", "free", [["reports:export", "dormant-tier"]]],
  ["reports:export", undefined, [["reports:export", "dormant-tier"]]],
  ["reports:export", "pro", [["reports:export", "active"]]],
  ["courses:publish", "free", [["courses:publish", "dormant-tier"]]], // so says the consent page
  ["courses:publish", "pro", [["courses:publish", "active"]]],
  [
    "gone:read admin:all",
    "pro",
    [
      ["gone:read", "retired"],
      ["admin:all", "retired"],
    ],
  ],
  ["reports:export", "gold", [["reports:export", "dormant-tier"]]],
  ["mal  formed", undefined, []],
] as const)("of %j on the plan %j: %j", (scope, tier, expected) => {
  expect(effects(scope, tier)).toEqual(expected);
});

it("shows the owner's own client what is reserved", () => {
  const own = { client: { ...client, first_party: true } };
  expect(effects("admin:all", "pro", own)).toEqual([["admin:all", "active"]]);
});

it("shows when, in words, and whether the policy has changed since", () => {
  const scope = ["courses:read", "offline_access"];
  expect(
    connectedApp(policy, { ...grant, scope, lastUsedAt: 2, policyVersion: "6" }),
  ).toMatchObject({
    grantId: "g-1",
    client: { name: "Course Helper" },
    authorizedAt: 1,
    lastUsedAt: 2,
    offline: true,
    isOlder: true,
    scopes: [{ title: "See courses" }, { title: "Offline access" }],
  });
  expect(connectedApp(policy, { ...grant, policyVersion: "7" })).toMatchObject({
    lastUsedAt: null,
    offline: false,
    isOlder: false,
  });
});

it("is not older where the host does not know the edition", () => {
  expect(connectedApp(policy, grant).isOlder).toBe(false);
});

it("says what ending it has to undo", () => {
  expect(REVOCATION_STEPS).toContain("remembered_refusals");
  expect(REVOCATION_STEPS).toContain("access_tokens");
});
