import { type ConnectedGrant, connectedApp, definePolicy, REVOCATION_STEPS } from "scope-policy";
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

const grant: ConnectedGrant = { grantId: "g-1", client, scope: "courses:read", authorizedAt: 1 };
const effects = (
  scope: ConnectedGrant["scope"],
  tier?: string,
  more: Partial<ConnectedGrant> = {},
) =>
  connectedApp(
    policy,
    { ...grant, ...more, scope },
    tier === undefined ? {} : { account: { tier } },
  ).scopes.map((one) => [one.scope, one.effect]);

it.each([
  ["courses:read", undefined, [["courses:read", "active"]]],
  ["reports:export", "free", [["reports:export", "dormant_tier"]]],
  ["reports:export", undefined, [["reports:export", "dormant_tier"]]],
  ["reports:export", "pro", [["reports:export", "active"]]],
  ["courses:publish", "free", [["courses:publish", "dormant_tier"]]], // as on the consent page
  ["courses:publish", "pro", [["courses:publish", "active"]]],
  [
    "gone:read admin:all",
    "pro",
    [
      ["gone:read", "retired"],
      ["admin:all", "retired"],
    ],
  ],
  ["reports:export", "gold", [["reports:export", "dormant_tier"]]],
  ["mal  formed", undefined, []],
] as const)("a grant of %j with the tier %j has the effects %j", (scope, tier, expected) => {
  expect(effects(scope, tier)).toEqual(expected);
});

it("shows reserved scopes of a first-party client as active", () => {
  const own = { client: { ...client, firstParty: true } };
  expect(effects("admin:all", "pro", own)).toEqual([["admin:all", "active"]]);
});

it("shows times, titles, offline access, and whether the policy has another version", () => {
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

it("does not mark a grant as older if the host does not know its policy version", () => {
  expect(connectedApp(policy, grant).isOlder).toBe(false);
});

it.each([null, undefined, "g-1", {}])("refuses the value %j in the place of a grant", (value) => {
  expect(() => connectedApp(policy, value as never)).toThrow(
    expect.objectContaining({ code: "ERR_OPTIONS_INVALID" }) as Error,
  );
});

it("lists what revoking a grant has to delete", () => {
  expect(REVOCATION_STEPS).toContain("remembered_refusals");
  expect(REVOCATION_STEPS).toContain("access_tokens");
});
