// Restricted scopes: one in the token counts for every client, and one that is missing is obtainable for approved clients only.

import { type AccessToken, type Decision, definePolicy } from "scope-policy";
import { decisionMatrix, expectNoWidening } from "scope-policy/testing";
import { describe, expect, it } from "vitest";

const scopes = {
  base: {},
  read: {},
  "sync:all": { restricted: true, implies: ["sync"], replaces: ["mirror"] },
  sync: { restricted: true },
  "kept:sync": { restricted: true, reserved: true },
  "/shops/{shop}/sync": { restricted: true, replaces: ["/stores/{shop}/sync"] },
  "/shops/{shop}/push": { restricted: true },
  "/shops/{shop}/read": {},
} as const;

const policy = definePolicy({
  name: "Shops",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["person", "studio"],
  scopes,
  baseline: ["base"],
  tools: {
    sync_all: "sync",
    sync_or_read: { anyOf: ["sync", "read"] },
    sync_and_read: { allOf: ["sync", "read"] },
    sync_pro: { scope: "sync", tier: "pro" },
    sync_or_pro: { anyOf: ["sync", { scope: "read", tier: "pro" }] },
    kept: "kept:sync",
    kept_or_sync: { anyOf: ["kept:sync", "sync"] },
    sync_shop: "/shops/{shop}/sync",
    sync_and_read_shop: { allOf: ["/shops/{shop}/sync", "/shops/{shop}/read"] },
    copy: {
      allOf: [
        { scope: "/shops/{shop}/sync", params: { shop: "from" } },
        { scope: "/shops/{shop}/read", params: { shop: "to" } },
      ],
      tier: "free",
    },
    move: {
      allOf: [
        { scope: "/shops/{shop}/sync", params: { shop: "from" } },
        { scope: "/shops/{shop}/sync", params: { shop: "to" } },
        "read",
      ],
      tier: "pro",
    },
    sync_and_push: { allOf: ["/shops/{shop}/sync", "/shops/{shop}/push"], tier: "pro" },
    look: { public: true, enrichedBy: "sync" },
    "push_*": "sync",
    "*_read": "read",
  },
});

type Tool = Parameters<typeof policy.decideUntrusted>[1];
const decide = (tool: Tool, token: AccessToken | object, params?: object): Decision =>
  policy.decideUntrusted(token, tool, params);
const codeOf = (tool: Tool, token: AccessToken | object, params?: object) =>
  decide(tool, token, params).code;

describe("a restricted scope in the token", () => {
  it.each([
    ["by its name", "sync_all", { scope: "base sync" }],
    ["by a scope that implies it", "sync_all", { scope: "base sync:all" }],
    ["by an older name", "sync_all", { scope: "base mirror" }],
    ["together with others", "sync_and_read", { scope: "base sync read" }],
    ["for a pattern", "push_it", { scope: "base sync" }],
    ["for a first-party client", "kept", { scope: "base kept:sync", first_party: true }],
  ] as const)("counts without an approval, %s", (_, tool, token) => {
    expect(codeOf(tool, token)).toBe("allowed");
  });

  it("counts for the values that it is bound to, by its older name too", () => {
    expect(codeOf("sync_shop", { scope: "base /shops/a/sync" }, { shop: "a" })).toBe("allowed");
    expect(codeOf("sync_shop", { scope: "base /stores/a/sync" }, { shop: "a" })).toBe("allowed");
    expect(codeOf("sync_shop", { scope: "base /shops/a/sync" }, { shop: "b" })).toBe(
      "reserved_scope",
    );
  });

  it("enriches a public operation", () => {
    expect(decide("look", { scope: "sync" })).toMatchObject({ allowed: true, enriched: true });
    expect(decide("look", { scope: "read" })).toMatchObject({ allowed: true, enriched: false });
  });

  it("that is also reserved has no effect for a third-party client, approved or not", () => {
    const token = { scope: "base kept:sync" };
    for (const approvedScopes of [[], ["kept:sync"]]) {
      expect(decide("kept", { ...token, approvedScopes })).toMatchObject({
        code: "reserved_scope",
        message: "reserved: only clients of the API's owner may do this",
      });
    }
  });
});

describe("a missing restricted scope", () => {
  it("is not one that the token has: the challenge names it with what is missing", () => {
    expect(decide("sync_and_read", { scope: "base sync" })).toMatchObject({
      code: "insufficient_scope",
      scopes: expect.arrayContaining(["sync", "read"]) as string[],
      missing: ["read"],
    });
    const shop = { shop: "a" };
    expect(decide("sync_and_read_shop", { scope: "base /shops/a/sync" }, shop)).toMatchObject({
      code: "insufficient_scope",
      missing: ["/shops/a/read"],
    });
  });

  it("blocks as a reserved one does if the client is not approved", () => {
    expect(decide("sync_all", { scope: "base read" })).toEqual({
      allowed: false,
      code: "reserved_scope",
      message: "restricted: only clients that the API's owner approved may do this",
    });
    expect(codeOf("sync_and_read", { scope: "base" })).toBe("reserved_scope");
    expect(codeOf("push_it", { scope: "base" })).toBe("reserved_scope");
    expect(codeOf("push_read", { scope: "base read" })).toBe("reserved_scope");
    expect(codeOf("kept", { scope: "base", first_party: true })).toBe("reserved_scope");
    // an upgrade would not help
    expect(codeOf("sync_pro", { scope: "base", tier: "free" })).toBe("reserved_scope");
  });

  it("leaves the other alternatives", () => {
    expect(decide("sync_or_read", { scope: "base" })).toMatchObject({
      code: "insufficient_scope",
      missing: ["read"],
      accepted: [["read", "base"].sort((a, b) => b.localeCompare(a))],
    });
    expect(codeOf("sync_or_pro", { scope: "base", tier: "free" })).toBe("upgrade_required");
    expect(codeOf("kept_or_sync", { scope: "base" })).toBe("reserved_scope");
  });

  it.each([
    ["by its name", ["sync"]],
    ["by a scope that implies it", ["sync:all"]],
    ["by an older name", ["mirror"]],
    ["among others", ["read", "unknown:scope", "sync"]],
  ])("can be obtained if the client is approved for it, %s", (_, approvedScopes) => {
    expect(decide("sync_all", { scope: "base", approvedScopes })).toMatchObject({
      code: "insufficient_scope",
      missing: ["sync"],
    });
    expect(codeOf("sync_pro", { scope: "base", approvedScopes, tier: "free" })).toBe(
      "upgrade_required",
    );
    expect(decide("sync_or_read", { scope: "base", approvedScopes })).toMatchObject({
      accepted: [
        ["base", "sync"],
        ["base", "read"],
      ].map((scopes) => expect.arrayContaining(scopes) as string[]),
    });
  });

  it.each([
    ["another scope", ["read"]],
    ["one that it implies", ["nothing"]],
    ["no list", 7],
    ["an object", { 0: "sync", length: 1 }],
    ["null", null],
    ["a malformed item", ["sync", "a b"]],
    ["an item that is not a text", ["sync", 7]],
    ["a malformed text", "sync  read"],
    [
      "a list that throws",
      new Proxy(["sync"], {
        get: () => {
          throw new Error("no");
        },
      }),
    ],
  ])("cannot be obtained with an approval of %s", (_, approvedScopes) => {
    expect(codeOf("sync_all", { scope: "base", approvedScopes })).toBe("reserved_scope");
  });

  it("cannot be obtained with an inherited approval, or one whose getter throws", () => {
    const inherited = Object.create({ approvedScopes: ["sync"] }) as object;
    expect(codeOf("sync_all", Object.assign(inherited, { scope: "base" }))).toBe("reserved_scope");
    const broken = Object.defineProperty({ scope: "base" }, "approvedScopes", {
      get: () => {
        throw new Error("no");
      },
    });
    expect(codeOf("sync_all", broken)).toBe("reserved_scope");
  });

  it("can be obtained for all values of an approved template, and else for the approved values", () => {
    const call = (approved: string, shop: string) =>
      codeOf("sync_shop", { scope: "base", approvedScopes: [approved] }, { shop });
    expect(call("/shops/{shop}/sync", "a")).toBe("insufficient_scope");
    expect(call("/shops/<any>/sync", "a")).toBe("reserved_scope");
    expect(call("/stores/<shop>/sync", "a")).toBe("insufficient_scope");
    expect(call("/shops/a/sync", "a")).toBe("insufficient_scope");
    expect(call("/shops/a/sync", "b")).toBe("reserved_scope");
  });

  it("for another value than that of the token is a mismatch only for an approved client", () => {
    const token = { scope: "base /shops/a/sync", approvedScopes: ["/shops/{shop}/sync"] };
    expect(codeOf("sync_shop", token, { shop: "b" })).toBe("binding_mismatch");
  });
});

describe("toolsFor", () => {
  const listed = (token: AccessToken) =>
    Object.fromEntries(policy.toolsFor(token).map(({ name, decision }) => [name, decision.code]));

  it("leaves out what only restricted scopes open, for a client that is not approved", () => {
    expect(listed({ scope: "base", tier: "pro" })).toEqual({
      sync_or_read: "insufficient_scope",
      sync_or_pro: "insufficient_scope",
      look: "allowed",
    });
  });

  it("lists it for an approved client", () => {
    const approvedScopes = ["sync", "/shops/x/sync"];
    expect(listed({ scope: "base", tier: "free", approvedScopes })).toEqual({
      sync_all: "insufficient_scope",
      sync_or_read: "insufficient_scope",
      sync_and_read: "insufficient_scope",
      sync_pro: "upgrade_required",
      sync_or_pro: "insufficient_scope",
      kept_or_sync: "insufficient_scope",
      sync_shop: "insufficient_scope",
      sync_and_read_shop: "insufficient_scope",
      copy: "insufficient_scope",
      move: "upgrade_required",
      look: "allowed",
    });
  });

  it("lists a template that the token has for some values, but not if no values fit together", () => {
    const one = listed({ scope: "base /shops/a/sync", tier: "free" });
    expect(one).toMatchObject({
      sync_shop: "allowed",
      sync_and_read_shop: "insufficient_scope",
      copy: "insufficient_scope",
      move: "upgrade_required",
    });
    const two = listed({ scope: "base /shops/a/sync /shops/b/read", tier: "free" });
    expect(two["copy"]).toBe("allowed");
    const push = (shop: string) =>
      listed({ scope: `base /shops/a/sync /shops/${shop}/push`, tier: "free" });
    expect(push("a")).toMatchObject({ sync_and_push: "upgrade_required" });
    expect(push("b")).not.toHaveProperty("sync_and_push");
    expect(two).not.toHaveProperty("sync_and_read_shop");
  });
});

describe("the names and bundles of a policy", () => {
  it("leave restricted scopes out, and a token with one is read as any other", () => {
    const own = definePolicy({
      name: "Shops",
      version: "1",
      scopes: {
        read: {},
        sync: { restricted: true },
        "sync:all": { restricted: true, implies: ["sync"] },
      },
      bundles: { partner: ["sync", "read"], all: { every: true } },
    });
    expect(own.scopeNames).toEqual(["read"]);
    expect(own.bundleScope("partner")).toBe("read");
    expect(own.bundleScope("all")).toBe("read");
    expect(own.expand("sync:all")).toEqual(["sync", "sync:all"]);
    expect(own.covers("sync:all", "sync")).toBe(true);
    expect(own.missing("read", "sync:all read")).toBe("sync:all");
  });
});

describe("the helpers of scope-policy/testing", () => {
  it("show a restricted scope as `reserved_scope`, and as allowed in the token", () => {
    const tokens = {
      none: "base",
      partner: "base sync",
      approved: { scope: "base", approvedScopes: ["sync"] },
    };
    expect(decisionMatrix(policy, { tokens, operations: ["sync_all"] })).toBe(
      "sync_all: approved insufficient_scope | none reserved_scope | partner allowed",
    );
  });

  it("find no widening in a scope that becomes restricted or open, since tokens open the same", () => {
    const open = definePolicy({
      ...policy.definition,
      scopes: { ...scopes, sync: {}, "sync:all": { implies: ["sync"], replaces: ["mirror"] } },
    } as never);
    expect(() => expectNoWidening(policy as never, open)).not.toThrow();
    expect(() => expectNoWidening(open, policy as never)).not.toThrow();
  });
});
