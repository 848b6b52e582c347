import type { FindingCase } from "./finding-case.js";

const scopes = { openid: {}, "fleet:read": {}, "/a/{id}": {} };

/** Mistakes in entitlements, enrichments and authentication. */
export const CONDITION_FINDINGS: readonly FindingCase[] = [
  {
    title: "entitlements that are not declared, or written like a list or a tier",
    policy: {
      scopes: { ...scopes, "fleet:write": { entitlement: "flet" } },
      tiers: ["pro"],
      entitlements: ["fleet", "beta", "beta"],
      tools: {
        a: { scope: "openid", entitlement: "fleat" },
        b: { scope: "openid", entitlement: "pro" },
        c: { anyOf: ["openid", { scope: "fleet:read", entitlement: "btea" }] },
        d: { scope: "openid", entitlement: ["fleet", "beta"] },
        e: { scope: "openid", entitlements: "fleet" },
        f: { authenticated: true, entitlement: "nothing" },
      },
    },
    finds: [
      ["duplicate", "entitlements[2]", "duplicate `beta`"],
      ["unknown_entitlement", 'scopes["fleet:write"].entitlement', "`flet`", "fleet"],
      ["unknown_entitlement", "tools.a.entitlement", "`fleat`", "fleet"],
      ["unknown_entitlement", "tools.b.entitlement", "it is a tier: write `tier`"],
      ["unknown_entitlement", "tools.c.anyOf[1].entitlement", "`btea`", "beta"],
      ["invalid_type", "tools.d.entitlement", "write one name; if several are required"],
      ["unknown_key", "tools.e.entitlements", "`entitlements`", "entitlement"],
      [
        "unknown_entitlement",
        "tools.f.entitlement",
        "undeclared entitlement `nothing`: the policy declares `fleet`, `beta`",
      ],
    ],
  },
  {
    title: "an entitlement in a policy that declares none",
    policy: { scopes, tools: { a: { scope: "openid", entitlement: "fleet" } } },
    finds: [["unknown_entitlement", "tools.a.entitlement", "the policy declares no entitlements"]],
  },
  {
    title: "scopes for additional detail",
    policy: {
      scopes,
      tools: {
        a: { scope: "openid", enrichedBy: ["fleet:read", "fleet:raed", "fleet:read"] },
        b: { scope: "openid", enrichedBy: "/a/{id}" },
        c: { scope: "openid", enrichedBy: [] },
        d: { scope: "openid", enrichedBy: { anyOf: ["fleet:read"] } },
        e: { allOf: ["openid", { scope: "fleet:read", enrichedBy: "openid" }] },
        f: { scope: "openid", enrichdBy: "fleet:read" },
      },
    },
    finds: [
      ["duplicate", "tools.a.enrichedBy[2]", "duplicate `fleet:read`"],
      ["unknown_scope", "tools.a.enrichedBy[1]", "`fleet:raed`", "fleet:read"],
      ["placeholder", "tools.b.enrichedBy", "no parameter can fill here"],
      ["empty_list", "tools.c.enrichedBy", "must not be empty"],
      ["invalid_type", "tools.d.enrichedBy", "expected a string or a list, got an object"],
      ["unknown_key", "tools.e.allOf[1].enrichedBy", "it belongs at the top of the operation"],
      ["unknown_key", "tools.f.enrichdBy", "`enrichdBy`", "enrichedBy"],
    ],
  },
  {
    title: "authentication",
    policy: {
      scopes,
      tools: {
        a: { scope: "openid", acr: "mfa phr" },
        b: { scope: "openid", acr: ["mfa", 'm"fa', "mfa"] },
        c: { scope: "openid", acr: [] },
        d: { scope: "openid", maxAge: 0 },
        e: { scope: "openid", maxAge: 1.5 },
        f: { scope: "openid", maxAge: "300" },
        g: { scope: "openid", max_age: 300 },
        h: { anyOf: ["openid", { scope: "fleet:read", maxAge: 300 }] },
        i: { scope: "openid", maxAge: 1e11 },
      },
    },
    finds: [
      [
        "acr_syntax",
        "tools.a.acr",
        "`mfa phr`: expected visible ASCII characters without quotes and backslashes; write several values as a list",
      ],
      ["acr_syntax", "tools.b.acr[1]", "without quotes"],
      ["duplicate", "tools.b.acr[2]", "duplicate `mfa`"],
      ["empty_list", "tools.c.acr", "must not be empty"],
      ["max_age", "tools.d.maxAge", "expected a whole number of seconds, above 0"],
      ["max_age", "tools.e.maxAge", "invalid `maxAge` 1.5"],
      ["invalid_type", "tools.f.maxAge", "write seconds, as in maxAge: 300"],
      ["unknown_key", "tools.g.max_age", "`max_age`", "maxAge"],
      ["unknown_key", "tools.h.anyOf[1].maxAge", "it belongs at the top of the operation"],
      ["max_age", "tools.i.maxAge", "below 10^11"],
    ],
  },
  {
    title: "internal operations",
    policy: {
      scopes,
      tools: { a: { scope: "openid", internal: false }, b: { scope: "openid", intern: true } },
    },
    finds: [
      ["invalid_type", "tools.a.internal", "expected true, got false"],
      ["unknown_key", "tools.b.intern", "`intern`", "internal"],
    ],
  },
];
