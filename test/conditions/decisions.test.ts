import { AccessDenied, type AccessToken, definePolicy, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { createShop, DEFINITION, FRESH, NOW, OLD, shop } from "./shop.js";

type Row = readonly [title: string, token: unknown, tool: string, decision: object];

const fleet = { scope: "fleet:read", entitlements: ["fleet"] };
const UPGRADE = { code: "upgrade_required" };

const ENTITLEMENTS: readonly Row[] = [
  ["allows an account with the entitlement", fleet, "fleet_map", { code: "allowed" }],
  [
    "denies an account without the entitlement",
    { scope: "fleet:read" },
    "fleet_map",
    {
      allowed: false,
      code: "upgrade_required",
      entitlement: "fleet",
      message: "upgrade required: this needs the add-on `fleet`",
    },
  ],
  [
    "denies another entitlement",
    { ...fleet, entitlements: ["beta"] },
    "fleet_map",
    { ...UPGRADE, entitlement: "fleet" },
  ],
  ["ignores an undeclared one", { ...fleet, entitlements: ["Fleet"] }, "fleet_map", UPGRADE],
  ["ignores a text", { ...fleet, entitlements: "fleet" }, "fleet_map", UPGRADE],
  [
    "ignores a list with another value",
    { ...fleet, entitlements: ["fleet", 7] },
    "fleet_map",
    UPGRADE,
  ],
  [
    "ignores a list of more than 1,024 texts",
    { ...fleet, entitlements: ["fleet", ...Array.from({ length: 1_024 }, () => "x")] },
    "fleet_map",
    UPGRADE,
  ],
  ["ignores an inherited list", Object.create(fleet), "beta_home", { code: "invalid_token" }],
  [
    "names the tier before the entitlement",
    { scope: "fleet:read", tier: "free" },
    "fleet_beta",
    { code: "upgrade_required", tier: "pro", had: "free" },
  ],
  [
    "names the entitlement where the tier is enough",
    { scope: "fleet:read", tier: "pro" },
    "fleet_beta",
    { ...UPGRADE, entitlement: "beta" },
  ],
  [
    "applies the entitlement of a scope to its operations",
    { scope: "fleet:write" },
    "move_vehicle",
    { ...UPGRADE, entitlement: "fleet" },
  ],
  [
    "requires the entitlements of all scopes, and names the first declared one",
    { scope: "beta:read fleet:write", tier: "pro" },
    "try_beta",
    { ...UPGRADE, entitlement: "fleet" },
  ],
  [
    "names the next one when the first is there",
    { scope: "beta:read fleet:write", tier: "pro", entitlements: ["fleet"] },
    "try_beta",
    { ...UPGRADE, entitlement: "beta" },
  ],
  [
    "states that a scope is missing in addition",
    { scope: "" },
    "fleet_map",
    {
      ...UPGRADE,
      message:
        "upgrade required: this needs the add-on `fleet`, and a scope that has not been granted",
    },
  ],
  [
    "does not take a missing entitlement for a missing scope in the message about a tier",
    { scope: "fleet:read" },
    "fleet_beta",
    { tier: "pro", message: "upgrade required: this needs the plan `pro` or above" },
  ],
  [
    "names a tier before an entitlement of another alternative",
    { scope: "fleet:read" },
    "any_fleet",
    { ...UPGRADE, tier: "pro" },
  ],
  [
    "applies to an authenticated tool",
    { scope: "" },
    "beta_home",
    { ...UPGRADE, entitlement: "beta" },
  ],
];

const TYPES: readonly Row[] = [
  ["one text", { scope: "fleet:read", account_type: "firm" }, "firm_page", { code: "allowed" }],
  [
    "a list with one match",
    { scope: "fleet:read", account_type: ["person", "agency"] },
    "firm_page",
    { code: "allowed" },
  ],
  [
    "a list without a match",
    { scope: "fleet:read", account_type: ["person"] },
    "firm_page",
    { code: "account_type_required", accountTypes: ["firm", "agency"] },
  ],
  [
    "an empty list",
    { scope: "fleet:read", account_type: [] },
    "firm_page",
    { code: "account_type_required" },
  ],
  [
    "a list with another value",
    { scope: "fleet:read", account_type: ["firm", 7] },
    "firm_page",
    { code: "account_type_required" },
  ],
  [
    "types that meet one condition each",
    { scope: "fleet:read firm:read", account_type: ["firm", "person"] },
    "person_and_firm",
    { code: "allowed" },
  ],
  [
    "a type that meets one of two conditions",
    { scope: "fleet:read firm:read", account_type: "firm" },
    "person_and_firm",
    { code: "account_type_required", accountTypes: [] },
  ],
];

const allowedWith = (enrichments: readonly string[]) => ({
  code: "allowed",
  enriched: enrichments.length > 0,
  enrichments,
});

const ENRICHMENTS: readonly Row[] = [
  ["none", { scope: "users:read" }, "get_user", allowedWith([])],
  [
    "one of two",
    { scope: "users:read users:read.mail" },
    "get_user",
    { ...allowedWith(["users:read.mail"]), scopes: ["users:read"] },
  ],
  [
    "both, in declared order",
    { scope: "users:read.mail users:read users:read.phone" },
    "get_user",
    allowedWith(["users:read.phone", "users:read.mail"]),
  ],
  ["those of a public tool", { scope: "users:read" }, "open_user", allowedWith(["users:read"])],
  ["none for a caller without a token", undefined, "open_user", allowedWith([])],
  [
    "that of an authenticated tool",
    { scope: "users:read.phone" },
    "me",
    allowedWith(["users:read.phone"]),
  ],
  [
    "nothing for a denied call",
    { scope: "users:read.phone" },
    "get_user",
    { code: "insufficient_scope", missing: ["users:read"], scopes: ["users:read"] },
  ],
];

const CLAIMS: readonly Row[] = [
  ["allows a class of the list and a recent authentication", FRESH, "pay", { code: "allowed" }],
  [
    "denies an old authentication",
    OLD,
    "pay",
    {
      allowed: false,
      code: "insufficient_user_authentication",
      acr: ["mfa", "phr"],
      maxAge: 300,
      message: "the user must have authenticated with mfa or phr and in the last 300 seconds",
    },
  ],
  [
    "denies another class",
    { ...FRESH, acr: "pwd" },
    "pay",
    { code: "insufficient_user_authentication" },
  ],
  [
    "denies a list of classes",
    { ...FRESH, acr: ["mfa"] },
    "pay",
    { code: "insufficient_user_authentication" },
  ],
  [
    "denies a missing class",
    { ...FRESH, acr: undefined },
    "pay",
    { code: "insufficient_user_authentication" },
  ],
  [
    "names missing scopes first",
    { scope: "fleet:read" },
    "pay",
    { code: "insufficient_scope", missing: ["payments:write"] },
  ],
  [
    "looks at a bound tool too",
    { scope: "/depots/d1/read" },
    "pay_depot",
    { code: "insufficient_user_authentication", acr: ["mfa"] },
  ],
  [
    "has no limit without `maxAge`",
    { scope: "/depots/d1/read", acr: "mfa" },
    "pay_depot",
    { code: "allowed" },
  ],
];

const decided = (token: unknown, tool: string) =>
  shop.decideUntrusted(token, tool, { depotID: "d1" });

describe("an entitlement", () => {
  it.each(titled(ENTITLEMENTS, ([title]) => title))("%s", (_title, [, token, tool, decision]) => {
    expect(decided(token, tool)).toMatchObject(decision);
  });

  it("applies to a request of an endpoint", () => {
    const request = { method: "GET", path: "/map" };
    expect(shop.decideRequest({ scope: "fleet:read" }, request)).toMatchObject({
      code: "upgrade_required",
      entitlement: "fleet",
    });
    expect(shop.decideRequest(fleet, request).allowed).toBe(true);
  });

  it("shows a tool in the list that an upgrade would open", () => {
    const view = shop.toolsFor({ scope: "fleet:read" }).find(({ name }) => name === "fleet_map");
    expect(view?.decision).toMatchObject({ code: "upgrade_required", entitlement: "fleet" });
  });

  it("is independent of the order of both lists", () => {
    const token = { scope: "beta:read fleet:write", tier: "pro", entitlements: ["beta", "fleet"] };
    expect(shop.decide(token, "try_beta").allowed).toBe(true);
  });
});

describe("account types as a list", () => {
  it.each(titled(TYPES, ([title]) => title))(
    "decide for %s",
    (_title, [, token, tool, decision]) => {
      expect(decided(token, tool)).toMatchObject(decision);
    },
  );
});

describe("enrichments", () => {
  it.each(titled(ENRICHMENTS, ([title]) => title))(
    "list %s",
    (_title, [, token, tool, decision]) => {
      expect(decided(token, tool)).toMatchObject(decision);
    },
  );

  it("are in the decision of a request and of a list", () => {
    const token = { scope: "users:read users:read.phone" };
    const request = { method: "GET", path: "/users/7" };
    expect(shop.decideRequest(token, request)).toMatchObject(allowedWith(["users:read.phone"]));
    const view = shop.toolsFor(token).find(({ name }) => name === "get_user");
    expect(view?.decision).toMatchObject(allowedWith(["users:read.phone"]));
  });

  it("need a scope of each pattern that has some", () => {
    const policy = loadPolicy({
      name: "Patterns",
      version: "1",
      scopes: { a: {}, b: {}, c: {} },
      tools: {
        "get_*": { scope: "a", enrichedBy: ["b"] },
        "*_user": { public: true, enrichedBy: "c" },
      },
    });
    const of = (scope: string) => policy.decideUntrusted({ scope }, "get_user", {});
    expect(of("a b")).toMatchObject(allowedWith([]));
    expect(of("a b c")).toMatchObject(allowedWith(["b", "c"]));
  });
});

describe("acr and maxAge", () => {
  it.each(titled(CLAIMS, ([title]) => title))("%s", (_title, [, token, tool, decision]) => {
    expect(decided(token, tool)).toMatchObject(decision);
  });

  const TIMES: readonly (readonly [title: string, time: unknown, isAllowed: boolean])[] = [
    ["at the limit", NOW - 60, true],
    ["a second over the limit", NOW - 61, false],
    ["now", NOW, true],
    ["in the future", NOW + 0.5, false],
    ["0", 0, false],
    ["below 0", -1, false],
    ["in milliseconds", NOW * 1_000, false],
    ["not a number", Number.NaN, false],
    ["endless", Number.POSITIVE_INFINITY, false],
    ["a text", String(NOW), false],
    ["missing", undefined, false],
  ];
  it.each(titled(TIMES, ([title]) => title))(
    "judge an `auth_time`: %s",
    (_title, [, time, isAllowed]) => {
      expect(decided({ scope: "", auth_time: time }, "sign").allowed).toBe(isAllowed);
    },
  );

  it("expire by the clock that is handed in, with no cached decision", () => {
    let now = NOW;
    const policy = createShop(() => now);
    const token = { scope: "payments:write", acr: "mfa", auth_time: NOW } as const;
    const code = () => [
      policy.decide(token, "pay").code,
      policy.operation("pay").decide(token).code,
      policy.toolsFor(token).find(({ name }) => name === "pay")?.decision.code,
    ];
    for (let times = 0; times < 40; times += 1) code();
    now = NOW + 300;
    expect(code()).toEqual(["allowed", "allowed", "allowed"]);
    now = NOW + 301;
    expect(new Set(code())).toEqual(new Set(["insufficient_user_authentication"]));
    now = NOW + 300;
    expect(code()).toEqual(["allowed", "allowed", "allowed"]);
  });

  it("deny every call while the clock fails", () => {
    const clocks: readonly (() => unknown)[] = [
      () => Number.NaN,
      () => String(NOW),
      () => undefined,
      () => {
        throw new Error("no clock");
      },
    ];
    for (const clock of clocks) {
      const policy = createShop(clock as () => number);
      expect(policy.decide(FRESH, "pay").code).toBe("insufficient_user_authentication");
    }
  });

  it("alone make a decision read the clock, once the scopes are met", () => {
    let reads = 0;
    const policy = createShop(() => {
      reads += 1;
      return NOW;
    });
    for (const tool of Object.keys(DEFINITION.tools)) {
      if (tool !== "pay" && tool !== "sign") policy.decideUntrusted(FRESH, tool, { depotID: "d1" });
    }
    policy.decideUntrusted({ scope: "" }, "pay", {});
    policy.decideUntrusted({ ...FRESH, acr: "pwd" }, "pay", {});
    expect(reads).toBe(0);
    policy.decideUntrusted(FRESH, "pay", {});
    expect(reads).toBe(1);
  });

  it("are combined for a name that two patterns match", () => {
    const policy = loadPolicy(
      {
        name: "Patterns",
        version: "1",
        scopes: { a: {} },
        tools: {
          "pay_*": { scope: "a", acr: ["mfa", "phr"], maxAge: 300 },
          "*_all": { authenticated: true, acr: ["phr", "pwd"], maxAge: 60 },
        },
      },
      { now: () => NOW },
    );
    const token = { scope: "a", acr: "phr", auth_time: NOW - 61 };
    expect(policy.decideUntrusted(token, "pay_all", {})).toMatchObject({
      code: "insufficient_user_authentication",
      acr: ["phr"],
      maxAge: 60,
    });
    expect(policy.decideUntrusted({ ...token, auth_time: NOW }, "pay_all", {}).allowed).toBe(true);
  });

  it("use the clock of the system by default", () => {
    const policy = definePolicy(DEFINITION);
    const auth_time = Date.now() / 1_000;
    expect(policy.decide({ scope: "", auth_time }, "sign").allowed).toBe(true);
    expect(policy.decide({ scope: "", auth_time: auth_time - 61 }, "sign").allowed).toBe(false);
  });

  it("are not read with an option that is misspelt or not a function", () => {
    expect(() => loadPolicy(DEFINITION, { nov: () => NOW } as never)).toThrow(/did you mean `now`/);
    expect(() => loadPolicy(DEFINITION, { now: NOW } as never)).toThrow("expected a function");
  });
});

describe("an internal operation", () => {
  const token: AccessToken = { scope: "database:write fleet:read" };

  it("is known to `decide`, `authorize` and `operation` of code", () => {
    expect(shop.decide(token, "query.write").code).toBe("allowed");
    expect(shop.decide({ scope: "" }, "query.write").code).toBe("insufficient_scope");
    expect(shop.authorize(token, "query.write")).toBe(token);
    expect(() => shop.authorize({ scope: "" }, "query.write")).toThrow(AccessDenied);
    expect(shop.operation("query.write").decide(token).allowed).toBe(true);
    expect(shop.decide(token, "internal_x").code).toBe("allowed");
  });

  it("is unknown to everything else, even beside a pattern or an endpoint that would match", () => {
    const unknown = shop.decideUntrusted(token, "no_such_tool", {});
    for (const name of ["query.write", "internal_x", "GET /jobs/secret"]) {
      expect(shop.decideUntrusted(token, name, {})).toBe(unknown);
    }
    expect(shop.decideUntrusted(token, "query.read", {}).allowed).toBe(true);
    const request = { method: "GET", path: "/jobs/secret" };
    expect(shop.decideRequest(token, request)).toBe(unknown);
    expect(shop.findEndpoint(request)).toBeUndefined();
    expect(shop.findEndpoint({ method: "GET", path: "/jobs/7" })?.name).toBe("GET /jobs/:jobID");
  });

  it("is in no list of the policy", () => {
    const names = [...shop.toolNames, ...shop.endpointNames];
    expect(names).not.toContain("query.write");
    expect(names).not.toContain("GET /jobs/secret");
    expect(shop.toolsFor(token).map(({ name }) => name)).not.toContain("query.write");
  });

  it("is denied by a pattern for code too", () => {
    const policy = loadPolicy({
      name: "Denied",
      version: "1",
      scopes: { a: {} },
      tools: { drop_all: { scope: "a", internal: true }, "drop_*": { deny: "never" } },
    });
    expect(policy.decide({ scope: "a" }, "drop_all").code).toBe("denied");
    expect(policy.decideUntrusted({ scope: "a" }, "drop_all").code).toBe("unknown_operation");
  });
});
